import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open, readdir, link, rename, stat, unlink, mkdir } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, relative, sep } from 'node:path';
import { WitnessUnusable } from '../core/error.ts';
import { decodeNote, MAX_NOTE_BYTES } from '../tlog/index.ts';
import { makeWitnessKey, originHash, parseWitnessKey } from '../witness/index.ts';
import type { AnchorFiles, WitnessKey, WitnessMemory } from '../witness/index.ts';
import { makeFolders } from './make-folders.ts';
import { readIfThere, writeWhole } from './state-folder.ts';

/**
 * What a witness remembers, one file for each log in a folder that nobody else may use at the same time.
 *
 * @throws {WitnessUnusable} where the folder cannot be made.
 */
export function witnessMemory(folder: string): WitnessMemory {
  try {
    makeFolders(folder, 0o700);
  } catch (cause) {
    throw new WitnessUnusable(`cannot make the folder \`${folder}\``, { cause, hint: 'check who may write there' });
  }
  const pathOf = (origin: string): string => join(folder, `${originHash(origin)}.checkpoint`);
  return {
    latest: (origin) => {
      const bytes = readIfThere(pathOf(origin));
      const note = bytes === null ? null : decodeNote(bytes);
      // A file that is there and holds no note is no log that was never seen.
      if (bytes !== null && note === null) throw new Error(`\`${pathOf(origin)}\` holds no note`);
      return note;
    },
    remember: (origin, note) => {
      writeWhole(pathOf(origin), note);
    },
  };
}

/**
 * Makes the key of a witness in a file that does not exist yet, mode 0600.
 *
 * @throws {WitnessUnusable} where the file is there already, or cannot be written.
 */
export function createWitnessKey(path: string, name: string): WitnessKey {
  const line = makeWitnessKey(name);
  if (readIfThere(path) !== null) {
    throw new WitnessUnusable(`there is a file \`${path}\` already`, {
      hint: 'a witness keeps its key: logs are configured with it; for another witness take another file',
    });
  }
  try {
    makeFolders(dirname(path), 0o700);
    writeWhole(path, `${line}\n`);
  } catch (cause) {
    throw new WitnessUnusable(`cannot write the key file \`${path}\``, { cause, hint: 'check who may write there' });
  }
  return witnessKeyIn(path);
}

/** Reads the key of a witness. @throws {WitnessUnusable} where it is missing, damaged, a link, or open to others. */
export function witnessKeyIn(path: string): WitnessKey {
  let text: string;
  let mode: number;
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      mode = fstatSync(file).mode;
      text = readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new WitnessUnusable(`cannot read the key file \`${path}\``, {
      cause,
      hint: 'make a key with `sallyport witness keygen`',
    });
  }
  if ((mode & 0o077) !== 0) {
    throw new WitnessUnusable(`key file \`${path}\` is open to others`, { hint: `run \`chmod 600 ${path}\`` });
  }
  const key = parseWitnessKey(text.trimEnd());
  if (key === null) {
    throw new WitnessUnusable(`key file \`${path}\` holds no key of a witness`, {
      hint: 'restore it; a new key needs a new state folder, and every log to be told',
    });
  }
  return key;
}

/** Files of a folder that is an anchor, such as a mount of another machine's disk. */
export function anchorFiles(): AnchorFiles {
  return {
    list: async (folder) => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      }
    },
    read: readBounded,
    create: createWhole,
  };
}

async function readBounded(path: string): Promise<Uint8Array | null> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const into = Buffer.alloc(Math.min((await file.stat()).size, MAX_NOTE_BYTES + 1));
    const { bytesRead } = await file.read(into, 0, into.length, 0);
    return into.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function createWhole(root: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const folder = dirname(path);
  // The root itself is not made: a mount that is missing must not become a folder of this disk.
  await stat(root);
  await makeBelow(root, folder);
  const partial = join(folder, `.${randomBytes(8).toString('hex')}.part`);
  const file = await open(partial, 'wx', 0o644);
  try {
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await putNew(partial, path))) return false;
    await syncFolder(folder);
    return true;
  } finally {
    await unlink(partial).catch(ignoreMissing);
  }
}

/** Gives a file its name, unless that is taken. */
async function putNew(partial: string, path: string): Promise<boolean> {
  try {
    await link(partial, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // File systems without hard links: two writers of one log do not meet there, as each host has its own.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
    if ((await readBounded(path)) !== null) return false;
    await rename(partial, path);
    return true;
  }
}

async function makeBelow(root: string, folder: string): Promise<void> {
  let each = root;
  for (const part of relative(root, folder).split(sep)) {
    each = join(each, part);
    try {
      await mkdir(each);
      await syncFolder(dirname(each));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
