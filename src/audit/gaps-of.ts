import { HEARTBEAT_SECONDS, silenceLimitMs } from './pulse.ts';
import type { LoggedRecord } from './record-line.ts';

/**
 * Why nothing was recorded for a while: the log was closed (`stopped`), or its process ended without closing it (`killed`);
 * the machine slept (`asleep`); the disk took no records (`unwritten`); the clock was set back over a restart, and nobody
 * knows how long it was (`clock-back`); the log ends without a record of its closing (`no-end`).
 */
export const GAP_CAUSES = ['stopped', 'killed', 'asleep', 'unwritten', 'clock-back', 'no-end'] as const;
export type GapCause = (typeof GAP_CAUSES)[number];

/** A time of which the log holds no record though a heartbeat was due. */
export interface Gap {
  /** Record that tells of it; null for the open end. */
  readonly index: number | null;
  /** Milliseconds since the Unix epoch, by the clock of then. */
  readonly fromMs: number;
  readonly toMs: number;
  /** By the machine's uptime where it ran on, else by the clock; null where nobody knows. */
  readonly seconds: number | null;
  readonly cause: GapCause;
}

/** What a log does not hold, by its own account. */
export interface GapReport {
  /** Seconds without records although the log had not been closed. Gaps of unknown length are not in it. */
  readonly missingSeconds: number;
  /** Seconds between a record of the closing and the next opening. */
  readonly stoppedSeconds: number;
  /** Records that were refused because they could not be written, and indexes that no record has. */
  readonly lostRecords: number;
  /** How often the clock was set by more than a moment. */
  readonly clockJumps: number;
  /** The first {@link MAX_GAPS}, in the order of the log. */
  readonly gaps: readonly Gap[];
  readonly unlistedGaps: number;
}

/** Most gaps that a report lists. Their seconds are counted beyond that. */
export const MAX_GAPS = 1_000;

/**
 * Counts what the records of a log say is missing from it. Pure; memory is bounded.
 *
 * @param nowMs where present, the time since the last record counts too.
 */
export async function gapsOf(
  records: AsyncIterable<LoggedRecord> | Iterable<LoggedRecord>,
  nowMs: number | null = null,
): Promise<GapReport> {
  const count = new GapCount();
  for await (const record of records) count.add(record);
  return count.report(nowMs);
}

/** The same for a reader that passes over the records for other reasons too. */
export class GapCount {
  readonly #gaps: Gap[] = [];
  #unlistedGaps = 0;
  #missingSeconds = 0;
  #stoppedSeconds = 0;
  #lostRecords = 0;
  #clockJumps = 0;
  #nextIndex: number | null = null;
  #last: { readonly atMs: number; readonly isClosed: boolean } | null = null;
  #everySeconds = HEARTBEAT_SECONDS;

  /** Takes the next record, in the order of the log. Never throws: a record may have been written by anyone. */
  add(record: LoggedRecord): void {
    const { index } = record;
    if (this.#nextIndex !== null && index > this.#nextIndex) this.#lostRecords += index - this.#nextIndex;
    this.#nextIndex = Math.max(index + 1, this.#nextIndex ?? 0);
    this.addAlone(record);
  }

  /** The same for a reader that tells of missing indexes by itself, and passes on only records of the log about itself. */
  addAlone({ index, kind, occurredAtMs, body }: LoggedRecord): void {
    const event = kind === 'log' ? body['event'] : null;
    this.#last = { atMs: occurredAtMs, isClosed: event === 'closed' };
    if (event === 'opened') this.#take(readGap(body['gap'], index));
    if (event === 'gap') this.#take(readGap(body, index));
    if (event === 'clock-jump') this.#clockJumps += 1;
    if (event === 'write-failed') this.#lostRecords += wholeNumber(body['refused']);
    const { everySeconds } = body;
    if (event !== null && typeof everySeconds === 'number' && everySeconds > 0) this.#everySeconds = everySeconds;
  }

  /** What was missing up to `nowMs`, or up to the last record where that is null. */
  report(nowMs: number | null): GapReport {
    const end = nowMs === null ? null : this.#openEnd(nowMs);
    const isListed = end !== null && this.#gaps.length < MAX_GAPS;
    const endSeconds = end?.seconds ?? 0;
    return {
      missingSeconds: this.#missingSeconds + (end?.cause === 'no-end' ? endSeconds : 0),
      stoppedSeconds: this.#stoppedSeconds + (end?.cause === 'stopped' ? endSeconds : 0),
      lostRecords: this.#lostRecords,
      clockJumps: this.#clockJumps,
      gaps: isListed ? [...this.#gaps, end] : this.#gaps,
      unlistedGaps: this.#unlistedGaps + (end !== null && !isListed ? 1 : 0),
    };
  }

  #take(gap: Gap | null): void {
    if (gap === null) return;
    if (gap.cause === 'stopped') this.#stoppedSeconds += gap.seconds ?? 0;
    else this.#missingSeconds += gap.seconds ?? 0;
    if (this.#gaps.length < MAX_GAPS) this.#gaps.push(gap);
    else this.#unlistedGaps += 1;
  }

  #openEnd(nowMs: number): Gap | null {
    if (this.#last === null) return null;
    const { atMs, isClosed } = this.#last;
    const silentMs = nowMs - atMs;
    if (silentMs <= (isClosed ? 0 : silenceLimitMs(this.#everySeconds))) return null;
    const cause = isClosed ? 'stopped' : 'no-end';
    return { index: null, fromMs: atMs, toMs: nowMs, seconds: silentMs / 1_000, cause };
  }
}

function readGap(value: unknown, index: number): Gap | null {
  if (typeof value !== 'object' || value === null) return null;
  const { fromMs, toMs, seconds, cause } = value as Readonly<Record<string, unknown>>;
  const known = GAP_CAUSES.find((one) => one === cause);
  if (known === undefined || typeof fromMs !== 'number' || typeof toMs !== 'number') return null;
  return { index, fromMs, toMs, seconds: typeof seconds === 'number' && seconds >= 0 ? seconds : null, cause: known };
}

function wholeNumber(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
