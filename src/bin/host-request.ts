import { statSync } from 'node:fs';
import type { OpenSessionRequest } from '../core/control.ts';
import { SessionRefused } from '../core/error.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { ownerName } from '../core/session-owner.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { processToWatch } from './process-facts.ts';

/** PATH_MAX of Linux: what is longer names no folder, and would be kept with the session. */
const MAX_PATH_LENGTH = 4_096;

/** What is asked for and whose it will be. */
export interface HostRequest {
  readonly request: OpenSessionRequest;
  readonly owner: SessionOwner;
}

/**
 * Puts what the system says of a user in the place of what a launcher says, and sees that this process and the session
 * look at the same files.
 *
 * @param who of the door by which it was asked.
 * @throws {SessionRefused} where they do not, or where the process that the session is to end with cannot be watched.
 */
export function hostRequest(asked: OpenSessionRequest, who: Omit<SessionOwner, 'watch'>): HostRequest {
  if (asked.homeDir.length > MAX_PATH_LENGTH) throw new SessionRefused('the home of the session is no path');
  refuseUnseen(asked);
  const watch = asked.watchPid === null ? null : processToWatch(asked.watchPid, who.uid);
  if (asked.watchPid !== null && watch === null) {
    throw new SessionRefused('the client that asks cannot be seen by the daemon, or is another user’s');
  }
  const owner = { ...who, watch };
  return { request: { ...asked, about: aboutOf(asked.about, owner) }, owner };
}

/** What a launcher may tell of itself; it is on record as told, beside what the system says. */
const TOLD = ['client', 'launcher', 'by'] as const;
const MAX_TOLD_LENGTH = 256;

function aboutOf(told: JsonObject, owner: SessionOwner): JsonObject {
  const about: Record<string, Json> = {};
  for (const name of TOLD) {
    const value = told[name];
    if (typeof value === 'string') about[name] = value.slice(0, MAX_TOLD_LENGTH);
    else if (typeof value === 'number') about[name] = value;
  }
  return { ...about, user: ownerName(owner), uid: owner.uid, verifiedBy: 'door' };
}

/** A daemon that sees other files than the session would follow other links than its commands do. */
function refuseUnseen({ workspace, workspaceFile }: OpenSessionRequest): void {
  // By what is in it: a folder that may not be searched can still be told of.
  const seen = statOrNull(`${workspace}/.`);
  if (seen !== null && workspaceFile === `${seen.dev}:${seen.ino}`) return;
  throw new SessionRefused('the daemon does not see the folder of this session as the session does', {
    hint: 'its unit hides folders from it (PrivateTmp, ProtectHome), or it lacks the right to look into this one',
  });
}

function statOrNull(path: string): { readonly dev: bigint; readonly ino: bigint } | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
