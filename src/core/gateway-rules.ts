import type { DetectionArea } from './finding.ts';

/** Kinds of content that cannot be looked at as text. `unknown` is a block of a type that nobody here knows. */
export const OPAQUE_KINDS = ['image', 'document', 'media', 'unknown'] as const;
export type OpaqueKind = (typeof OPAQUE_KINDS)[number];

/** What is done with such content, weakest first. `strip` sends a note in its place. */
export const OPAQUE_ACTIONS = ['allow', 'ask', 'strip', 'deny'] as const;
export type OpaqueAction = (typeof OPAQUE_ACTIONS)[number];

/** What follows a finding in the model's own words, weakest first. */
export const REPLY_ACTIONS = ['alert', 'block'] as const;
export type ReplyAction = (typeof REPLY_ACTIONS)[number];

/** Who refuses a call of a reply that the policy denies, weakest first: the hooks alone, or the gateway as well. */
export const CALL_REFUSERS = ['hooks', 'gateway'] as const;
export type CallRefuser = (typeof CALL_REFUSERS)[number];

/**
 * What becomes of the calls for a client whose hooks were not seen to work, weakest first: the gateway decides each and
 * passes what is allowed, or it passes none.
 */
export const WITHOUT_HOOKS = ['decide', 'refuse'] as const;
export type WithoutHooks = (typeof WITHOUT_HOOKS)[number];

/** What holds where the counters cannot be read or written, weakest first. */
export const UNKNOWN_USAGE = ['allow', 'deny'] as const;
export type UnknownUsage = (typeof UNKNOWN_USAGE)[number];

/**
 * What the log keeps of requests and replies: their digest; their masked text, in clear, and the true text sealed; or
 * their masked text, sealed.
 */
export const CONTENT_LOGS = ['digest', 'masked', 'sealed'] as const;
export type ContentLog = (typeof CONTENT_LOGS)[number];

/** The areas whose findings are masked. Instructions are not. */
export type MaskedArea = Exclude<DetectionArea, 'injection'>;

/** A limit by whose requests are counted; null where nothing limits them. */
export interface UsageLimits {
  readonly session: number | null;
  readonly user: number | null;
  readonly team: number | null;
}

/** What a policy says about the way to the model and back, beside the findings of detectors. */
export interface GatewayRules {
  readonly opaque: Readonly<Record<OpaqueKind, OpaqueAction>>;
  readonly replies: { readonly secret: ReplyAction; readonly company: ReplyAction };
  readonly deniedCalls: CallRefuser;
  readonly withoutHooks: WithoutHooks;
  /** Areas whose rules also rewrite, once, what was sent before them. Each once, in the order of `DETECTION_AREAS`. */
  readonly retroactive: readonly MaskedArea[];
  readonly limits: {
    /** From 1 KiB to 64 MiB. */
    readonly maxBodyBytes: number;
    /** Of one session, from 1 to 512. */
    readonly concurrentRequests: number;
    readonly requestsPerMinute: UsageLimits;
    /** Of input, output and cache, as the service reports them, in a day of UTC. */
    readonly tokensPerDay: UsageLimits;
    readonly whenUnknown: UnknownUsage;
    /** Whom requests under this policy count for beside session and user; null where for nobody. */
    readonly team: string | null;
  };
  readonly timeouts: {
    /** Until a connection to the upstream stands. From 100 to 60000. */
    readonly connectMs: number;
    /** Without a byte from the upstream, or without the client taking one. From 1000 to 3600000. */
    readonly idleMs: number;
  };
  /**
   * Where a request goes when the upstream cannot be reached or fails before its first event, in this order. Absolute
   * URLs without a final slash, `https` unless they name this machine; each once.
   */
  readonly fallbacks: readonly string[];
  readonly contentLog: ContentLog;
  readonly forwardProxy: {
    readonly enabled: boolean;
    /** Names in the form that `canonicalHost` gives; connections to others are refused. */
    readonly hosts: readonly string[];
  };
  readonly telemetry: {
    /** Whether `GET /metrics` answers on the control side. */
    readonly prometheus: boolean;
    /** Base URL of an OTLP/HTTP collector, without a final slash; null where there is none. */
    readonly otlp: string | null;
  };
}

const NO_LIMITS: UsageLimits = { session: null, user: null, team: null };

/** What holds where a policy says nothing about the gateway. */
export const DEFAULT_GATEWAY_RULES: GatewayRules = {
  opaque: { image: 'allow', document: 'ask', media: 'deny', unknown: 'allow' },
  replies: { secret: 'alert', company: 'alert' },
  deniedCalls: 'hooks',
  withoutHooks: 'refuse',
  retroactive: [],
  limits: {
    maxBodyBytes: 64 * 1024 * 1024,
    concurrentRequests: 64,
    requestsPerMinute: NO_LIMITS,
    tokensPerDay: NO_LIMITS,
    whenUnknown: 'deny',
    team: null,
  },
  timeouts: { connectMs: 10_000, idleMs: 600_000 },
  fallbacks: [],
  contentLog: 'digest',
  forwardProxy: { enabled: false, hosts: ['api.anthropic.com'] },
  telemetry: { prometheus: false, otlp: null },
};
