import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { AlreadyRunning, StateFolder } from '../core/error.ts';
import { errorCode } from './log-file-system.ts';

const LOCK_FILE = 'lock.db';
const SQLITE_BUSY = 5;
/** Tries of one process before it takes the folder for held. They take less than half a second. */
const ATTEMPTS = 6;

/** A folder held by this process, as long as something refers to this. */
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
  for (let attempt = 1; ; attempt += 1) {
    try {
      return releaser(lockedDatabase(path));
    } catch (cause) {
      if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)) {
        throw new StateFolder(`folder \`${folder}\` cannot be locked`, {
          cause,
          hint: 'make the folder writable for this user',
        });
      }
      if (attempt === ATTEMPTS)
        throw new AlreadyRunning(`folder \`${folder}\` is in use by another process`, { cause });
      // SQLite takes its lock in steps, and of two that start at once each can be in the way of the other. They try
      // again after times that differ, or both would give up.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, attempt * (3 + (process.pid % 17)));
    }
  }
}

function lockedDatabase(path: string): DatabaseSync {
  makeLockFile(path);
  const database = new DatabaseSync(path);
  try {
    // The transaction writes nothing; a journal in memory leaves no second file behind.
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
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
