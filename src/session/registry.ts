import { createHash, randomBytes } from 'node:crypto';
import type { AuditSink } from '../core/audit.ts';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { GovernedSession, ModelProvider, SessionDirectory } from '../core/session.ts';
import type { SessionHolder, SessionOwner } from '../core/session-owner.ts';
import { isSamePerson, refuseBeyond } from './concurrent-sessions.ts';
import { eachTried } from './each-tried.ts';
import { longEnded } from './long-ended.ts';
import { momentOf, ranMs, sinceMs } from './machine-time.ts';
import type { MachineTime } from './machine-time.ts';
import { sessionEnds } from './session-ends.ts';
import type { SessionEnds } from './session-ends.ts';
import { forgetSession, loadSessions, storeSession } from './session-file.ts';
import type { StoredSession } from './session-file.ts';
import { sessionTaints } from './session-taints.ts';
import type { SessionTaints } from './session-taints.ts';

/** Milliseconds without a sign of life from the launcher after which a session counts as lost and is ended. */
export const HEARTBEAT_LIMIT_MS = 20_000;

/** What is known of a run when it starts. */
export interface SessionRequest {
  readonly workspace: string;
  readonly homeDir: string;
  readonly provider: ModelProvider;
  /** The operating-system user, the client's version and the like: goes into the record, holds no secret. */
  readonly about: JsonObject;
  /** Whose it is, where one daemon serves several users; null or absent where it serves one. */
  readonly owner?: SessionOwner | null;
  /** The process that it lives with, where one is known; null or absent where only beats tell of its life. */
  readonly holder?: SessionHolder | null;
  /** How many sessions of this person may run at one time; null or absent for any number. */
  readonly maxConcurrent?: number | null;
}

/** A session as it is listed. */
export interface ListedSession extends GovernedSession {
  readonly openedAtMs: number;
  /** Whether its processes are ended with it. */
  readonly endsProcesses: boolean;
  /** Whether they were. */
  readonly areProcessesEnded: boolean;
  /** Milliseconds since it ended, restarts of the daemon included; null while it runs, and where the machine cannot tell. */
  readonly endedForMs: number | null;
}

/** The sessions of this host, kept in the state folder so that a restarted daemon still knows them. */
export interface SessionRegistry extends SessionDirectory, SessionTaints, SessionEnds {
  /**
   * Opens a session. Its record is durable before the token is given; the token is shown only here. Of several that are
   * asked for at once no more are opened than may run at one time.
   *
   * @throws {SessionRefused} where the person has as many as may run at one time: that it was refused is recorded before.
   * @throws {AuditUnavailable} where the record cannot be made; nothing is opened then.
   */
  open(request: SessionRequest): Promise<{ readonly session: GovernedSession; readonly token: string }>;
  /** Notes that the launcher of a session is alive. */
  beat(id: SessionId): void;
  /**
   * Ends the sessions whose launcher has been silent for {@link HEARTBEAT_LIMIT_MS}, and stores and records ends that could
   * not be when they happened, also those of an earlier process. To be called every few seconds.
   */
  sweep(): Promise<void>;
  list(): readonly ListedSession[];
  /** Milliseconds since a session was opened, time included in which the machine slept; 0 for one that nobody knows. */
  ranMs(id: SessionId): number;
  /** The process that a session lives with; null where none is known. */
  holderOf(id: SessionId): SessionHolder | null;
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
    /** By which sessions grow old. */
    readonly machine: MachineTime;
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
  const byDigest = new Map([...sessions.values()].map(({ tokenSha256, id }) => [tokenSha256, id]));
  /** Sessions that are being opened. They count, and are not known to anybody yet. */
  const arriving = new Set<StoredSession>();
  const { ends, late } = sessionEnds(folder, sessions, ports);
  const { taints, forget: forgetTaint } = sessionTaints(folder, sessions, ports);
  let sweptAtMs = ports.uptimeMs();

