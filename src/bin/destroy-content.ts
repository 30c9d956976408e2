import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONTENT_KEY_BYTES } from '../seal/index.ts';
import type { SessionId } from '../core/ids.ts';
import type { StatePaths } from './state-folder.ts';
import { syncFolder } from './state-folder.ts';

/** What was there of a session's content, and is no more. */
export interface Destroyed {
  readonly key: 'destroyed' | 'absent';
  /** Bytes of what was kept of requests and replies; null where nothing was. */
  readonly contentBytes: number | null;
  /** Bytes of what the session masked; null where it masked nothing. */
  readonly maskBytes: number | null;
}

/**
 * Destroys all that makes the content of a session readable: its key first, which what is sealed in the log, the masks
 * and the kept content need, then the files themselves, which hold masked text in clear under `content_log: masked`.
 *
 * Would survive a power cut when this returns. May be called again after a failure or a crash in between.
 *
 * The key's bytes are written over before its file goes. A file system that copies on write, an SSD or a backup may keep
 * them all the same; nothing in this program can see that.
 *
 * @throws {Error} of the operating system.
 */
export function destroyContent(paths: Pick<StatePaths, 'contentKeys' | 'content' | 'masks'>, id: SessionId): Destroyed {
  const key = removed(join(paths.contentKeys, id), true) === null ? 'absent' : 'destroyed';
  return {
    key,
    contentBytes: removed(join(paths.content, id), false),
    maskBytes: removed(join(paths.masks, id), false),
  };
}

/** Removes a file and makes that durable. Gives its size, or null where nothing was there. */
function removed(path: string, isOverwritten: boolean): number | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') return null;
    // A link in the file's place: it goes, and what it points at is not ours to write over.
    if (error.code === 'ELOOP') return unlinked(path, 0);
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (isOverwritten) {
      writeSync(file, randomBytes(CONTENT_KEY_BYTES), 0, CONTENT_KEY_BYTES, 0);
      fsyncSync(file);
    }
    return unlinked(path, size);
  } finally {
    closeSync(file);
  }
}

function unlinked(path: string, size: number): number {
  unlinkSync(path);
  syncFolder(dirname(path));
  return size;
}
