import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { discrepancyBody, factOf, reconciler } from '../reconcile/index.ts';
import type { Discrepancy, PlacedRecord, ReconcileLimits } from '../reconcile/index.ts';

/** A discrepancy of a log: found in it now, or put on record while it was written, or both. */
export interface FoundInLog {
  /** As a record of it holds it. */
  readonly body: JsonObject;
  readonly sessionId: SessionId;
  /** The record of it; null where nobody put it on record. */
  readonly record: number | null;
}

export interface ReconcileLogOptions {
  /** Null for all sessions. */
  readonly sessionId: SessionId | null;
  readonly limits?: Partial<ReconcileLimits>;
  readonly onProgress: (records: number) => void;
}

/** What joining a whole log came to. */
export interface ReconciledLog {
  /** In the order in which they showed. */
  readonly found: readonly FoundInLog[];
  readonly records: number;
}

/** Milliseconds of the log between two ticks, and records between two tellings. */
const TICK_MS = 1_000;
const PROGRESS_RECORDS = 2_000;
/** A log with more is answered with these. */
const MAX_FOUND = 10_000;

/**
 * Joins the records of a log, from the first on, as it would have been joined while it was written, but for what only processes showed: of that, what was put
 * on record is told again.
 */
export async function reconcileLog(
  log: AsyncIterable<PlacedRecord>,
  options: ReconcileLogOptions,
): Promise<ReconciledLog> {
  const join = reconciler(options.limits === undefined ? {} : { limits: options.limits });
  const found = new Map<string, FoundInLog>();
  let tickedAtMs = 0;
  let records = 0;
  const note = (all: readonly Discrepancy[]): void => {
    for (const one of all) {
      if (found.size >= MAX_FOUND || !isWanted(one.sessionId)) continue;
      found.set(one.id, { body: discrepancyBody(one), sessionId: one.sessionId, record: null });
    }
  };
  const isWanted = (id: SessionId): boolean => options.sessionId === null || options.sessionId === id;

  for await (const record of log) {
    records += 1;
    if (records % PROGRESS_RECORDS === 0) options.onProgress(records);
    const id = record.kind === 'finding' ? stringField(record.body, 'findingId') : null;
    if (id !== null && record.sessionId !== null && isWanted(record.sessionId) && found.size < MAX_FOUND) {
      found.set(id, { body: record.body, sessionId: record.sessionId, record: record.index });
    }
    const fact = factOf(record);
    const atMs = record.occurredAtMs;
    if (fact !== null) note(join.observe(fact, atMs));
    if (atMs - tickedAtMs < TICK_MS) continue;
    tickedAtMs = atMs;
    note(join.tick(atMs));
  }
  return { found: [...found.values()], records };
}
