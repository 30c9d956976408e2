import { basename } from 'node:path';

import { readLines } from './lines.ts';
import type { Line } from './lines.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { MAX_RECORD_BYTES, decodeLine } from './record-line.ts';
import type { LoggedRecord } from './record-line.ts';
import { listSegments } from './segment.ts';
import type { Segment } from './segment.ts';

/** A segment of a log that is to be read, and its size at this moment. */
export interface SizedSegment extends Segment {
  readonly sizeBytes: number;
}

/** What one line of a segment turned out to be. `problem` quotes nothing of the line. */
export type SegmentLine =
  | { readonly kind: 'record'; readonly record: LoggedRecord; readonly sizeBytes: number }
  | { readonly kind: 'damaged'; readonly place: string; readonly problem: string; readonly sizeBytes: number }
  /** The last line has no end: it is being written, or was cut off. */
  | { readonly kind: 'torn'; readonly sizeBytes: number };

/** The segments of a log in order, for readers that share them out. Errors of the system pass through. */
export async function logSegments(
  folder: string,
  fs: LogFileSystem = nodeLogFileSystem(),
): Promise<readonly SizedSegment[]> {
  const { segments } = await listSegments(folder, fs);
  const sized: SizedSegment[] = [];
  for (const segment of segments) sized.push({ ...segment, sizeBytes: (await fs.stat(segment.path)).sizeBytes });
  return sized;
}

/**
 * Reads the lines of one segment in batches and goes on after a damaged one. Each record is checked by itself and against
 * its place in the segment; only verifying checks the chain.
 */
export async function* readSegment(
  segment: Segment,
  fs: LogFileSystem = nodeLogFileSystem(),
): AsyncGenerator<readonly SegmentLine[]> {
  const file = await fs.open(segment.path, 'read');
  let index = segment.firstIndex;
  try {
    for await (const lines of readLines(file)) {
      yield lines.map((line) => {
        const read = lineOf(line, index, segment);
        index += 1;
        return read;
      });
    }
  } finally {
    await file.close();
  }
}

function lineOf(line: Line, index: number, segment: Segment): SegmentLine {
  const { sizeBytes } = line;
  if (!line.isEnded) return { kind: 'torn', sizeBytes };
  const place = `${basename(segment.path)}:${index - segment.firstIndex + 1}`;
  const damaged = (problem: string): SegmentLine => ({ kind: 'damaged', place, problem, sizeBytes });
  if (line.isOversized) return damaged(`longer than ${MAX_RECORD_BYTES} bytes`);
  const decoded = decodeLine(line.bytes);
  if (!decoded.isRecord) return damaged(decoded.problem);
  const { record } = decoded;
  if (record.index === index) return { kind: 'record', record, sizeBytes };
  return damaged(`holds record ${record.index} in place of record ${index}`);
}
