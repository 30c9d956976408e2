import type { Finding } from '../core/finding.ts';

/** Why an engine was not asked about a text. None of these says anything of the text but its size and its form. */
type SkipReason = 'too-large' | 'not-utf8' | 'no-turn' | 'circuit-open';

/** Why an engine that was asked gave no answer. */
type FailureReason =
  | 'aborted'
  | 'timed-out'
  | 'not-started'
  | 'exit-status'
  | 'killed'
  | 'text-not-read'
  | 'http-status'
  | 'unreachable'
  | 'no-key'
  | 'answer-too-large'
  | 'answer-unreadable'
  | 'broken';

/**
 * What an engine said of one text. Reasons are fixed words and numbers: what an engine wrote, which may hold the text, is
 * in no answer.
 */
export type EngineAnswer =
  | { readonly kind: 'ran'; readonly findings: readonly Finding[] }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      /** The exit status of the program or the status of the HTTP answer, where that is the reason. */
      readonly status: number | null;
    };

/**
 * A scanner outside of this program.
 *
 * `scan` never rejects. It settles soon after `signal` is aborted, and has by then ended what it started. The bytes are
 * handed to the engine alone; they must not change before it settles.
 */
export interface Engine {
  readonly name: string;
  scan(bytes: Uint8Array, options: { readonly signal: AbortSignal }): Promise<EngineAnswer>;
}

export type FailedAnswer = Extract<EngineAnswer, { readonly kind: 'failed' }>;

/** An answer that tells of a failure. */
export function failed(reason: FailureReason, status: number | null = null): FailedAnswer {
  return { kind: 'failed', reason, status };
}

/** An answer that tells that the engine was not asked. */
export function skipped(reason: SkipReason): EngineAnswer {
  return { kind: 'skipped', reason };
}
