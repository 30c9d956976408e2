import { userInfo } from 'node:os';
import { ownerName } from '../core/session-owner.ts';

/** The number of the user that this process runs as. */
export function ownUid(): number {
  return process.geteuid?.() ?? -1;
}

/** The name of that user, or `uid N` where the number has no account, as in containers. */
export function ownUserName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return ownerName({ uid: ownUid(), user: null });
    throw error;
  }
}
