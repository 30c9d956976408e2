import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { authorityText, readAuthority } from '../ca/index.ts';
import type { Authority } from '../ca/index.ts';
import { AuthorityUnusable } from '../core/error.ts';
import { authorityFile } from './authority-file.ts';
import { syncFolder } from './state-folder.ts';
import type { StatePaths } from './state-folder.ts';

/** A certificate and a key are a few lines; whatever is longer is something else. */
const MAX_FILE_BYTES = 16_384;

/**
 * Keeps a new authority; it would survive a power cut when this returns.
 *
 * @throws {AuthorityUnusable} where there is one already: it is never overwritten, since clients may trust it.
 */
export function keepAuthority(paths: StatePaths, authority: Authority): string {
  const path = authorityFile(paths);
  const partial = `${path}.${process.pid}.part`;
  try {
    rmSync(partial, { force: true });
    const file = openSync(partial, 'wx', 0o600);
    try {
      writeFileSync(file, authorityText(authority));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // A link is made whole or not at all, and never in place of another file.
    linkSync(partial, path);
    syncFolder(paths.keys);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new AuthorityUnusable(`there is an authority already: \`${path}\``, {
        cause,
        hint: '`sallyport ca show` prints it; `sallyport ca remove` makes room for another',
      });
    }
    throw cause;
  } finally {
    rmSync(partial, { force: true });
  }
  return path;
}

/**
 * The authority of this state folder.
 *
 * @throws {AuthorityUnusable} where there is none, or its file is damaged or open to others.
 */
export function ownAuthority(paths: StatePaths): Authority {
  const path = authorityFile(paths);
  const text = readOwn(path);
  if (text === null) {
    throw new AuthorityUnusable(`there is no authority: \`${path}\``, { hint: 'make one: `sallyport ca create`' });
  }
  const authority = readAuthority(text);
  if (authority !== null) return authority;
  throw new AuthorityUnusable(`the file \`${path}\` is damaged`, {
    hint: 'make a new one: `sallyport ca remove`, then `sallyport ca create`',
  });
}

/** Deletes the authority. Certificates that it signed are in memory alone, and end within a day. @returns whether there was one. */
export function removeAuthority(paths: StatePaths): boolean {
  try {
    rmSync(authorityFile(paths));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  syncFolder(paths.keys);
  return true;
}

function readOwn(path: string): string | null {
  let file: number | null = null;
  try {
    // Without the flags a pipe in its place would hold us up for ever, and a link lead elsewhere.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const { mode, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > MAX_FILE_BYTES) {
      throw new AuthorityUnusable(`\`${path}\` is no file of an authority`, { hint: 'move it away' });
    }
    if ((mode & 0o077) !== 0) {
      throw new AuthorityUnusable(`the file \`${path}\` is open to others`, {
        hint: 'whoever read it can pose as the hosts in it: `sallyport ca remove`, `sallyport ca create`, and trust the new one',
      });
    }
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof AuthorityUnusable) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new AuthorityUnusable(`the file \`${path}\` cannot be read`, { cause, hint: 'check its rights' });
  } finally {
    if (file !== null) closeSync(file);
  }
}
