import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

import { AuditCorrupt } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { Chain } from './chain.ts';
import { readLines } from './lines.ts';
import type { LogFile, LogFileSystem } from './log-file-system.ts';
import { MAX_RECORD_BYTES, ZERO_HASH, decodeLine } from './record-line.ts';
import type { LoggedRecord } from './record-line.ts';
import { SEGMENTS_FOLDER, listSegments, segmentAt } from './segment.ts';
import type { Segment } from './segment.ts';

/** The end of a log, from where it is written on. The receiver closes `file`. */
export interface LogEnd {
  readonly file: LogFile;
  readonly segment: Segment;
  /** Bytes of the segment that hold whole records: all of it. */
  readonly sizeBytes: number;
  /** Bytes of its last line with newline, 0 while it is empty. */
  readonly lastLineBytes: number;
  readonly nextIndex: number;
  readonly head: Sha256;
  /** What was cut off, or null. */
  readonly torn: TornTail | null;
}

/** Bytes after the last whole record, left by a write that was interrupted. */
export interface TornTail {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: Sha256;
}

/**
 * Finds the end of a log and makes it durable as it stands: checks every record of the last segment and that the
 * segments before join up, cuts off a torn last line, begins the first segment of a new log.
 *
 * @throws {AuditCorrupt} for any damage but a torn last line. Nothing is changed then.
 */
export async function recoverLog(folder: string, fs: LogFileSystem): Promise<LogEnd> {
  await fs.makeFolder(join(folder, SEGMENTS_FOLDER));
  const { segments } = await listSegments(folder, fs);
  const last = segments.at(-1);
  if (last === undefined) return await beginLog(folder, fs);
  const head = await joinSegments(segments, fs);
  const file = await fs.open(last.path, 'write');
  try {
    const end = await findEnd(last, file, head);
    if (end.torn !== null) await file.truncate(end.sizeBytes);
    // What a killed process wrote may be in memory only; nothing may build on it before it is on the disk.
    await file.sync();
    await fs.syncFolder(join(folder, SEGMENTS_FOLDER));
    return end;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function beginLog(folder: string, fs: LogFileSystem): Promise<LogEnd> {
  const segment = segmentAt(folder, 0);
  const file = await fs.open(segment.path, 'create');
  try {
    await fs.syncFolder(join(folder, SEGMENTS_FOLDER));
  } catch (error) {
    await file.close();
    throw error;
  }
  return { file, segment, sizeBytes: 0, lastLineBytes: 0, nextIndex: 0, head: ZERO_HASH, torn: null };
}

/** Checks that each segment begins where the one before ends. Gives the hash of the record before the last segment. */
async function joinSegments(segments: readonly Segment[], fs: LogFileSystem): Promise<Sha256> {
  let nextIndex = 0;
  let head = ZERO_HASH;
  for (const [position, segment] of segments.entries()) {
    if (segment.firstIndex !== nextIndex) {
      throw corrupt(segment, 1, `starts at record ${segment.firstIndex}, but record ${nextIndex} comes next`);
    }
    if (position === segments.length - 1) break;
    const { first, last } = await readEdges(segment, fs);
    if (first.index !== nextIndex || first.prev !== head)
      throw corrupt(segment, 1, 'does not link to the segment before');
    nextIndex = last.index + 1;
    head = last.hash;
  }
  return head;
}

async function readEdges(
  segment: Segment,
  fs: LogFileSystem,
): Promise<{ readonly first: LoggedRecord; readonly last: LoggedRecord }> {
  const file = await fs.open(segment.path, 'read');
  try {
    const { sizeBytes } = await file.stat();
    const start = await readRange(file, 0, Math.min(sizeBytes, MAX_RECORD_BYTES));
    const first = decodeLine(start.subarray(0, Math.max(0, start.indexOf(10))));
    if (!first.isRecord) throw corrupt(segment, 1, first.problem);
    const fromOffset = Math.max(0, sizeBytes - MAX_RECORD_BYTES - 1);
    const end = await readRange(file, fromOffset, sizeBytes - fromOffset);
    const last = decodeLine(end.subarray(end.subarray(0, -1).lastIndexOf(10) + 1, -1));
    if (!last.isRecord || end.at(-1) !== 10) throw corrupt(segment, null, 'last line holds no whole record');
    return { first: first.record, last: last.record };
  } finally {
    await file.close();
  }
}

/** Reads `sizeBytes` bytes, or fewer where the file ends before. */
export async function readRange(file: LogFile, offset: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.alloc(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const readBytes = await file.read(bytes.subarray(filled), offset + filled);
    if (readBytes === 0) break;
    filled += readBytes;
  }
  return bytes.subarray(0, filled);
}

async function findEnd(segment: Segment, file: LogFile, headBefore: Sha256): Promise<LogEnd> {
  const chain = new Chain(segment.firstIndex, headBefore);
  let sizeBytes = 0;
  let lastLineBytes = 0;
  let nextIndex = segment.firstIndex;
  let lineNumber = 0;
  let damage: { readonly lineNumber: number; readonly problem: string } | null = null;
  for await (const lines of readLines(file)) {
    for (const line of lines) {
      // A torn line is the last by nature: whatever follows a damaged one was written after it was whole.
      if (damage !== null) throw corrupt(segment, damage.lineNumber, damage.problem);
      lineNumber += 1;
      if (!line.isEnded) {
        damage = { lineNumber, problem: 'not ended' };
        continue;
      }
      const link = chain.follow(line);
      if (link.kind === 'misplaced') throw corrupt(segment, lineNumber, link.problem);
      if (link.kind === 'damaged') {
        damage = { lineNumber, problem: link.problem };
      } else {
        sizeBytes = line.byteOffset + line.sizeBytes;
        lastLineBytes = line.sizeBytes;
        nextIndex = chain.nextIndex;
      }
    }
  }
  const torn = damage === null ? null : await describeTail(segment, file, sizeBytes);
  return { file, segment, sizeBytes, lastLineBytes, nextIndex, head: chain.head, torn };
}

async function describeTail(segment: Segment, file: LogFile, offset: number): Promise<TornTail> {
  const digest = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const chunk = await readRange(file, offset + bytes, MAX_RECORD_BYTES);
    if (chunk.length === 0) break;
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { file: basename(segment.path), offset, bytes, sha256: digest.digest('hex') as Sha256 };
}

function corrupt(segment: Segment, lineNumber: number | null, problem: string): AuditCorrupt {
  const place = lineNumber === null ? '' : ` line ${lineNumber}`;
  return new AuditCorrupt(`segment \`${basename(segment.path)}\`${place}: ${problem}`, {
    hint: 'keep the folder of the log as it is, and look at it with `sallyport audit verify`',
  });
}
