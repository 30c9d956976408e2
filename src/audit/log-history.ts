import type { JsonObject } from '../core/json.ts';
import type { Moment } from './pulse.ts';
import { CLOCK_JUMP_MS } from './pulse.ts';
import type { LoggedRecord } from './record-line.ts';

/** What the newest records of a log say of when it last ran. */
export class LogHistory {
  #lastAtMs: number | null = null;
  #isClosed = false;
  #moment: Moment | null = null;

  /** Takes the next record. */
  add({ kind, occurredAtMs, body }: LoggedRecord): void {
    const event = kind === 'log' ? body['event'] : null;
    this.#lastAtMs = occurredAtMs;
    this.#isClosed = event === 'closed';
    const { upMs, boot } = body;
    if (event !== null && typeof upMs === 'number' && typeof boot === 'string')
      this.#moment = { atMs: occurredAtMs, upMs, boot };
  }

  /**
   * What lies between the last record and `now`, for the record of the opening; null where there is no record before.
   *
   * The seconds are those of the machine's uptime where it ran on, so that a clock that was set hides nothing. `null`
   * seconds: the clock went back, and nobody knows.
   */
  gapUntil(now: Moment): JsonObject | null {
    const fromMs = this.#lastAtMs;
    if (fromMs === null) return null;
    const gapMs = this.#elapsedMs(fromMs, now);
    const cause = gapMs < 0 ? 'clock-back' : this.#isClosed ? 'stopped' : 'killed';
    return { fromMs, toMs: now.atMs, seconds: gapMs < 0 ? null : gapMs / 1_000, cause };
  }

  /** By how much the clock was set since the log last noted it, in milliseconds; 0 where that is little or unknown. */
  clockJump(now: Moment): number {
    if (this.#moment === null || !isSameRun(this.#moment, now)) return 0;
    const jumpMs = now.atMs - this.#moment.atMs - (now.upMs - this.#moment.upMs);
    return Math.abs(jumpMs) < CLOCK_JUMP_MS ? 0 : jumpMs;
  }

  #elapsedMs(fromMs: number, now: Moment): number {
    const noted = this.#moment;
    if (noted === null || !isSameRun(noted, now)) return now.atMs - fromMs;
    // The records after the note carry the clock of then; only what is between the note and now was measured.
    return Math.max(0, now.upMs - noted.upMs - Math.max(0, fromMs - noted.atMs));
  }
}

/** Whether the machine ran on between two moments, so that their uptimes can be compared. */
function isSameRun(before: Moment, now: Moment): boolean {
  return before.boot !== null && before.boot === now.boot && now.upMs >= before.upMs;
}
