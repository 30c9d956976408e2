import { MAX_NOTE_BYTES, decodeNote, openCheckpoint, openNote, parseCheckpoint } from '../tlog/index.ts';
import type { Checkpoint, NoteVerifier, VerifiedSignature } from '../tlog/index.ts';
import type { FaultList } from './fault-list.ts';
import { readFailure } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT, LOG_VKEY } from './inventory.ts';
import { trustedKey } from './trust.ts';
import type { Trust, TrustedKey } from './trust.ts';

const MAX_VKEY_BYTES = 1_024;

/** A checkpoint whose signature holds. */
export interface SignedHead {
  /** For messages: name of the file, or place and name in an anchor. */
  readonly name: string;
  readonly checkpoint: Checkpoint;
  readonly key: TrustedKey;
  /** Of the witnesses that are known. */
  readonly cosignatures: readonly VerifiedSignature[];
  /** Names in signatures of which no key is known. */
  readonly unknownSigners: readonly string[];
}

/** The keys to check the log with. */
export interface LogKeys {
  readonly keys: readonly TrustedKey[];
  /** Whether they came from elsewhere, and not from beside the log. */
  readonly isTrusted: boolean;
}

/** Chooses the keys: those that are trusted or, where none is, the one beside the log. */
export async function chooseKeys(tree: FileTree, trust: Trust, faults: FaultList): Promise<LogKeys> {
  const own = await ownKey(tree, faults);
  if (trust.keys.length === 0) return { keys: own === null ? [] : [own], isTrusted: false };
  if (own !== null && !trust.keys.some(({ vkey }) => vkey === own.vkey)) {
    faults.file(LOG_VKEY, 'is not the key that is trusted');
  }
  return { keys: trust.keys, isTrusted: true };
}

async function ownKey(tree: FileTree, faults: FaultList): Promise<TrustedKey | null> {
  try {
    const bytes = await tree.read(LOG_VKEY, MAX_VKEY_BYTES);
    if (bytes === null) {
      faults.file(LOG_VKEY, 'is missing');
      return null;
    }
    const text = Buffer.from(bytes).toString('utf8');
    const key = trustedKey(text, 'log');
    // One line and its newline: nothing else may stand there unseen.
    if (key === null || text !== `${key.vkey}\n`) faults.file(LOG_VKEY, 'is no verifier key');
    return key;
  } catch (error) {
    faults.file(LOG_VKEY, `cannot be read: ${readFailure(error)}`);
    return null;
  }
}

/** Reads a checkpoint of the log itself; null where it holds none, which is then a fault. */
export async function readHead(
  tree: FileTree,
  name: string,
  keys: LogKeys,
  trust: Trust,
  faults: FaultList,
): Promise<SignedHead | null> {
  try {
    const bytes = await tree.read(name, MAX_NOTE_BYTES);
    if (bytes === null) {
      faults.file(name, name === CHECKPOINT ? 'is missing: nothing says how many records there were' : 'is gone');
      return null;
    }
    const note = decodeNote(bytes);
    const head = note === null ? 'no note' : openHead(name, note, keys.keys, trust.witnesses.map(verifierOf));
    if (typeof head !== 'string') return head;
    faults.file(name, head === 'no note' ? 'is no checkpoint' : headProblem(head, keys));
  } catch (error) {
    faults.file(name, `cannot be read: ${readFailure(error)}`);
  }
  return null;
}

/**
 * Opens a note as a checkpoint that one of the keys signed.
 *
 * @returns why it is none: no note, of another log, or not signed by any of the keys, or a signature is wrong.
 */
export function openHead(
  name: string,
  note: string,
  keys: readonly TrustedKey[],
  witnesses: readonly NoteVerifier[],
): SignedHead | 'no note' | 'other log' | 'not signed' {
  const text = openNote(note, [])?.text;
  const claimed = text === undefined ? null : parseCheckpoint(text);
  if (claimed === null) return 'no note';
  for (const key of keys) {
    const opened = openCheckpoint(note, key.verifier, witnesses);
    if (opened === null) continue;
    const { checkpoint, cosignatures, unknown } = opened;
    const unknownSigners = unknown.map((line) => line.split(' ')[1] ?? '');
    return { name, checkpoint, key, cosignatures, unknownSigners };
  }
  return keys.some(({ verifier }) => verifier.name === claimed.origin) ? 'not signed' : 'other log';
}

function headProblem(why: 'other log' | 'not signed', { keys, isTrusted }: LogKeys): string {
  if (keys.length === 0) return 'cannot be checked: there is no key';
  const whose = isTrusted ? 'that is trusted' : `in ${LOG_VKEY}`;
  return why === 'other log'
    ? `is of another log than the key ${whose}`
    : `is not signed by the key ${whose}, or a signature in it is wrong`;
}

function verifierOf({ verifier }: TrustedKey): NoteVerifier {
  return verifier;
}
