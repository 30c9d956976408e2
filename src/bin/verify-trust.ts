import { lstatSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { AnchorUnreadable, UsageError } from '../core/error.ts';
import { decodeNote } from '../tlog/index.ts';
import { trustedKey } from '../verify/index.ts';
import type { Anchor, TrustedKey } from '../verify/index.ts';
import { readAnchor } from '../witness/index.ts';
import { anchorFiles } from './witness-files.ts';

/** Longest file of keys that is read. */
const MAX_KEYS_BYTES = 64 * 1024;

/**
 * Reads the keys that somebody trusts, each given as its text or as a file that holds one a line.
 *
 * @throws {UsageError} for what is neither.
 */
export function trustedKeys(given: readonly string[], kind: 'log' | 'witness'): readonly TrustedKey[] {
  return given.flatMap((word) => {
    const key = trustedKey(word, kind);
    if (key !== null) return [key];
    const lines = linesIn(word)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    const keys = lines.map((line) => trustedKey(line, kind));
    if (keys.length === 0 || keys.includes(null)) {
      throw new UsageError(`\`${word}\` is no verifier key of a ${kind}, and no file of such keys`, {
        hint: 'give NAME+ID+BASE64, or a file that holds it',
      });
    }
    return keys.filter((one) => one !== null);
  });
}

function linesIn(path: string): readonly string[] {
  try {
    const { size } = lstatSync(path);
    return size > MAX_KEYS_BYTES ? [] : readFileSync(path, 'utf8').split('\n');
  } catch {
    // It may be a key with a slip in it: the caller says that it is neither.
    return [];
  }
}

/** A folder that checkpoints were published to, or a file that holds one checkpoint. */
export function localAnchor(given: string): Anchor {
  const path = resolve(given);
  let isFolder: boolean;
  try {
    isFolder = lstatSync(path).isDirectory();
  } catch (cause) {
    throw new AnchorUnreadable(`anchor \`${path}\` cannot be read`, { cause, hint: 'name a folder or a file' });
  }
  const files = anchorFiles();
  if (isFolder) return { place: path, read: (origin) => readAnchor({ to: 'folder', folder: path, files }, origin) };
  return {
    place: path,
    async *read() {
      const bytes = await files.read(path);
      if (bytes !== null) yield { where: path, note: decodeNote(bytes) };
    },
  };
}
