import { MAX_RECORD_BYTES, decodeLine } from '../audit/index.ts';
import type { FileTree } from './file-tree.ts';
import type { RecordFile } from './inventory.ts';
import { unpack } from './unpack.ts';

const NEWLINE = 0x0a;

/**
 * The lines of a file of records as one stream of bytes, unpacked.
 *
 * @param onBytes told how many bytes of the file itself were read.
 */
export function recordChunks(
  tree: FileTree,
  file: RecordFile,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const packed = counted(tree.chunks(file), onBytes);
  // The name says how many records there are, and each has a longest form.
  return file.lastIndex === null ? packed : unpack(packed, (file.lastIndex - file.firstIndex + 1) * MAX_RECORD_BYTES);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** The line that starts at a place in a file of records, without its newline; null where it is longer than a record is. */
export async function lineAt(tree: FileTree, file: RecordFile, byteOffset: number): Promise<Uint8Array | null> {
  let passedBytes = 0;
  const parts: Uint8Array[] = [];
  for await (const chunk of recordChunks(tree, file)) {
    const from = Math.max(0, byteOffset - passedBytes);
    passedBytes += chunk.length;
    if (from >= chunk.length) continue;
    const end = chunk.indexOf(NEWLINE, from);
    parts.push(Uint8Array.from(chunk.subarray(from, end < 0 ? chunk.length : end)));
    if (end >= 0 || passedBytes - byteOffset > MAX_RECORD_BYTES) break;
  }
  const line = Buffer.concat(parts);
  return line.length < MAX_RECORD_BYTES ? line : null;
}

/** The line of record `index`, without its newline; null where it is not where it should be. */
export async function recordLine(
  tree: FileTree,
  files: readonly RecordFile[],
  index: number,
): Promise<Uint8Array | null> {
  const file = files.findLast(({ firstIndex }) => firstIndex <= index);
  if (file === undefined || index > (file.lastIndex ?? index)) return null;
  const found = file.lastIndex === null ? await soughtLine(tree, file, index) : null;
  return found ?? (await countedLine(tree, file, index - file.firstIndex));
}

/** Long enough to hold a whole line wherever it begins. */
const WINDOW_BYTES = 2 * MAX_RECORD_BYTES;

/** Halves the place where a line can be, by the indexes that lines carry; null where they do not lead to it. */
async function soughtLine(tree: FileTree, file: RecordFile, index: number): Promise<Uint8Array | null> {
  let [low, high] = [0, file.sizeBytes];
  while (low < high) {
    const from = high - low <= WINDOW_BYTES ? low : Math.floor((low + high - WINDOW_BYTES) / 2);
    const window = await tree.range(file.name, from, WINDOW_BYTES);
    // A window that begins within a line begins with the next one. INVARIANT: a line starts at `low`.
    let start = from === low ? 0 : window.indexOf(NEWLINE) + 1;
    const end = window.indexOf(NEWLINE, start);
    const decoded = end < 0 ? null : decodeLine(window.subarray(start, end));
    if (decoded === null || !decoded.isRecord) return null;
    const first = decoded.record.index;
    if (first > index) {
      if (from === low) return null;
      high = from;
      continue;
    }
    for (let left = index - first; left >= 0; left -= 1) {
      const next = window.indexOf(NEWLINE, start);
      if (next < 0) break;
      if (left === 0) return window.subarray(start, next);
      start = next + 1;
    }
    low = from + start;
  }
  return null;
}

/** The line behind that many others. */
async function countedLine(tree: FileTree, file: RecordFile, before: number): Promise<Uint8Array | null> {
  let left = before;
  const parts: Uint8Array[] = [];
  for await (const chunk of recordChunks(tree, file)) {
    let start = 0;
    while (left > 0) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      start = end + 1;
      left -= 1;
    }
    if (left > 0) continue;
    const end = chunk.indexOf(NEWLINE, start);
    parts.push(Uint8Array.from(chunk.subarray(start, end < 0 ? chunk.length : end)));
    const line = Buffer.concat(parts);
    if (end >= 0) return line.length < MAX_RECORD_BYTES ? line : null;
    if (line.length > MAX_RECORD_BYTES) return null;
  }
  return null;
}
