import type { LogFile } from './log-file-system.ts';
import { MAX_RECORD_BYTES } from './record-line.ts';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** One line of a segment. */
export interface Line {
  /** Without newline; empty where `isOversized`. Overwritten when the next batch of lines is asked for. */
  readonly bytes: Uint8Array;
  /** Offset of its first byte in the file. */
  readonly byteOffset: number;
  /** Bytes in the file, with the newline. */
  readonly sizeBytes: number;
  /** Whether a newline ends it: only the last line of a file can lack one. */
  readonly isEnded: boolean;
  /** Whether it is longer than {@link MAX_RECORD_BYTES} with its newline, and so was skipped unread. */
  readonly isOversized: boolean;
}

/**
 * Reads the lines of a file in order, in batches, with memory bounded whatever the file holds.
 *
 * @param fromOffset where a line starts.
 */
export async function* readLines(file: LogFile, fromOffset = 0): AsyncGenerator<readonly Line[]> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES + MAX_RECORD_BYTES);
  /** Bytes at the start of `buffer` that belong to a line whose end was not yet read. */
  let heldBytes = 0;
  let lineOffset = fromOffset;
  /** Bytes of an oversized line that were dropped. */
  let droppedBytes = 0;
  for (;;) {
    const readAt = lineOffset + droppedBytes + heldBytes;
    const readBytes = await file.read(buffer.subarray(heldBytes, heldBytes + CHUNK_BYTES), readAt);
    const filledBytes = heldBytes + readBytes;
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const end = buffer.subarray(0, filledBytes).indexOf(NEWLINE, start);
      if (end < 0) break;
      lines.push(lineOf(buffer.subarray(start, end), lineOffset, droppedBytes, true));
      lineOffset += droppedBytes + end - start + 1;
      droppedBytes = 0;
      start = end + 1;
    }
    heldBytes = filledBytes - start;
    if (readBytes === 0) {
      const restBytes = heldBytes + droppedBytes;
      if (restBytes > 0) lines.push(lineOf(buffer.subarray(start, filledBytes), lineOffset, droppedBytes, false));
      if (lines.length > 0) yield lines;
      return;
    }
    if (lines.length > 0) yield lines;
    if (heldBytes >= MAX_RECORD_BYTES || droppedBytes > 0) {
      droppedBytes += heldBytes;
      heldBytes = 0;
    }
    buffer.copyWithin(0, start, start + heldBytes);
  }
}

function lineOf(bytes: Uint8Array, byteOffset: number, droppedBytes: number, isEnded: boolean): Line {
  const sizeBytes = droppedBytes + bytes.length + (isEnded ? 1 : 0);
  const isOversized = droppedBytes + bytes.length >= MAX_RECORD_BYTES;
  return { bytes: isOversized ? bytes.subarray(0, 0) : bytes, byteOffset, sizeBytes, isEnded, isOversized };
}
