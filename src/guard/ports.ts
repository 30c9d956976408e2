import type { Action } from '../core/action.ts';
import type { AuditSink } from '../core/audit.ts';
import type { Decision } from '../core/decision.ts';
import type { Finding } from '../core/finding.ts';
import type { SessionId } from '../core/ids.ts';
import type { Inspection, PassingText } from '../core/inspection.ts';
import type { FileFacts, SealPlace, SealedCall, SeenCall, WouldBe } from '../core/seen-call.ts';
import type { Liveness, SessionDirectory } from '../core/session.ts';
import type { Taint } from '../core/taint.ts';

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
  readonly decide: (action: Action, scene: GuardScene, taint: Taint | null) => GuardVerdict;
  /** Whether the policy in force has anything looked at: then what cannot be looked at goes no further. */
  readonly inspects: () => boolean;
  /** Looks through a text. What it rejects with counts as not looked at; null where the policy asks for nothing. */
  readonly inspect: (text: PassingText) => Promise<Inspection | null>;
  /**
   * Where values stand in a text that were masked for the model in this session. A detector needs surroundings to see one;
   * what was seen once is known without them. What it throws counts as a text that was not looked at.
   */
  readonly known: (session: SessionId, text: string) => readonly Finding[];
  /** Whether nothing that an action is given can leave the machine by it, as far as that is known. */
  readonly staysHere: (action: Action, scene: GuardScene) => boolean;
  /**
   * Told of each client session that begins in a session, before its first prompt. What one of before had read that it goes
   * on with taints this session too.
   *
   * @param isFresh whether it begins with nothing read.
   */
  readonly clientStarted: (session: SessionId, clientSessionId: string, isFresh: boolean) => Promise<void>;
  /** Makes a session's taint last. Resolves once it would survive a restart. */
  readonly taint: (session: SessionId, taint: Taint) => Promise<void>;
  /** Makes what was decided unreadable for all but the holder of the session's key. What it throws costs the content only. */
  readonly seal: (call: SeenCall, place: SealPlace) => SealedCall;
  /** What the person is to be told of a session beside the answer to a call or a prompt; null for nothing. Never where absent. */
  readonly notice?: (session: SessionId) => string | null;
  /** Told what went wrong inside, in one line without content; the call itself is denied whatever this does. */
  readonly logError?: (line: string) => void;
}

/** A guard that listens. */
export interface Guard {
  /** Stops listening, waits for answers under way for a moment and removes the socket. The same promise each time. */
  close(): Promise<void>;
}
