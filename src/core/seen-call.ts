import type { Action } from './action.ts';
import type { Verdict } from './decision.ts';
import type { RuleId, SessionId } from './ids.ts';
import type { RolloutMode } from './rule-table.ts';
import type { Taint } from './taint.ts';

/** What the file system answered while a call was decided. Each question stands once, in the order of asking. */
export interface FileFacts {
  /** Where a path led once links were followed. */
  readonly realPaths: readonly (readonly [asked: string, answer: string])[];
  /** The names that a glob stood for; null where they were too many to tell. */
  readonly globs: readonly (readonly [asked: string, answer: readonly string[] | null])[];
  /** Where those files led that lay behind a link among those of a glob; null where they were too many to tell. */
  readonly links: readonly (readonly [asked: string, answer: readonly string[] | null])[];
}

/** A call as `decide` saw it: all that is needed to decide it again, elsewhere and later. */
export interface SeenCall {
  readonly action: Action;
  readonly workspace: string;
  readonly homeDir: string;
  /** The client's mode, which no decision rests on; null where the client told none. */
  readonly permissionMode: string | null;
  /** Null where they were too long to keep, or nobody asked. */
  readonly facts: FileFacts | null;
  /** What the session had read by then. */
  readonly taint: Taint | null;
}

/** A rule in warn or shadow that would have changed the verdict on a call. */
export interface WouldBe {
  readonly ruleId: RuleId;
  /** The verdict on the call if this rule were enforced too, and no other on trial. */
  readonly verdict: Verdict;
  readonly mode: Exclude<RolloutMode, 'enforce'>;
}

/** Which decision some sealed content belongs to: it opens nowhere else. */
export interface SealPlace {
  readonly sessionId: SessionId;
  /** As the record has it; null where the client gave none. */
  readonly toolUseId: string | null;
  /** Digest of the bundle that decided. */
  readonly bundle: string;
}

/** Why the content of a call was not kept. */
export const UNSEALED_REASONS = ['policy', 'no-key', 'too-large', 'not-text', 'failed'] as const;
export type UnsealedReason = (typeof UNSEALED_REASONS)[number];

/** The content of a call in the form that a record takes, or why it has none. */
export type SealedCall = { readonly sealed: string } | { readonly sealed: null; readonly why: UnsealedReason };
