import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { openNote, type NoteVerifier, type VerifiedSignature } from './note.ts';

/** A checkpoint that its log signed, and which witnesses cosigned. */
export interface OpenCheckpoint {
  readonly checkpoint: Checkpoint;
  /** What was signed. */
  readonly text: string;
  /** The log's signature line. */
  readonly logLine: string;
  /** Good signatures of the witnesses that were given. */
  readonly cosignatures: readonly VerifiedSignature[];
  /** Signatures of keys that are not known; not checked. */
  readonly unknown: readonly string[];
}

/**
 * Opens a signed checkpoint of one log.
 *
 * @returns null where it is no checkpoint, the log's key did not sign it, its origin is not the name of that key, or a
 * signature of a known key is wrong.
 */
export function openCheckpoint(
  note: string,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[] = [],
): OpenCheckpoint | null {
  const opened = openNote(note, [log, ...witnesses]);
  const own = opened?.verified.find((found) => found.name === log.name && found.keyId === log.keyId);
  if (opened === null || own === undefined) return null;
  const checkpoint = parseCheckpoint(opened.text);
  // Signed by the log's key for another log: two logs may share a key by accident, never an origin.
  if (checkpoint === null || checkpoint.origin !== log.name) return null;
  const cosignatures = opened.verified.filter((found) => found !== own);
  return { checkpoint, text: opened.text, logLine: own.line, cosignatures, unknown: opened.unknown };
}
