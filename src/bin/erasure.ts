import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditSink, Receipt } from '../core/audit.ts';
import { ErasureRefused, SallyportError, StateFolder } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Destroyed } from './destroy-content.ts';
import type { Hold, Holds } from './holds.ts';
import { readIfThere, syncFolder, writeWhole } from './state-folder.ts';

/** Longest reason, in UTF-16 code units: it stands in the log for good. */
export const MAX_REASON_LENGTH = 500;

/** Why content is destroyed: somebody asked, or the policy keeps it no longer. */
export type ErasureCause = 'request' | 'retention';

export interface ErasureRequest {
  readonly sessionId: SessionId;
  readonly cause: ErasureCause;
  /** What the log says of it; no personal data belongs there. */
  readonly reason: string;
  readonly by: string;
}

export interface Erased extends Destroyed {
  /** The record that says that it is done. */
  readonly record: number;
}

export interface EraserPorts {
  readonly audit: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly holds: Holds;
  /** Folder of erasures that were begun, one file each; exists, mode 0700. */
  readonly folder: string;
  /** Whether the session is known and runs. */
  readonly isRunning: (id: SessionId) => boolean;
  /** Whether anything of the session is or was on this host. */
  readonly isKnown: (id: SessionId) => boolean;
  /** Drops what is held in memory of the session's content and keys. False while a request of it is still on its way. */
  readonly forget: (id: SessionId) => boolean;
  /** @throws {Error} of the operating system; it is called again then. */
  readonly destroy: (id: SessionId) => Destroyed;
}

/**
 * Makes the content of sessions unreadable, and keeps what must not be. One thing at a time: a hold that was placed
 * before an erasure began stops it.
 */
export interface Eraser {
  /**
   * The request is durable before anything is destroyed, and its end is recorded; after a crash in between,
   * {@link resume} brings it to its end. What is erased twice is recorded twice.
   *
   * @throws {ErasureRefused} for a session that is held, runs or was never here: nothing was destroyed.
   * @throws {AuditUnavailable} where the log does not take the request (nothing was destroyed) or its end (it was).
   * @throws {StateFolder} where a file cannot be read, written or removed; it is tried again at the next start.
   */
  erase(request: ErasureRequest): Promise<Erased>;
  /** Placed, then recorded. @throws {StateFolder} {@link AuditUnavailable} */
  hold(hold: Omit<Hold, 'atMs'>): Promise<Receipt>;
  /** Recorded, then released: a hold outlives a log that fails. @throws {ErasureRefused} where there is no such hold. */
  release(sessionId: SessionId | null, reason: string, by: string): Promise<Receipt>;
  holds(): readonly Hold[];
  /** Brings erasures to their end that a crash cut short. To be called once, at the start; says what could not be done. */
  resume(logError: (line: string) => void): Promise<void>;
}

