import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MAX_BUNDLE_BYTES } from '../compile/index.ts';
import { BundleRefused, StateFolder } from '../core/error.ts';
import { syncFolder } from './state-folder.ts';

/** The last bundle that a state folder took, byte for byte; its sequence number is the floor for the next. */
export interface BundleStore {
  /** The file that holds it. */
  readonly path: string;
  /** Null where none was ever taken. @throws {StateFolder} where the file is no plain file of this format. */
  last(): Uint8Array | null;
  /** Resolves nothing until the bundle would survive a power cut; a crash leaves the old one or the new. */
  keep(bytes: Uint8Array): void;
}

/** The steps of {@link BundleStore.keep} that reach the disk, so that a test can stop between any two. */
export interface StoreDisk {
  writePart(path: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  syncFolder(path: string): void;
}

/**
 * Opens the store of a state folder. The caller holds the folder's lock.
 *
 * One file, so that number and bundle cannot come apart.
 */
export function bundleStore(stateFolder: string, disk: StoreDisk = NODE_DISK): BundleStore {
  const path = join(stateFolder, 'accepted-bundle.json');
  return {
    path,
    last() {
      const read = readPlain(path, constants.O_NOFOLLOW);
      if (read.kind === 'missing') return null;
      if (read.kind === 'bytes') return read.bytes;
      throw new StateFolder(`\`${path}\` is ${read.why}`, {
        hint: 'move it away only if you know which bundle was the last',
      });
    },
    keep(bytes) {
      const part = `${path}.part`;
      disk.writePart(part, bytes);
      disk.rename(part, path);
      disk.syncFolder(dirname(path));
    },
  };
}

/**
 * Reads the bytes of a bundle that somebody gave. A link is followed: what it names is checked by its signature, and it
 * is read once.
 *
 * @throws {BundleRefused}
 */
export function readBundleFile(path: string): Uint8Array {
  const read = readPlain(path, 0);
  if (read.kind === 'bytes') return read.bytes;
  const why = read.kind === 'missing' ? 'missing' : read.why;
  throw new BundleRefused('BUNDLE_UNREADABLE', `the bundle \`${path}\` is ${why}`, {
    hint: 'check the path and its rights',
  });
}

type PlainRead =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'odd'; readonly why: string };

function readPlain(path: string, flags: number): PlainRead {
  let file: number | null = null;
  try {
    // Without the second flag a pipe in its place would hold us up for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
    const found = fstatSync(file);
    if (!found.isFile()) return { kind: 'odd', why: 'no plain file' };
    if (found.size > MAX_BUNDLE_BYTES) return { kind: 'odd', why: `larger than ${MAX_BUNDLE_BYTES} bytes` };
    return { kind: 'bytes', bytes: readFileSync(file) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return { kind: 'missing' };
    if (code === 'ELOOP') return { kind: 'odd', why: 'a link' };
    return { kind: 'odd', why: 'not readable' };
  } finally {
    if (file !== null) closeSync(file);
  }
}

const NODE_DISK: StoreDisk = {
  writePart(path, bytes) {
    // What a crash left, or a link that somebody put there: neither is written through.
    rmSync(path, { force: true });
    const file = openSync(path, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  rename: renameSync,
  syncFolder,
};
