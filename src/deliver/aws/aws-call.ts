import type { StoreFailed } from '../../core/error.ts';
import type { DeliveryClock } from '../clock.ts';
import { awsErrorFacts, awsFailure } from './aws-failure.ts';
import type { AwsTarget } from './aws-failure.ts';

/** How tries follow each other. */
export type Pace = Pick<DeliveryClock, 'sleep' | 'random'>;

/** Tries of one request. What lasts longer is for whoever asked to wait out. */
export const MAX_TRIES = 4;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** Milliseconds for one request with its whole answer, whatever arrives of it. */
const TRY_TIMEOUT_MS = 120_000;

/**
 * Asks a service, and asks again up to {@link MAX_TRIES} times where it did not answer or was busy. Waits between tries grow and are
 * spread by chance, so that hosts that lost a service together do not come back together.
 *
 * @param ask one request. Its signal ends it: at the caller's wish or when it takes too long.
 * @throws {StoreFailed} for everything that is thrown by `ask`.
 */
export async function awsCall<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  target: AwsTarget,
  pace: Pace,
  signal: AbortSignal,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const failure = await failureOf(ask, target, signal);
    if (!('failed' in failure)) return failure.answer;
    if (tries >= MAX_TRIES || !isWorthAnotherTry(failure.failed, tries)) throw failure.failed;
    const longestMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
    await pace.sleep(longestMs * (0.5 + pace.random() / 2), signal);
    if (signal.aborted) throw failure.failed;
  }
}

async function failureOf<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  target: AwsTarget,
  signal: AbortSignal,
): Promise<{ readonly answer: Answer } | { readonly failed: StoreFailed }> {
  try {
    return { answer: await ask(AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT_MS)])) };
  } catch (error) {
    return { failed: awsFailure(error, target) };
  }
}

function isWorthAnotherTry(failed: StoreFailed, tries: number): boolean {
  if (failed.code === 'STORE_UNREACHABLE') return true;
  // The SDK signs the next request by the service's own time, as its answer told it. Once: a second time it would not help.
  return tries === 1 && awsErrorFacts(failed.cause).clockCorrected;
}
