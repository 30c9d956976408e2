import { join } from 'node:path';

import type { LogFileSystem } from './log-file-system.ts';

/** Folder of the segments inside the folder of a log. */
export const SEGMENTS_FOLDER = 'segments';

/** Size at which the log goes on in a new segment, in bytes: a day of heavy use stays a handful of files. */
export const SEGMENT_MAX_BYTES = 16 * 1024 * 1024;

/** A file of consecutive records. */
export interface Segment {
  /** Index of its first record, or of the one to come while it is empty. */
  readonly firstIndex: number;
  readonly path: string;
}

const SEGMENT_NAME = /^[0-9]{20}\.jsonl$/;

/** Where the segment that starts with record `firstIndex` is. */
export function segmentAt(logFolder: string, firstIndex: number): Segment {
  const name = `${String(firstIndex).padStart(20, '0')}.jsonl`;
  return { firstIndex, path: join(logFolder, SEGMENTS_FOLDER, name) };
}

/** The segments of a log in order, and the names in their folder that are none. */
export interface SegmentListing {
  readonly segments: readonly Segment[];
  readonly strangers: readonly string[];
}

/** Lists the segments of the log in `logFolder`; none where the folder of segments does not exist. */
export async function listSegments(logFolder: string, fs: LogFileSystem): Promise<SegmentListing> {
  const names = await fs.list(join(logFolder, SEGMENTS_FOLDER));
  const segments: Segment[] = [];
  const strangers: string[] = [];
  for (const name of [...names].sort()) {
    const firstIndex = Number.parseInt(name, 10);
    if (SEGMENT_NAME.test(name) && Number.isSafeInteger(firstIndex)) segments.push(segmentAt(logFolder, firstIndex));
    else strangers.push(name);
  }
  return { segments, strangers };
}
