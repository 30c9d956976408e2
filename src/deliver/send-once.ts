import type { DeliveryClock } from './clock.ts';
import { SinkFailed } from './sink.ts';
import type { Sink, SinkAnswer, SinkBatch } from './sink.ts';

/** Longest time that one try may take, in milliseconds: enough for the largest batch over a slow line. */
export const SEND_TIMEOUT_MS = 120_000;

/** Time that a sink has to let go of a try that was broken off, in milliseconds. */
const LET_GO_MS = 5_000;

/**
 * Gives a batch to a sink once, and waits no longer than {@link SEND_TIMEOUT_MS}.
 *
 * @throws {SinkFailed} where the sink does not answer in time, or answers about records that it was not given.
 */
export async function sendOnce(
  sink: Sink,
  batch: SinkBatch,
  clock: DeliveryClock,
  stop: AbortSignal,
): Promise<SinkAnswer> {
  const answer = await withinTime(clock, stop, (signal) => sink.deliver(batch, signal));
  const given = new Set(batch.records.map(({ record }) => record.index));
  const named = [...answer.pending, ...answer.refused.map(({ index }) => index)];
  if (new Set(named).size !== named.length || named.some((index) => !given.has(index))) {
    throw new SinkFailed('the answer names records that were not sent, or one of them twice');
  }
  if (sink.store !== null && answer.refused.length > 0) {
    throw new SinkFailed('a store refused records, and without them nobody could verify it');
  }
  return answer;
}

/**
 * Runs something that may hang: it is told to stop when time is over or the end has come, and left alone where it does
 * not heed that.
 *
 * @throws {SinkFailed} where it takes too long.
 */
export async function withinTime<Result>(
  clock: DeliveryClock,
  stop: AbortSignal,
  action: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  const late = new AbortController();
  const abandoned = (async (): Promise<never> => {
    await clock.sleep(SEND_TIMEOUT_MS, AbortSignal.any([ended.signal, stop]));
    if (!ended.signal.aborted) late.abort();
    await clock.sleep(LET_GO_MS, ended.signal);
    throw new SinkFailed(stop.aborted ? 'broken off at the end' : `no answer after ${SEND_TIMEOUT_MS / 1_000} s`);
  })();
  // Where the action wins, nobody waits for this any more.
  abandoned.catch(() => undefined);
  try {
    return await Promise.race([action(AbortSignal.any([late.signal, stop])), abandoned]);
  } finally {
    ended.abort();
  }
}
