import { createHash } from 'node:crypto';
import { callerInRole, isSameRole } from './aws-role.ts';
import type { AwsCaller, AwsRole } from './aws-role.ts';
import { PROOF_SECONDS, readProof, signedAtMs } from './proof.ts';
import type { Sts } from './sts.ts';

/** What a proof proves. */
export type Identity =
  | { readonly kind: 'caller'; readonly caller: AwsCaller }
  /** It is none, or not for here, or of somebody who may not come in. */
  | { readonly kind: 'refused'; readonly why: IdentityFault; readonly caller: AwsCaller | null }
  /** STS could not be asked: nobody comes in, and asking again may help. */
  | { readonly kind: 'unchecked'; readonly why: string };

/** Why a proof lets nobody in, as records name it. */
export type IdentityFault =
  /** No proof of the one form that there is: other action, host, region, parameters or length. */
  | 'proof-unreadable'
  /** Signed too long ago, or in the future. */
  | 'proof-not-fresh'
  /** STS does not take it: forged, of withdrawn keys, or made for another gateway. */
  | 'proof-rejected'
  /** Of a user, a federated user or the root of an account. */
  | 'caller-no-role'
  /** Of a role that is not on the list. */
  | 'role-not-allowed';

export interface VerifierOptions {
  readonly sts: Sts;
  readonly region: string;
  /** The name that proofs must be made for. */
  readonly gateway: string;
  /** Nobody else comes in. */
  readonly roles: readonly AwsRole[];
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
}

type Known = Map<string, { readonly identity: Identity; readonly untilMs: number }>;

/** Clocks of hosts may be this much ahead. */
const CLOCK_SKEW_MS = 60_000;
/**
 * Proofs of each kind that are known at one time; a host has one, or two for a moment. Those that let nobody in have a
 * place of their own, so that a flood of them drops none of the others.
 */
const MAX_KNOWN = 4_096;
/** Proofs that STS is asked about at one time; more are told to come again. */
const MAX_ASKING = 32;
/** A proof that STS did not take is not asked about again for so long. */
const REJECTED_MS = 30_000;

/**
 * Says who a proof is of. STS is asked once for each proof; what it said holds until the proof ends. Holds state; one per
 * gateway.
 *
 * @returns never rejects.
 */
export function identityVerifier(options: VerifierOptions): (proof: string) => Promise<Identity> {
  const { sts, region, gateway, roles, clock } = options;
  const callers: Known = new Map();
  const strangers: Known = new Map();
  const asking = new Map<string, Promise<Identity>>();

  const keep = (digest: string, identity: Identity, untilMs: number): void => {
    const known = identity.kind === 'caller' ? callers : strangers;
    const [oldest] = known.keys();
    if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    known.set(digest, { identity, untilMs });
  };

  return async (proof) => {
    const parts = readProof({ region }, proof);
    if (parts === null) return refused('proof-unreadable');
    const [nowMs, fromMs] = [clock(), signedAtMs(parts)];
    const untilMs = fromMs + PROOF_SECONDS * 1_000;
    // Written so that a moment that is no number is not fresh.
    if (!(nowMs >= fromMs - CLOCK_SKEW_MS && nowMs < untilMs)) return refused('proof-not-fresh');
    const digest = createHash('sha256').update(proof).digest('base64');
    const seen = callers.get(digest) ?? strangers.get(digest);
    if (seen !== undefined && nowMs < seen.untilMs) return seen.identity;
    const running = asking.get(digest);
    if (running !== undefined) return await running;
    if (asking.size >= MAX_ASKING) return { kind: 'unchecked', why: 'too many proofs are being checked' };
    const asked = (async (): Promise<Identity> => {
      const answer = await sts.ask(parts, gateway);
      if (answer.kind === 'silent') return { kind: 'unchecked', why: answer.why };
      const identity = answer.kind === 'rejected' ? refused('proof-rejected') : judged(answer.facts, roles);
      keep(digest, identity, identity.kind === 'caller' ? untilMs : Math.min(untilMs, nowMs + REJECTED_MS));
      return identity;
    })();
    asking.set(digest, asked);
    try {
      return await asked;
    } finally {
      asking.delete(digest);
    }
  };
}

function judged(facts: Parameters<typeof callerInRole>[0], roles: readonly AwsRole[]): Identity {
  const found = callerInRole(facts);
  if (found === null) return refused('caller-no-role');
  return roles.some((role) => isSameRole(role, found.role))
    ? { kind: 'caller', caller: found.caller }
    : refused('role-not-allowed', found.caller);
}

function refused(why: IdentityFault, caller: AwsCaller | null = null): Identity {
  return { kind: 'refused', why, caller };
}
