import { MAX_NOTE_BYTES, openNote, parseCheckpoint } from '../tlog/index.ts';

/** A checkpoint that lies beside records. Nobody verified it. */
export interface CheckpointRow {
  readonly file: string;
  readonly size: number;
  /** Base64; null where only its name was looked at. */
  readonly root: string | null;
}

/** Reads a checkpoint; null where the bytes are none. */
export function checkpointRow(file: string, bytes: Uint8Array): CheckpointRow | null {
  if (bytes.length > MAX_NOTE_BYTES) return null;
  const note = openNote(Buffer.from(bytes).toString('utf8'), []);
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  if (checkpoint === null) return null;
  return { file, size: checkpoint.size, root: Buffer.from(checkpoint.root).toString('base64') };
}
