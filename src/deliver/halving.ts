import type { DeliveredRecord, RefusedRecord, SinkAnswer } from './sink.ts';

/** What came of one request: an answer, or that the receiver does not take the request as it is. */
export type RequestOutcome = SinkAnswer | { readonly unfit: string };

/**
 * Sends records, and where the receiver takes a request for unfit, its halves, until the records that it does not take
 * stand alone. Those are refused.
 *
 * @param send one request; throws where another try of all is due.
 */
export async function sendHalving(
  records: readonly DeliveredRecord[],
  send: (records: readonly DeliveredRecord[]) => Promise<RequestOutcome>,
): Promise<SinkAnswer> {
  const outcome = await send(records);
  if (!('unfit' in outcome)) return outcome;
  const [only] = records;
  if (only === undefined || records.length === 1) {
    const refused: readonly RefusedRecord[] =
      only === undefined ? [] : [{ index: only.record.index, reason: outcome.unfit }];
    return { pending: [], refused, reason: null, retryAfterMs: null };
  }
  const half = Math.ceil(records.length / 2);
  const first = await sendHalving(records.slice(0, half), send);
  const second = await sendHalving(records.slice(half), send);
  return {
    pending: [...first.pending, ...second.pending],
    refused: [...first.refused, ...second.refused],
    reason: first.reason ?? second.reason,
    retryAfterMs: first.retryAfterMs ?? second.retryAfterMs,
  };
}
