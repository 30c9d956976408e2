import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuditSink } from '../core/audit.ts';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { GovernedSession, ModelProvider, SessionDirectory } from '../core/session.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { worseTaint } from '../core/taint.ts';
import type { Taint } from '../core/taint.ts';
import { loadSessions, storeSession } from './session-file.ts';
import type { StoredSession } from './session-file.ts';

/** Milliseconds without a sign of life from the launcher after which a session counts as lost and is ended. */
export const HEARTBEAT_LIMIT_MS = 20_000;

/** Most sessions of the client that one session remembers. */
const MAX_CLIENTS = 64;

/** What a session of the client may have read that nobody knows. */
const EARLIER = { source: 'earlier-session', detectorId: null, toolUseId: null } as const;

/** What is known of a run when it starts. */
export interface SessionRequest {
  readonly workspace: string;
  readonly homeDir: string;
  readonly provider: ModelProvider;
  /** The operating-system user, the client's version and the like: goes into the record, holds no secret. */
  readonly about: JsonObject;
  /** Whose it is, where one daemon serves several users; null or absent where it serves one. */
  readonly owner?: SessionOwner | null;
}

/** The sessions of this host, kept in the state folder so that a restarted daemon still knows them. */
export interface SessionRegistry extends SessionDirectory {
  /** Opens a session. Its record is durable before the token is given; the token is shown only here. */
  open(request: SessionRequest): Promise<{ readonly session: GovernedSession; readonly token: string }>;
  /** Ends a session; does nothing where it is ended already. `reason` is shown to the developer. */
  end(id: SessionId, reason: string): Promise<void>;
  /**
   * Keeps that a session read such a text, the worse of this and what is known. Resolves once that would survive a
   * restart and is recorded. It holds whether or not that comes about; each call after one that failed tries again.
   */
  taint(id: SessionId, taint: Taint): Promise<void>;
  /**
   * Notes that a session of the client began in a session. Where it goes on with one of before, what that one had read
   * counts here too; where nobody knows that one, it may have read anything. Resolves as {@link taint} does.
   *
   * @param isFresh whether it begins with nothing read.
   */
  clientStarted(id: SessionId, clientSessionId: string, isFresh: boolean): Promise<void>;
  /** Notes that the launcher of a session is alive. */
  beat(id: SessionId): void;
  /**
   * Ends the sessions whose launcher has been silent for {@link HEARTBEAT_LIMIT_MS}, and stores ends that could not be
   * stored when they happened. To be called every few seconds.
   */
  sweep(): Promise<void>;
  list(): readonly GovernedSession[];
  /** Null for a session that nobody knows, and where the daemon serves one user. */
  ownerOf(id: SessionId): SessionOwner | null;
}

/**
 * Opens the registry over a folder of one file per session.
 *
 * @param folder exists, mode 0700.
 * @throws {StateFolder} where a file of the folder cannot be read as a session.
 */
