import type { AwsCaller } from '../identity/index.ts';
import { rate } from './rate.ts';
import type { Rate } from './rate.ts';
import type { RelayLimits } from './relay-limits.ts';

/** Lets requests in as far as the limits go. Holds state; one per gateway. */
export interface CallerAdmission {
  /** A request of a caller; what is returned is called once when it has ended. */
  admit(caller: AwsCaller): Admitted;
}

export type Admitted =
  | {
      readonly kind: 'admitted';
      readonly release: () => void;
      /** Room for the body of the request, or null where there is none now. What is returned is called once when it is gone. */
      readonly holdBody: (bytes: number) => (() => void) | null;
    }
  | { readonly kind: 'too-many-at-once' }
  | { readonly kind: 'rate-limited'; readonly retryAfterS: number };

type AdmissionLimits = Pick<
  RelayLimits,
  'bodyBytesAtOnce' | 'callerBodyBytesAtOnce' | 'callerRequestsAtOnce' | 'callerRequestsPerMinute' | 'callers'
>;

interface Count {
  underWay: number;
  heldBytes: number;
  readonly minute: Rate;
}

/** @param uptimeMs milliseconds that only go forward. */
export function callerAdmission(limits: AdmissionLimits, uptimeMs: () => number): CallerAdmission {
  const counts = new Map<string, Count>();
  let heldBytes = 0;

  const countOf = (caller: AwsCaller): Count | null => {
    // The part of STS's id that is the role's own cannot be taken by a role of the same name that is made later.
    const key = `${caller.account}/${caller.userId}`;
    const known = counts.get(key);
    if (known !== undefined) return known;
    if (counts.size >= limits.callers) dropIdle(counts);
    if (counts.size >= limits.callers) return null;
    const fresh = { underWay: 0, heldBytes: 0, minute: rate(limits.callerRequestsPerMinute, uptimeMs) };
    counts.set(key, fresh);
    return fresh;
  };

  const holdBody = (count: Count, bytes: number): (() => void) | null => {
    if (heldBytes + bytes > limits.bodyBytesAtOnce) return null;
    // One body always has room, whatever the policy says of its length.
    if (count.heldBytes > 0 && count.heldBytes + bytes > limits.callerBodyBytesAtOnce) return null;
    heldBytes += bytes;
    count.heldBytes += bytes;
    return once(() => {
      heldBytes -= bytes;
      count.heldBytes -= bytes;
    });
  };

  return {
    admit(caller) {
      const count = countOf(caller);
      if (count === null || count.underWay >= limits.callerRequestsAtOnce) return { kind: 'too-many-at-once' };
      const waitMs = count.minute.take();
      if (waitMs > 0) return { kind: 'rate-limited', retryAfterS: Math.ceil(waitMs / 1_000) };
      count.underWay += 1;
      return {
        kind: 'admitted',
        release: once(() => void (count.underWay -= 1)),
        holdBody: (bytes) => holdBody(count, bytes),
      };
    },
  };
}

function dropIdle(counts: Map<string, Count>): void {
  for (const [key, { underWay, minute }] of counts) if (underWay === 0 && minute.isFull()) counts.delete(key);
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
