import type { JsonObject } from '../core/json.ts';

/** One moment by the clock on the wall and by the machine's uptime. */
export interface Moment {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Milliseconds since the machine started. */
  readonly upMs: number;
  /** Which run of the machine that was; null where the system does not say. */
  readonly boot: string | null;
}

/**
 * Seconds of silence after which the log writes that it is alive. A minute costs an idle host 1,440 records a day, half a
 * megabyte; ten seconds would cost 8,640, and keep a laptop's disk awake to say no more.
 */
export const HEARTBEAT_SECONDS = 60;

/** Longest silence between two heartbeats, in seconds: a day without a word is no heartbeat. */
export const MAX_HEARTBEAT_SECONDS = 86_400;

/** Milliseconds by which wall clock and uptime must part to be recorded: far above what a time server slews in a minute. */
export const CLOCK_JUMP_MS = 2_000;

/** Milliseconds that a heartbeat may come late before the silence counts as a gap: a slow disk, a busy loop. */
const BEAT_SLACK_MS = 5_000;

/** Most jumps of the clock that are kept while nothing can be written. */
const MAX_JUMPS = 10;

/**
 * Heartbeats are due without silence too, after so many periods: over a restart the time is measured from the last one, and
 * an opening that reads the end of a busy log should find one.
 */
const BUSY_PERIODS = 10;

/** Watches the time between the records of a log that is open: silence, sleep, and a clock that was set. */
export class Pulse {
  #everySeconds: number;
  #seen: Moment;
  #durable: Moment;
  #beat: Moment;
  /** Jumps of the clock that no durable record tells of. */
  #jumpsMs: readonly number[] = [];

  /** @param start when the log was opened, which its record of the opening tells. */
  constructor(everySeconds: number, start: Moment) {
    this.#everySeconds = checkedPeriod(everySeconds);
    this.#seen = start;
    this.#durable = start;
    this.#beat = start;
  }

  /** Seconds of silence after which a heartbeat is due. @throws {TypeError} beyond {@link MAX_HEARTBEAT_SECONDS}, and for 0. */
  set everySeconds(everySeconds: number) {
    this.#everySeconds = checkedPeriod(everySeconds);
  }

  get everySeconds(): number {
    return this.#everySeconds;
  }

  /** Milliseconds until a heartbeat is due, 0 where it is. */
  untilBeatMs(now: Moment): number {
    const periodMs = this.#everySeconds * 1_000;
    const silentMs = now.upMs - this.#durable.upMs;
    const withoutBeatMs = now.upMs - this.#beat.upMs;
    return Math.max(0, Math.min(periodMs - silentMs, BUSY_PERIODS * periodMs - withoutBeatMs));
  }

  /** A heartbeat is on its way. */
  beat(now: Moment): void {
    this.#beat = now;
  }

  /**
   * What has to be recorded before the log writes on, oldest first.
   *
   * @param isFailing whether the records of that time could not be written: then the log was awake.
   */
  look(now: Moment, isFailing: boolean): readonly JsonObject[] {
    const jumpMs = now.atMs - this.#seen.atMs - (now.upMs - this.#seen.upMs);
    if (Math.abs(jumpMs) >= CLOCK_JUMP_MS) this.#jumpsMs = [...this.#jumpsMs, Math.round(jumpMs)].slice(-MAX_JUMPS);
    this.#seen = now;
    const silentMs = now.upMs - this.#durable.upMs;
    const isGap = silentMs > silenceLimitMs(this.#everySeconds);
    const cause = isFailing ? 'unwritten' : 'asleep';
    const gap = { event: 'gap', fromMs: this.#durable.atMs, toMs: now.atMs, seconds: silentMs / 1_000, cause };
    return [
      ...this.#jumpsMs.map((ms) => ({ event: 'clock-jump', jumpMs: ms, upMs: now.upMs, boot: now.boot })),
      ...(isGap ? [gap] : []),
    ];
  }

  /** Records of that moment, and what {@link look} gave then, are durable. */
  wrote(moment: Moment): void {
    this.#durable = moment;
    this.#jumpsMs = [];
  }
}

/** Milliseconds of silence that count as a gap, where a heartbeat is due after so many seconds. */
export function silenceLimitMs(everySeconds: number): number {
  return everySeconds * 1_500 + BEAT_SLACK_MS;
}

function checkedPeriod(seconds: number): number {
  if (!(seconds > 0 && seconds <= MAX_HEARTBEAT_SECONDS))
    throw new TypeError(`a heartbeat is due after more than 0 and at most ${MAX_HEARTBEAT_SECONDS} seconds`);
  return seconds;
}