export function sessionRegistry(
  folder: string,
  ports: {
    readonly audit: AuditSink;
    readonly clock: () => number;
    /** Milliseconds that only go forward and stand still while the machine sleeps or this process is stopped. */
    readonly uptimeMs: () => number;
    /** Told of a session before it is recorded and opened; what this throws refuses the session. */
    readonly prepare?: (id: SessionId) => void;
  },
): SessionRegistry {
  const sessions = new Map<SessionId, StoredSession>();
  const seenAtMs = new Map<SessionId, number>();
  for (const stored of loadSessions(folder)) {
    sessions.set(stored.id, stored);
    // A launcher gets the whole limit to find the restarted daemon.
    seenAtMs.set(stored.id, ports.uptimeMs());
  }
  const unstored = new Set<SessionId>();
  let sweptAtMs = ports.uptimeMs();

  async function end(id: SessionId, reason: string): Promise<void> {
    const stored = sessions.get(id);
    if (stored === undefined || stored.endedReason !== null) return;
    const ended = { ...stored, endedReason: reason };
    // The end takes effect at once: a record that fails must not keep a session alive.
    sessions.set(id, ended);
    unstored.add(id);
    try {
      storeEnded();
    } finally {
      await recordEnd(id, reason);
    }
  }

  /** Stores ends; one that cannot be stored now is kept for the next sweep, so that no restart brings a session back. */
  function storeEnded(): void {
    for (const id of unstored) {
      const stored = sessions.get(id);
      if (stored !== undefined) storeSession(folder, stored);
      unstored.delete(id);
    }
  }

  /** What a session's file and the log are known to hold of its taint; what is in force is in `sessions`. */
  const lastingTaint = new Map<SessionId, Taint | null>();
  const tainting = new Map<SessionId, Promise<void>>();

  function taint(id: SessionId, read: Taint): Promise<void> {
    const done = (tainting.get(id) ?? Promise.resolve()).then(() => keepTaint(id, read));
    // The next one waits for this one, and is not refused for its failure: it tries again itself.
    tainting.set(
      id,
      done.catch(() => undefined),
    );
    return done;
  }

  async function keepTaint(id: SessionId, taint: Taint): Promise<void> {
    const stored = sessions.get(id);
    if (stored === undefined) return;
    const worse = worseTaint(stored.taint, taint);
    // It holds at once: a disk that is full must not leave the session clean.
    if (worse !== stored.taint) sessions.set(id, { ...stored, taint: worse });
    const lasting = lastingTaint.has(id) ? lastingTaint.get(id) : stored.taint;
    if (worse === null || worse === lasting) return;
    lastingTaint.set(id, lasting ?? null);
    storeSession(folder, sessions.get(id) ?? stored);
    await ports.audit.append({
      kind: 'session',
      occurredAtMs: ports.clock(),
      sessionId: id,
      body: { event: 'tainted', ...worse },
    });
    lastingTaint.set(id, worse);
  }

  async function recordEnd(id: SessionId, reason: string): Promise<void> {
    await ports.audit.append({
      kind: 'session',
      occurredAtMs: ports.clock(),
      sessionId: id,
      body: { event: 'ended', reason },
    });
  }

  return {
    async open(request) {
      const id = makeSessionId(ports.clock(), randomBytes(16));
      const token = `spt_${randomBytes(32).toString('base64url')}`;
      const stored: StoredSession = {
        id,
        workspace: request.workspace,
        homeDir: request.homeDir,
        provider: request.provider,
        endedReason: null,
        taint: null,
        tokenSha256: sha256(token),
        openedAtMs: ports.clock(),
        clientSessionIds: [],
        owner: request.owner ?? null,
      };
      ports.prepare?.(id);
      await ports.audit.append({
        kind: 'session',
        occurredAtMs: stored.openedAtMs,
        sessionId: id,
        body: { event: 'opened', workspace: request.workspace, provider: request.provider, about: request.about },
      });
      storeSession(folder, stored);
      sessions.set(id, stored);
      seenAtMs.set(id, ports.uptimeMs());
      return { session: viewOf(stored), token };
    },
    end,
    taint,
    async clientStarted(id, clientSessionId, isFresh) {
      const stored = sessions.get(id);
      if (stored === undefined || stored.clientSessionIds.includes(clientSessionId)) return;
      const earlier = [...sessions.values()].filter((one) => one.clientSessionIds.includes(clientSessionId));
      const taints = earlier.flatMap((one) => (one.taint === null ? [] : [one.taint]));
      const isUnknown = earlier.length === 0 && !isFresh;
      const known = { ...stored, clientSessionIds: [...stored.clientSessionIds, clientSessionId].slice(-MAX_CLIENTS) };
      sessions.set(id, known);
      try {
        storeSession(folder, known);
      } finally {
        // A disk that is full must not leave the session clean.
        for (const one of taints) await taint(id, one);
        if (isUnknown) await taint(id, { ...EARLIER, occurredAtMs: ports.clock() });
      }
    },
    beat(id) {
      if (sessions.has(id)) seenAtMs.set(id, ports.uptimeMs());
    },
    async sweep() {
      const nowMs = ports.uptimeMs();
      // A sweep that comes so late was itself held up, as the launchers' beats may have been: everybody starts anew.
      if (nowMs - sweptAtMs > HEARTBEAT_LIMIT_MS / 2) for (const id of seenAtMs.keys()) seenAtMs.set(id, nowMs);
      sweptAtMs = nowMs;
      storeEnded();
      for (const stored of sessions.values()) {
        const silentMs = nowMs - (seenAtMs.get(stored.id) ?? 0);
        if (stored.endedReason === null && silentMs > HEARTBEAT_LIMIT_MS) {
          await end(stored.id, 'its launcher is gone');
        }
      }
    },
    byId(id) {
      const stored = sessions.get(id);
      return stored === undefined ? null : viewOf(stored);
    },
    byToken(token) {
      const wanted = Buffer.from(sha256(token));
      for (const stored of sessions.values()) {
        if (timingSafeEqual(wanted, Buffer.from(stored.tokenSha256))) return viewOf(stored);
      }
      return null;
    },
    list: () => [...sessions.values()].map(viewOf),
    ownerOf: (id) => sessions.get(id)?.owner ?? null,
  };
}

function viewOf(stored: StoredSession): GovernedSession {
  return {
    id: stored.id,
    workspace: stored.workspace,
    homeDir: stored.homeDir,
    provider: stored.provider,
    endedReason: stored.endedReason,
    taint: stored.taint,
  };
}

function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256;
}