  /** Keeps a session whose beginning is recorded; one that cannot be kept is ended, which is recorded too. */
  async function keep(stored: StoredSession): Promise<void> {
    const { id, tokenSha256 } = stored;
    try {
      storeSession(folder, stored);
    } catch (error) {
      sessions.set(id, stored);
      // What of its end cannot be kept now is kept by a sweep.
      await ends.end(id, 'it could not be kept').catch(() => undefined);
      throw error;
    }
    sessions.set(id, stored);
    byDigest.set(tokenSha256, id);
    seenAtMs.set(id, ports.uptimeMs());
  }

  async function endSilent({ id, endedReason }: StoredSession): Promise<void> {
    const silentMs = sweptAtMs - (seenAtMs.get(id) ?? 0);
    if (endedReason === null && silentMs > HEARTBEAT_LIMIT_MS) await ends.end(id, 'its launcher is gone');
  }

  function forget({ id, tokenSha256 }: StoredSession): void {
    forgetSession(folder, id);
    sessions.delete(id);
    byDigest.delete(tokenSha256);
    seenAtMs.delete(id);
    forgetTaint(id);
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
        openedUp: momentOf(ports.machine),
        endedUp: null,
        holder: request.holder ?? null,
        endsProcesses: false,
        areProcessesEnded: false,
        unrecordedEndAtMs: null,
        clientSessionIds: [],
        owner: request.owner ?? null,
      };
      // INVARIANT: nothing is awaited between counting and taking a place.
      if (typeof request.maxConcurrent === 'number') {
        const others = [...sessions.values(), ...arriving].filter(
          (one) => one.endedReason === null && isSamePerson(one.owner, stored.owner),
        );
        try {
          refuseBeyond(others, request.maxConcurrent);
        } catch (refusal) {
          const limit = { limit: 'max-concurrent', running: others.length, most: request.maxConcurrent };
          const body = { event: 'refused', ...limit, ...askedFor(request) };
          await ports.audit.append({ kind: 'session', occurredAtMs: stored.openedAtMs, sessionId: null, body });
          throw refusal;
        }
      }
      arriving.add(stored);
      try {
        ports.prepare?.(id);
        await ports.audit.append({
          kind: 'session',
          occurredAtMs: stored.openedAtMs,
          sessionId: id,
          body: { event: 'opened', ...askedFor(request) },
        });
        await keep(stored);
      } finally {
        arriving.delete(stored);
      }
      return { session: viewOf(stored), token };
    },
    ...ends,
    ...taints,
    beat(id) {
      if (sessions.has(id)) seenAtMs.set(id, ports.uptimeMs());
    },
    async sweep() {
      const nowMs = ports.uptimeMs();
      // A sweep that comes so late was itself held up, as the launchers' beats may have been: everybody starts anew.
      if (nowMs - sweptAtMs > HEARTBEAT_LIMIT_MS / 2) for (const id of seenAtMs.keys()) seenAtMs.set(id, nowMs);
      sweptAtMs = nowMs;
      // A disk that does not take the end of one keeps no other one alive.
      await eachTried(
        [
          () => late.store(),
          () => eachTried([...sessions.values()], endSilent),
          () => late.record(),
          () => eachTried(longEnded([...sessions.values()]), forget),
        ],
        (step) => step(),
      );
    },
    byId(id) {
      const stored = sessions.get(id);
      return stored === undefined ? null : viewOf(stored);
    },
    byToken(token) {
      // How long this takes tells of digests alone, and nobody finds a token by its digest.
      const stored = sessions.get(byDigest.get(sha256(token)) ?? ('' as SessionId));
      return stored === undefined ? null : viewOf(stored);
    },
    list: () =>
      [...sessions.values()].map((stored) => {
        const { openedAtMs, endsProcesses, areProcessesEnded } = stored;
        const endedForMs = sinceMs(stored.endedUp, ports.machine);
        return { ...viewOf(stored), openedAtMs, endsProcesses, areProcessesEnded, endedForMs };
      }),
    ranMs(id) {
      const stored = sessions.get(id);
      return stored === undefined ? 0 : ranMs(stored, ports.clock(), ports.machine);
    },
    holderOf: (id) => sessions.get(id)?.holder ?? null,
    ownerOf: (id) => sessions.get(id)?.owner ?? null,
  };
}

/** What of a request goes into the records of it. */
function askedFor({ workspace, provider, about }: SessionRequest): JsonObject {
  return { workspace, provider, about };
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
