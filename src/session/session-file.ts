import { closeSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StateFolder } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { GovernedSession } from '../core/session.ts';
import { parseSessionOwner, parseSessionHolder } from '../core/session-owner.ts';
import type { SessionHolder, SessionOwner } from '../core/session-owner.ts';
import { parseTaint } from '../core/taint.ts';
import { longEnded } from './long-ended.ts';
import type { MachineMoment } from './machine-time.ts';

/** A session as kept on disk. The token itself is never stored, only its digest. */
export interface StoredSession extends GovernedSession {
  readonly tokenSha256: Sha256;
  readonly openedAtMs: number;
  /** When it was opened by the time that the machine has run; null where the system does not say which run that is. */
  readonly openedUp: MachineMoment | null;
  /** When it ended, so told; null while it runs. */
  readonly endedUp: MachineMoment | null;
  /** The process that it lives with; null where only beats tell of that. */
  readonly holder: SessionHolder | null;
  /** Whether its processes were to be ended with it. */
  readonly endsProcesses: boolean;
  /** Whether they were. */
  readonly areProcessesEnded: boolean;
  /** When it ended, where the log is not known to hold that; null where it does, and while it runs. */
  readonly unrecordedEndAtMs: number | null;
  /** Sessions of the client that began in it, the latest last. */
  readonly clientSessionIds: readonly string[];
  /** Null where the daemon serves one user. */
  readonly owner: SessionOwner | null;
}

/** Writes one session so that a crash leaves the old file or the new one, never a part. */
export function storeSession(folder: string, session: StoredSession): void {
  const path = join(folder, `${session.id}.json`);
  const partial = `${path}.${process.pid}.part`;
  const file = openSync(partial, 'w', 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(session)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}

/**
 * Reads all sessions of a folder, oldest first, and deletes files of long ended ones.
 *
 * @throws {StateFolder} where a file is no session: state that was tampered with is not guessed at.
 */
export function loadSessions(folder: string): readonly StoredSession[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const sessions = names.map((name) => parseSession(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  const old = new Set(longEnded(sessions));
  for (const { id } of old) forgetSession(folder, id);
  return sessions.filter((session) => !old.has(session));
}

/** Deletes the file of a session. */
export function forgetSession(folder: string, id: SessionId): void {
  rmSync(join(folder, `${id}.json`), { force: true });
}

function parseSession(text: string, path: string): StoredSession {
  const broken = new StateFolder(`session file ${path} is damaged`, {
    hint: 'delete it; its session, if it still runs, is then refused',
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StateFolder(broken.message, { cause, hint: broken.hint ?? '' });
  }
  if (!isJsonObject(value)) throw broken;
  const id = parseSessionId(stringField(value, 'id') ?? '');
  const [workspace, homeDir] = [stringField(value, 'workspace'), stringField(value, 'homeDir')];
  const [provider, tokenSha256] = [stringField(value, 'provider'), stringField(value, 'tokenSha256')];
  const openedAtMs = value['openedAtMs'];
  const endedReason = value['endedReason'];
  if (id === null || workspace === null || homeDir === null || typeof openedAtMs !== 'number') throw broken;
  if (provider !== 'anthropic' && provider !== 'bedrock' && provider !== 'vertex') throw broken;
  if (tokenSha256 === null || !/^[0-9a-f]{64}$/.test(tokenSha256)) throw broken;
  if (endedReason !== null && typeof endedReason !== 'string') throw broken;
  const taint = parseTaint(value['taint'] ?? null);
  if (taint === undefined) throw broken;
  const { clientSessionIds = [] } = value;
  const owner = parseSessionOwner(value['owner'] ?? null);
  if (owner === undefined) throw broken;
  const watch = owner?.watch ?? null;
  const holder = parseSessionHolder(value['holder'] ?? (watch === null ? null : { kind: 'client', ...watch }));
  const openedUp = parseMoment(value['openedUp'] ?? null);
  const endedUp = parseMoment(value['endedUp'] ?? null);
  const { endsProcesses = false, unrecordedEndAtMs = null } = value;
  // A session that ended before these fields were is done with.
  const { areProcessesEnded = endedReason !== null } = value;
  if (holder === undefined || openedUp === undefined || endedUp === undefined) throw broken;
  if (typeof endsProcesses !== 'boolean' || typeof areProcessesEnded !== 'boolean') throw broken;
  if (unrecordedEndAtMs !== null && typeof unrecordedEndAtMs !== 'number') throw broken;
  if (!Array.isArray(clientSessionIds) || !clientSessionIds.every((one) => typeof one === 'string')) throw broken;
  return {
    id: id satisfies SessionId,
    workspace,
    homeDir,
    provider,
    endedReason,
    taint,
    tokenSha256: tokenSha256 as Sha256,
    openedAtMs,
    openedUp,
    endedUp,
    holder,
    endsProcesses,
    areProcessesEnded,
    unrecordedEndAtMs,
    clientSessionIds,
    owner,
  };
}

/** Null where it is not told; `undefined` for what is no moment. */
function parseMoment(value: unknown): MachineMoment | null | undefined {
  if (value === null) return null;
  if (!isJsonObject(value)) return undefined;
  const { upMs } = value;
  const boot = stringField(value, 'boot');
  return boot !== null && typeof upMs === 'number' && Number.isFinite(upMs) ? { boot, upMs } : undefined;
}
