import type { DetectorId, RuleId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { GovernedSession } from '../../core/session.ts';

/** A call of a reply, as the client would run it. */
export interface CalledTool {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
}

/** What the policy says to a call where nobody can be asked yet. */
export interface CallVerdict {
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly ruleId: RuleId;
  /** Read by the developer and the model; null where the call is allowed. */
  readonly reason: string | null;
  /** Digest of the bundle that said so; null where none was asked. */
  readonly bundle: string | null;
}

/** What looking at a reply needs of the rest of the program. */
export interface CallPorts {
  /** Decides a call as the guard would, the session's taint included. What it throws counts as deny. */
  readonly decide: (session: GovernedSession, call: CalledTool) => CallVerdict | Promise<CallVerdict>;
  /** Looks through the words of replies by the policy in force; null where that has nothing looked for. */
  readonly scanner: () => WordScanner | null;
}

/** Areas of findings that a policy may want no reply to hold. */
export type WordArea = 'secret' | 'company';

export interface WordScanner {
  /** Those that are looked for. */
  readonly areas: readonly WordArea[];
  /** @param isPrompt whether it is told as soon as possible what is certain, at the price of more scans. */
  scan(isPrompt: boolean): WordScan;
}

/** Looks through one text that comes in pieces. */
export interface WordScan {
  push(piece: string): WordsSeen;
  /** What is left. Nothing may be pushed any more. */
  end(): WordsSeen;
}

export interface WordsSeen {
  /** What was found since the last answer, once for each place. */
  readonly found: readonly DetectorId[];
  /** How many of the pieces, from the first on, lie in front of everything that may still be found. */
  readonly certainPieces: number;
}
