import type { Action } from '../core/action.ts';
import type { AuditSink } from '../core/audit.ts';
import type { Decision } from '../core/decision.ts';
import type { FileFacts, SealPlace, SealedCall, SeenCall, WouldBe } from '../core/seen-call.ts';
import type { Liveness, SessionDirectory } from '../core/session.ts';

/** Where an action would happen. */
export interface GuardScene {
  /** Absolute path of the folder in which the agent works. */
  readonly workspace: string;
  readonly homeDir: string;
}

/** What was decided, and by which policy. */
export interface GuardVerdict {
  readonly decision: Decision;
  /** Digest of the bundle that was in force at that moment. */
  readonly bundleDigest: string;
  /** What rules that are not enforced yet would have said. It changes nothing. */
  readonly wouldBe: readonly WouldBe[];
  /** What the file system was asked on the way; null where that was too much to keep. */
  readonly facts: FileFacts | null;
}

/** What the guard is given by whoever starts it. */
export interface GuardPorts {
  readonly sessions: SessionDirectory;
  readonly liveness: Liveness;
  readonly audit: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Decides one action. Synchronous; what it throws is answered with deny. */
  readonly decide: (action: Action, scene: GuardScene) => GuardVerdict;
  /** Makes what was decided unreadable for all but the holder of the session's key. What it throws costs the content only. */
  readonly seal: (call: SeenCall, place: SealPlace) => SealedCall;
  /** Told what went wrong inside, in one line without content; the call itself is denied whatever this does. */
  readonly logError?: (line: string) => void;
}

/** A guard that listens. */
export interface Guard {
  /** Stops listening, waits for answers under way for a moment and removes the socket. The same promise each time. */
  close(): Promise<void>;
}
