import { setTimeout } from 'node:timers/promises';
import { basename } from 'node:path';

import { AuditCorrupt } from '../core/error.ts';
import { readLines } from './lines.ts';
import type { Line } from './lines.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { MAX_RECORD_BYTES, decodeLine } from './record-line.ts';
import type { LoggedRecord } from './record-line.ts';
import { listSegments } from './segment.ts';
import type { Segment } from './segment.ts';

/** Pause between two looks at the end of a log that is followed, in milliseconds. */
const FOLLOW_PAUSE_MS = 150;

export interface ReadOptions {
  /** Index of the first record to give, 0 where absent. */
  readonly fromIndex?: number;
  /** Where present, reading waits at the end for more, until this is aborted. */
  readonly follow?: AbortSignal;
  /**
   * Where present, told of each place that does not hold the record that it should, and reading goes on behind it; where
   * absent, the first such place ends the reading with what would have been told.
   */
  readonly onDamage?: (damage: AuditCorrupt) => void;
  /** The machine's own file system where absent. */
  readonly fs?: LogFileSystem;
}

/**
 * Reads a log in order while it may be written. Each record is checked by itself; only verifying checks the chain.
 * A line that is not whole yet is waited for or, without `follow`, left out. A record may be seen shortly before it is
 * durable.
 *
 * Errors of the system pass through.
 *
 * @throws {AuditCorrupt} at the first line that holds no record or another one than its place says, unless `onDamage`
 *   takes that; and always where a segment is cut back under our eyes.
 */
export async function* readLog(folder: string, options: ReadOptions = {}): AsyncGenerator<LoggedRecord> {
  const { fromIndex = 0, follow, onDamage, fs = nodeLogFileSystem() } = options;
  let cursor: Cursor | null = null;
  let isGapSeen = false;
  for (;;) {
    cursor ??= await seek(folder, fromIndex, fs, onDamage);
    if (cursor !== null) {
      for await (const record of readOn(cursor, fromIndex, fs, onDamage)) {
        yield record;
        if (follow?.aborted === true) return;
      }
    }
    const next: Segment | null = cursor === null ? null : await findNext(folder, cursor, fs);
    if (next !== null && next.firstIndex === cursor?.nextIndex) {
      cursor = startOf(next);
      isGapSeen = false;
    } else if (next !== null && isGapSeen) {
      tell(corrupt(`records ${cursor?.nextIndex} to ${next.firstIndex - 1} are missing`), onDamage);
      cursor = startOf(next);
      isGapSeen = false;
    } else if (next !== null) {
      // They may have been written between our last look at this segment and the list of segments.
      isGapSeen = true;
    } else if (follow === undefined || !(await hasPaused(follow))) {
      return;
    }
  }
}

/**
 * Reads one record.
 *
 * @returns null where the log holds no record of that index.
 * @throws {AuditCorrupt} where its line holds no record, unless `onDamage` takes that; the record is then looked for
 *   behind the damage.
 */
export async function readRecord(
  folder: string,
  index: number,
  options: Pick<ReadOptions, 'onDamage'> = {},
): Promise<LoggedRecord | null> {
  if (!Number.isSafeInteger(index) || index < 0) return null;
  for await (const record of readLog(folder, { ...options, fromIndex: index })) {
    return record.index === index ? record : null;
  }
  return null;
}

/** A place between two lines, moved by reading on. */
interface Cursor {
  readonly segment: Segment;
  byteOffset: number;
  /** Index of the record on the next line. */
  nextIndex: number;
}

function startOf(segment: Segment): Cursor {
  return { segment, byteOffset: 0, nextIndex: segment.firstIndex };
}

/**
 * The start of the segment in which a record is or would be; null where no segment is there yet.
 *
 * @throws {AuditCorrupt} where the record would be before the first segment.
 */
async function seek(
  folder: string,
  index: number,
  fs: LogFileSystem,
  onDamage: ReadOptions['onDamage'],
): Promise<Cursor | null> {
  const { segments } = await listSegments(folder, fs);
  const segment = segments.findLast(({ firstIndex }) => firstIndex <= index);
  if (segment !== undefined) return startOf(segment);
  const [first] = segments;
  if (first === undefined) return null;
  tell(corrupt(`record ${index} is missing: no segment holds it`), onDamage);
  return startOf(first);
}

/** The first segment after the one being read. */
async function findNext(folder: string, { segment }: Cursor, fs: LogFileSystem): Promise<Segment | null> {
  const { segments } = await listSegments(folder, fs);
  return segments.find(({ firstIndex }) => firstIndex > segment.firstIndex) ?? null;
}

/** Reads a segment from the cursor to its present end, passing over records before `fromIndex`. */
async function* readOn(
  cursor: Cursor,
  fromIndex: number,
  fs: LogFileSystem,
  onDamage: ReadOptions['onDamage'],
): AsyncGenerator<LoggedRecord> {
  const { segment } = cursor;
  const file = await fs.open(segment.path, 'read');
  try {
    if ((await file.stat()).sizeBytes < cursor.byteOffset) {
      throw corrupt(`segment \`${basename(segment.path)}\` was cut back while it was read`);
    }
    for await (const lines of readLines(file, cursor.byteOffset)) {
      for (const line of lines) {
        if (!line.isEnded) return;
        const index = cursor.nextIndex;
        cursor.byteOffset = line.byteOffset + line.sizeBytes;
        cursor.nextIndex += 1;
        // Behind a line that was taken out, only the records themselves tell which is which.
        if (index < fromIndex && onDamage === undefined) continue;
        const found = recordOn(line, index, segment);
        if (found.damage !== null && index >= fromIndex) tell(found.damage, onDamage);
        if (found.record === null || found.record.index < index) continue;
        cursor.nextIndex = found.record.index + 1;
        if (found.record.index >= fromIndex) yield found.record;
      }
    }
  } finally {
    await file.close();
  }
}

/** What a line holds, and what is wrong with it at its place. */
type Found =
  | { readonly record: LoggedRecord; readonly damage: AuditCorrupt | null }
  | { readonly record: null; readonly damage: AuditCorrupt };

function recordOn(line: Line, index: number, segment: Segment): Found {
  const place = `record ${index}: segment \`${basename(segment.path)}\` line ${index - segment.firstIndex + 1}`;
  if (line.isOversized) return { record: null, damage: corrupt(`${place}: longer than ${MAX_RECORD_BYTES} bytes`) };
  const decoded = decodeLine(line.bytes);
  if (!decoded.isRecord) return { record: null, damage: corrupt(`${place}: ${decoded.problem}`) };
  const { record } = decoded;
  if (record.index === index) return { record, damage: null };
  return { record, damage: corrupt(`${place}: holds record ${record.index} in place of record ${index}`) };
}

function tell(damage: AuditCorrupt, onDamage: ReadOptions['onDamage']): void {
  if (onDamage === undefined) throw damage;
  onDamage(damage);
}

function corrupt(message: string): AuditCorrupt {
  return new AuditCorrupt(message, { hint: 'look at the log with `sallyport audit verify`' });
}

/** Waits a little. False where the signal came first. */
async function hasPaused(signal: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(FOLLOW_PAUSE_MS, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
