import type { DetectionArea } from './finding.ts';
import type { ModelProvider } from './session.ts';
import type { TokenCounts } from './usage.ts';

/** What became of findings, weakest first. */
export const FINDING_FATES = ['alerted', 'masked', 'redacted', 'blocked'] as const;
export type FindingFate = (typeof FINDING_FATES)[number];

/** Whether a guard looked. */
export const GUARD_STATES = ['ran', 'skipped', 'failed'] as const;
export type GuardState = (typeof GUARD_STATES)[number];

/** What is told of one exchange: counts, times, names and ids, never a word of what was said. */
export interface ExchangeFacts {
  /** `chat` runs a model. */
  readonly kind: 'chat' | 'count-tokens' | 'other';
  readonly provider: ModelProvider;
  /** As the request names it; null where it names none. */
  readonly model: string | null;
  /** As the client got it; null where it was cut off before. */
  readonly status: number | null;
  /** How it ended, in the fixed words of the records: `complete`, `upstream-cut`, or why it was refused. */
  readonly outcome: string;
  /** Why the model stopped, in the service's word. */
  readonly stopReason: string | null;
  readonly isStream: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** In milliseconds; null where it did not come to that. */
  readonly times: {
    /** From the request's first byte to the first that goes up: what the gateway itself takes. */
    readonly beforeUpstreamMs: number | null;
    /** From there to the head of the reply. */
    readonly upstreamWaitMs: number | null;
    /** From the request's first byte to the reply's first that goes to the client. */
    readonly firstByteMs: number | null;
    readonly totalMs: number;
  };
  /** Of the bodies, as the client sent and got them. */
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** Null where none were counted. */
  readonly tokens: TokenCounts | null;
  readonly findings: readonly { readonly area: DetectionArea; readonly fate: FindingFate; readonly count: number }[];
  /** Each guard once, under a fixed name. */
  readonly guards: readonly { readonly guard: string; readonly state: GuardState }[];
  /** Blocks of text that were known from before, and that were not. */
  readonly blocks: { readonly known: number; readonly scanned: number };
  /** Which upstream answered: 0 is the usual one, others are fallbacks. Null where none did. */
  readonly upstream: number | null;
  /** The service's own id of the request, and the message's. */
  readonly requestId: string | null;
  readonly messageId: string | null;
  readonly sessionId: string | null;
  readonly clientSessionId: string | null;
  /** Calls in the reply. */
  readonly toolUseIds: readonly string[];
}

/** Where exchanges are told. */
export interface Telemetry {
  /** Takes microseconds, waits for nothing and never throws: what cannot be passed on in time is dropped. */
  exchange(facts: ExchangeFacts): void;
}
