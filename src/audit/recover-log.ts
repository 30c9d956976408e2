import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

import { AuditCorrupt, StateFolder } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { Chain } from './chain.ts';
import { readLines } from './lines.ts';
import type { LogFile, LogFileSystem } from './log-file-system.ts';
import { LogHistory } from './log-history.ts';
import { FORMAT_VERSION, MAX_RECORD_BYTES, ZERO_HASH, decodeLine, versionOf } from './record-line.ts';
import type { LoggedRecord } from './record-line.ts';
import { SEGMENTS_FOLDER, segmentAt } from './segment.ts';
import type { Segment } from './segment.ts';
import { readRange } from './whole-file.ts';

/** The end of a log, from where it is written on. */
export interface LogEnd {
  readonly segment: Segment;
  /** Bytes of the segment that hold whole records. */
  readonly sizeBytes: number;
  /** Bytes of its last line with newline, 0 while it is empty. */
  readonly lastLineBytes: number;
  readonly nextIndex: number;
  readonly head: Sha256;
  /** What is to be cut off, or null. */
  readonly torn: TornTail | null;
  /** What the records that were read say of the log's last hours. */
  readonly history: LogHistory;
}

/** Bytes after the last whole record, left by a write that was interrupted. */
export interface TornTail {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: Sha256;
}

/**
 * Finds the end of a log without changing anything: checks that its segments join up, and every record from
 * `fromIndex` on.
 *
 * @param onRecord is given each record from there on, in order.
 * @throws {AuditCorrupt} for any damage but a torn last line.
 */
export async function findEnd(
  segments: readonly Segment[],
  fromIndex: number,
  fs: LogFileSystem,
  onRecord: (record: LoggedRecord) => void,
): Promise<LogEnd> {
  const start = Math.max(
    0,
    segments.findLastIndex(({ firstIndex }) => firstIndex <= fromIndex),
  );
  const chain = new Chain(segments[start]?.firstIndex, await joinSegments(segments.slice(0, start + 1), fs));
  const history = new LogHistory();
  let end: Omit<LogEnd, 'history'> | null = null;
  for (const segment of segments.slice(start)) {
    if (end !== null && end.torn !== null) throw corrupt(end.segment, null, 'last line holds no whole record');
    if (segment.firstIndex !== chain.nextIndex) throw misnamed(segment, chain.nextIndex);
    end = await readToEnd(segment, chain, fs, (record) => {
      history.add(record);
      if (record.index >= fromIndex) onRecord(record);
    });
  }
  if (end === null) throw new TypeError('a log without segments has no end');
  return { ...end, history };
}

/**
 * Opens the last segment for writing on, cuts off a torn line and makes the rest durable as it stands. The receiver closes
 * the file.
 */
export async function openEnd(folder: string, end: LogEnd, fs: LogFileSystem): Promise<LogFile> {
  const file = await fs.open(end.segment.path, 'write');
  try {
    if (end.torn !== null) await file.truncate(end.sizeBytes);
    // What a killed process wrote may be in memory only; nothing may build on it before it is on the disk.
    await file.sync();
    await fs.syncFolder(join(folder, SEGMENTS_FOLDER));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Makes the first segment of a log. */
export async function beginSegments(folder: string, fs: LogFileSystem): Promise<Segment> {
  const segment = segmentAt(folder, 0);
  await fs.makeFolder(join(folder, SEGMENTS_FOLDER));
  await (await fs.open(segment.path, 'create')).close();
  await fs.syncFolder(join(folder, SEGMENTS_FOLDER));
  return segment;
}

/**
 * Checks that a log is written in the format of this program: the last line of one in another format must not pass for a
 * torn one, which would be cut off.
 *
 * @throws {StateFolder} where it is in another.
 */
export async function checkVersion(folder: string, first: Segment, fs: LogFileSystem): Promise<void> {
  const file = await fs.open(first.path, 'read');
  try {
    const start = await readRange(file, 0, MAX_RECORD_BYTES);
    const version = versionOf(start.subarray(0, Math.max(0, start.indexOf(10))));
    if (version === null || version === FORMAT_VERSION) return;
    throw new StateFolder(
      `log in \`${folder}\` is of format version ${version}, but this program writes ${FORMAT_VERSION}`,
      { hint: 'move the folder away to begin a new log, or use the version of sallyport that wrote it' },
    );
  } finally {
    await file.close();
  }
}

/** Checks that each segment begins where the one before ends. Gives the hash of the record before the last one given. */
async function joinSegments(segments: readonly Segment[], fs: LogFileSystem): Promise<Sha256> {
  let nextIndex = 0;
  let head = ZERO_HASH;
  for (const [position, segment] of segments.entries()) {
    if (segment.firstIndex !== nextIndex) throw misnamed(segment, nextIndex);
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

async function readToEnd(
  segment: Segment,
  chain: Chain,
  fs: LogFileSystem,
  onRecord: (record: LoggedRecord) => void,
): Promise<Omit<LogEnd, 'history'>> {
  const file = await fs.open(segment.path, 'read');
  try {
    return await readRecords(segment, file, chain, onRecord);
  } finally {
    await file.close();
  }
}

async function readRecords(
  segment: Segment,
  file: LogFile,
  chain: Chain,
  onRecord: (record: LoggedRecord) => void,
): Promise<Omit<LogEnd, 'history'>> {
  let sizeBytes = 0;
  let lastLineBytes = 0;
  let { nextIndex } = chain;
  let { head } = chain;
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
        ({ nextIndex, head } = chain);
        onRecord(link.record);
      }
    }
  }
  const torn = damage === null ? null : await describeTail(segment, file, sizeBytes);
  return { segment, sizeBytes, lastLineBytes, nextIndex, head, torn };
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

function misnamed(segment: Segment, nextIndex: number): AuditCorrupt {
  return corrupt(segment, 1, `starts at record ${segment.firstIndex}, but record ${nextIndex} comes next`);
}

function corrupt(segment: Segment, lineNumber: number | null, problem: string): AuditCorrupt {
  const place = lineNumber === null ? '' : ` line ${lineNumber}`;
  return new AuditCorrupt(`segment \`${basename(segment.path)}\`${place}: ${problem}`, {
    hint: 'keep the folder of the log as it is, and look at it with `sallyport audit verify`',
  });
}
