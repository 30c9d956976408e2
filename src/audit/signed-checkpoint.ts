import { join } from 'node:path';

import { AuditCorrupt, AuditKey } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { MAX_NOTE_BYTES, checkpointText, decodeNote, openNote, parseCheckpoint, signNote } from '../tlog/index.ts';
import type { Hash, NoteSigner, NoteVerifier } from '../tlog/index.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { KEY_HINT } from './signing-key.ts';
import { readSmallFile, replaceFile } from './whole-file.ts';

/** The newest checkpoint in the folder of a log. */
export const CHECKPOINT_FILE = 'checkpoint';

/** A head of the log's tree that the log signed. */
export interface SignedCheckpoint {
  /** Name of the log. */
  readonly origin: string;
  /** Records that it covers: those below this index. */
  readonly size: number;
  readonly rootHex: Sha256;
  /** The signed note, as it stands in the file. */
  readonly note: string;
}

/** Signs the head of a tree. */
export function signCheckpoint(size: number, root: Hash, signer: NoteSigner): SignedCheckpoint {
  const text = checkpointText({ origin: signer.name, size, root, extensions: [] });
  const rootHex = Buffer.from(root).toString('hex') as Sha256;
  return { origin: signer.name, size, rootHex, note: signNote(text, [signer]) };
}

/** Puts a checkpoint in the place of the one before, durable. The tiles under it MUST be durable already. */
export async function storeCheckpoint(folder: string, { note }: SignedCheckpoint, fs: LogFileSystem): Promise<void> {
  await replaceFile(fs, join(folder, CHECKPOINT_FILE), Buffer.from(note));
}

/** The newest checkpoint of a log as it is on the disk, whoever signed it; null where there is none. */
export async function readCheckpoint(folder: string, fs: LogFileSystem): Promise<string | null> {
  const bytes = await readSmallFile(fs, join(folder, CHECKPOINT_FILE), MAX_NOTE_BYTES);
  return bytes === null ? null : (decodeNote(bytes) ?? '');
}

/**
 * Reads a checkpoint without checking who signed it.
 *
 * @throws {AuditCorrupt} where it is no checkpoint at all.
 */
export function claimedCheckpoint(note: string): SignedCheckpoint {
  const opened = openNote(note, []);
  const checkpoint = opened === null ? null : parseCheckpoint(opened.text);
  if (checkpoint === null) throw damaged('holds no checkpoint');
  const { origin, size, root } = checkpoint;
  return { origin, size, rootHex: Buffer.from(root).toString('hex') as Sha256, note };
}

/**
 * Checks that the log itself signed a checkpoint.
 *
 * @throws {AuditKey} where another key signed it.
 * @throws {AuditCorrupt} where its signature is wrong.
 */
export function checkSigned(note: string, verifier: NoteVerifier): void {
  const opened = openNote(note, [verifier]);
  if (opened === null) throw damaged('does not carry the signature of what it says');
  if (opened.verified.length === 0) {
    throw new AuditKey('signing key of the log is not the one that signed its newest checkpoint', { hint: KEY_HINT });
  }
}

function damaged(problem: string): AuditCorrupt {
  return new AuditCorrupt(`file \`${CHECKPOINT_FILE}\` of the log ${problem}`, {
    hint: 'keep the folder of the log as it is; restore the file from where checkpoints are delivered to',
  });
}
