import type { SessionId } from './ids.ts';
import type { Taint } from './taint.ts';

/** Which protocol the client of a session speaks to the gateway, and so which upstream it is sent to. */
export type ModelProvider = 'anthropic' | 'bedrock' | 'vertex';

/** One governed run as the enforcement points see it. */
export interface GovernedSession {
  readonly id: SessionId;
  /** Absolute path of the folder in which the agent works. */
  readonly workspace: string;
  readonly homeDir: string;
  readonly provider: ModelProvider;
  /** Null while the session runs; else why it was ended or refused, as shown to the developer. */
  readonly endedReason: string | null;
  /** That it read a text after which it may act for whoever wrote that; null where it did not. */
  readonly taint: Taint | null;
}

/** Finds sessions. Answers are the state at the moment of the call: ask again after each wait. */
export interface SessionDirectory {
  /** The session that this bearer token was given to, or null. Compares in constant time. */
  byToken(token: string): GovernedSession | null;
  byId(id: SessionId): GovernedSession | null;
}

/**
 * Proof that the client's hooks reach the guard. The gateway issues a canary call, the guard confirms that it denied
 * and recorded it; only then does the gateway send anything of that client session to a model. From there on the guard
 * notes each call that it decided, so that the gateway can tell a tool that ran without it.
 */
export interface Liveness {
  /** Whether hooks of this client session were seen to work since the daemon started. */
  isProven(session: SessionId, clientSessionId: string): boolean;
  /** Makes a `tool_use` id for a new canary call of this client session. */
  issue(session: SessionId, clientSessionId: string): string;
  /** Whether an id was made by {@link issue} of this installation, in any session and before any restart. */
  isCanary(toolUseId: string): boolean;
  /** Told by the guard, after the denial of this canary is durable. */
  confirm(session: SessionId, clientSessionId: string, toolUseId: string): void;
  /** Told by the guard, after the record of its decision about this call is durable, whatever the verdict. */
  noteDecision(session: SessionId, toolUseId: string): void;
  /**
   * Whether {@link noteDecision} was told of this call since the daemon started. The newest 4,096 calls of a session are
   * remembered, so whoever may refuse for a false asks before as many more are decided.
   */
  wasDecided(session: SessionId, toolUseId: string): boolean;
}
