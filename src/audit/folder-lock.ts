import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { AlreadyRunning, StateFolder } from '../core/error.ts';
import { errorCode } from './log-file-system.ts';

const LOCK_FILE = 'lock.db';
const SQLITE_BUSY = 5;

/** A folder held by this process. */
export interface FolderLock {
  /** Lets the next one in. Does nothing the second time. */
  release(): void;
}

/**
 * Takes a folder for this process alone. The kernel drops the hold when the process dies, in whatever way, so nothing
 * stale is ever left. SQLite is used for nothing but that: Node has no other lock of the kernel's.
 *
 * Within the holding process nothing else may open `lock.db`: closing it would drop the lock (fcntl(2)).
 *
 * @param folder absolute path of a folder that exists.
 * @throws {AlreadyRunning} when another process, or this one, holds it.
 * @throws {StateFolder} when the folder cannot be locked at all: missing, read-only, or the lock is no regular file.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, LOCK_FILE);
  let database: DatabaseSync | null = null;
  try {
    makeLockFile(path);
    database = new DatabaseSync(path);
    // The transaction writes nothing; a journal in memory leaves no second file behind.
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY) {
      throw new AlreadyRunning(`folder \`${folder}\` is in use by another process`, { cause });
    }
    throw new StateFolder(`folder \`${folder}\` cannot be locked`, {
      cause,
      hint: 'make the folder writable for this user',
    });
  }
  return releaser(database);
}

function makeLockFile(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts !== undefined && !facts.isFile()) throw new Error(`\`${path}\` is not a regular file`);
  // Only where it is missing: to open and close a file that this process has locked would drop the lock.
  if (facts !== undefined) return;
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (error) {
    // Another process that starts at the same moment made it first; which of both goes on is decided by the lock.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function releaser(database: DatabaseSync): FolderLock {
  let isHeld = true;
  return {
    release() {
      if (isHeld) database.close();
      isHeld = false;
    },
  };
}