export function eraser(ports: EraserPorts): Eraser {
  const { audit, holds, clock } = ports;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return await done;
  };
  const record = async (sessionId: SessionId | null, body: JsonObject): Promise<Receipt> =>
    await audit.append({ kind: 'admin', occurredAtMs: clock(), sessionId, body });

  async function eraseNow(request: ErasureRequest, isResumed: boolean): Promise<Erased> {
    const { sessionId, cause, reason, by } = request;
    refuseUnfit(request, isResumed);
    if (!ports.forget(sessionId))
      throw new ErasureRefused(`a request of session \`${sessionId}\` is still on its way`, { hint: 'ask again soon' });
    const marker = join(ports.folder, sessionId);
    // Before its record: an erasure that is in the log and was cut short is always taken up again.
    writeMarker(marker, request);
    const asked = await askedFor(marker, { event: 'erase-asked', cause, reason, by, resumed: isResumed }, sessionId);
    const destroyed = destroyOrSay(sessionId);
    // Whoever read the key since it was first dropped has it no longer.
    ports.forget(sessionId);
    const done = await record(sessionId, { event: 'erased', asked: asked.index, cause, ...destroyed });
    forgetMarker(marker);
    return { ...destroyed, record: done.index };
  }

  /** A request that the log did not take is no request: nothing of it is left to be taken up later. */
  async function askedFor(marker: string, body: JsonObject, id: SessionId): Promise<Receipt> {
    try {
      return await record(id, body);
    } catch (error) {
      if (body['resumed'] === false) forgetMarker(marker);
      throw error;
    }
  }

  function refuseUnfit({ sessionId }: ErasureRequest, isResumed: boolean): void {
    if (!isResumed && !ports.isKnown(sessionId))
      throw new ErasureRefused(`there is nothing of session \`${sessionId}\` on this host`, {
        hint: '`sallyport audit tail --kind session` names the sessions',
      });
    if (ports.isRunning(sessionId))
      throw new ErasureRefused(`session \`${sessionId}\` still runs`, { hint: 'end it first' });
    const held = holds.over(sessionId);
    if (held !== null)
      throw new ErasureRefused(
        held.sessionId === null
          ? 'all sessions are under a legal hold'
          : `session \`${sessionId}\` is under a legal hold`,
        { hint: `it was placed by ${held.by}; \`sallyport audit hold list\` says why` },
      );
  }

  function destroyOrSay(id: SessionId): Destroyed {
    try {
      return ports.destroy(id);
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      throw new StateFolder(`the content of session \`${id}\` is not destroyed in full: ${code}`, {
        cause,
        hint: 'mend the cause and restart the daemon, or ask again: what was begun is brought to its end',
      });
    }
  }

  return {
    erase: async (request) => await inTurn(async () => await eraseNow(request, false)),
    hold: async (hold) =>
      await inTurn(async () => {
        holds.place({ ...hold, atMs: clock() });
        const scope = hold.sessionId === null ? 'all' : 'session';
        return await record(hold.sessionId, { event: 'hold', scope, reason: hold.reason, by: hold.by });
      }),
    release: async (sessionId, reason, by) =>
      await inTurn(async () => {
        if (!holds.list().some((one) => one.sessionId === sessionId))
          throw new ErasureRefused('there is no such hold', { hint: '`sallyport audit hold list` shows them' });
        const scope = sessionId === null ? 'all' : 'session';
        const receipt = await record(sessionId, { event: 'hold-released', scope, reason, by });
        holds.release(sessionId);
        return receipt;
      }),
    holds: () => holds.list(),
    async resume(logError) {
      for (const name of readdirSync(ports.folder).sort()) {
        const request = readMarker(join(ports.folder, name), name);
        if (request === null) {
          logError(`\`${join(ports.folder, name)}\` says nothing of an erasure and is left alone`);
          continue;
        }
        try {
          await inTurn(async () => await eraseNow(request, true));
        } catch (error) {
          if (!(error instanceof SallyportError)) throw error;
          logError(`the erasure of ${name} is not at its end: ${error.message}`);
        }
      }
    },
  };
}

function writeMarker(path: string, { cause, reason, by }: ErasureRequest): void {
  try {
    writeWhole(path, `${JSON.stringify({ cause, reason, by })}\n`);
  } catch (error) {
    throw new StateFolder(`the erasure cannot be noted in \`${path}\`, so nothing was destroyed`, { cause: error });
  }
}

function forgetMarker(path: string): void {
  rmSync(path, { force: true });
  syncFolder(join(path, '..'));
}

function readMarker(path: string, name: string): ErasureRequest | null {
  const sessionId = parseSessionId(name);
  const bytes = sessionId === null ? null : readIfThere(path);
  if (sessionId === null || bytes === null) return null;
  let parsed: Json;
  try {
    parsed = JSON.parse(bytes.toString('utf8')) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isJsonObject(parsed)) return null;
  const [cause, reason, by] = [parsed['cause'], stringField(parsed, 'reason'), stringField(parsed, 'by')];
  if ((cause !== 'request' && cause !== 'retention') || reason === null || by === null) return null;
  return { sessionId, cause, reason, by };
}
