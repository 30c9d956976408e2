import { basename, join } from 'node:path';

import type { Sha256 } from '../core/ids.ts';
import { Chain } from './chain.ts';
import { readLines } from './lines.ts';
import type { Line } from './lines.ts';
import { errorCode } from './log-file-system.ts';
import type { LogFile, LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { decodeLine } from './record-line.ts';
import { SEGMENTS_FOLDER, listSegments } from './segment.ts';
import type { Segment } from './segment.ts';

/** Most faults that a report lists; a log with more is past repair and the first ones tell where it began. */
export const MAX_FAULTS = 100;

const MISNAMED = 'segment is not named for the record it starts with';

/** What `verifyLog` found. */
export interface VerifyReport {
  /** Whether every record from the first to the last is as it was written. A torn last line alone leaves it true. */
  readonly ok: boolean;
  /** Records that are whole and in their place. */
  readonly records: number;
  /** Bytes read. */
  readonly bytes: number;
  /** Hash of the last record that was read, to compare with a copy kept elsewhere. */
  readonly head: Sha256;
  /** The first {@link MAX_FAULTS}, in the order of the log. */
  readonly faults: readonly LogFault[];
  /** Whether the last line lacks its end: a write in progress, or one that was interrupted. */
  readonly torn: boolean;
  readonly warnings: readonly string[];
}

/** One thing that is not as it was written. */
export interface LogFault {
  /** Name of the segment, without folder. */
  readonly file: string;
  /** From 1; 0 where the fault is the file itself. */
  readonly line: number;
  /** Where the line starts in the file. */
  readonly byteOffset: number;
  /** Record that is or should be there, or null where nobody can say. */
  readonly index: number | null;
  /** One line, quoting nothing of the log. */
  readonly problem: string;
}

export interface VerifyProgress {
  readonly bytes: number;
  /** Bytes that there were to read when verifying began. */
  readonly totalBytes: number;
  readonly records: number;
}

/**
 * Reads a whole log and checks each line, its place and its link to the one before, also while the log is written.
 * Memory stays bounded. After a fault it goes on and looks for others.
 *
 * It cannot see that records at the end were taken away, nor that the whole log was written anew: compare `head` with
 * a copy kept elsewhere for that. Errors of the system pass through where the folder itself cannot be read.
 */
export async function verifyLog(
  folder: string,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
  fs: LogFileSystem = nodeLogFileSystem(),
): Promise<VerifyReport> {
  const { segments, strangers } = await listSegments(folder, fs);
  const verification = new Verification(await totalSize(segments, fs), onProgress);
  if (segments.length === 0) verification.warn(`no segment in \`${join(folder, SEGMENTS_FOLDER)}\``);
  for (const name of strangers) verification.warn(`\`${name}\` is no segment and was not read`);
  for (const [position, segment] of segments.entries()) {
    await verification.readSegment(segment, position === segments.length - 1, fs);
  }
  return verification.report();
}

async function totalSize(segments: readonly Segment[], fs: LogFileSystem): Promise<number> {
  let totalBytes = 0;
  for (const { path } of segments) totalBytes += (await fs.stat(path)).sizeBytes;
  return totalBytes;
}

class Verification {
  readonly #totalBytes: number;
  readonly #onProgress: (progress: VerifyProgress) => void;
  readonly #chain = new Chain();
  readonly #faults: LogFault[] = [];
  readonly #warnings: string[] = [];
  #faultCount = 0;
  #records = 0;
  #bytes = 0;
  #isTorn = false;

  constructor(totalBytes: number, onProgress: (progress: VerifyProgress) => void) {
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
  }

  warn(text: string): void {
    if (this.#warnings.length < MAX_FAULTS) this.#warnings.push(text);
  }

  async readSegment(segment: Segment, isLast: boolean, fs: LogFileSystem): Promise<void> {
    const name = basename(segment.path);
    try {
      const file = await fs.open(segment.path, 'read');
      try {
        await this.#readLines(segment, file, isLast);
      } finally {
        await file.close();
      }
    } catch (error) {
      const problem = `cannot be read: ${errorCode(error)}`;
      this.#fault({ file: name, line: 0, byteOffset: 0, index: this.#chain.nextIndex, problem });
    }
  }

  report(): VerifyReport {
    const unlisted = this.#faultCount - this.#faults.length;
    const warnings = unlisted === 0 ? this.#warnings : [...this.#warnings, `${unlisted} more faults are not listed`];
    return {
      ok: this.#faultCount === 0,
      records: this.#records,
      bytes: this.#bytes,
      head: this.#chain.head,
      faults: this.#faults,
      torn: this.#isTorn,
      warnings,
    };
  }

  async #readLines(segment: Segment, opened: LogFile, isLast: boolean): Promise<void> {
    const file = basename(segment.path);
    let lineNumber = 0;
    for await (const lines of readLines(opened)) {
      for (const line of lines) {
        lineNumber += 1;
        this.#bytes += line.sizeBytes;
        if (line.isEnded) this.#followLine(segment, file, lineNumber, line);
        else this.#endUnended(file, lineNumber, line, isLast);
      }
      this.#onProgress({ bytes: this.#bytes, totalBytes: this.#totalBytes, records: this.#records });
    }
    if (lineNumber > 0) return;
    const index = this.#chain.nextIndex;
    if (!isLast) this.#fault({ file, line: 0, byteOffset: 0, index, problem: 'empty, but not the last segment' });
    else if (segment.firstIndex !== index) this.#fault({ file, line: 0, byteOffset: 0, index, problem: MISNAMED });
  }

  #followLine(segment: Segment, file: string, lineNumber: number, line: Line): void {
    const link = this.#chain.follow(line);
    const index = link.kind === 'damaged' ? link.index : link.record.index;
    const place = { file, line: lineNumber, byteOffset: line.byteOffset, index };
    const isMisnamed = lineNumber === 1 && link.kind !== 'damaged' && index !== segment.firstIndex;
    if (isMisnamed) this.#fault({ ...place, problem: MISNAMED });
    if (link.kind === 'record') this.#records += 1;
    else this.#fault({ ...place, problem: link.problem });
  }

  #endUnended(file: string, lineNumber: number, line: Line, isLast: boolean): void {
    // An interrupted write leaves the beginning of a record. A whole one with something after it was changed later.
    const isChanged = !line.isOversized && decodeLine(line.bytes.subarray(0, -1)).isRecord;
    if (isLast && !isChanged) {
      this.#isTorn = true;
      const hint = 'a write in progress, or one that was interrupted; the next start cuts it off and records that';
      this.warn(`last ${line.sizeBytes} bytes of \`${file}\` are no whole record: ${hint}`);
      return;
    }
    const problem = isChanged ? 'newline was changed' : 'last line is not ended';
    this.#fault({ file, line: lineNumber, byteOffset: line.byteOffset, index: this.#chain.nextIndex, problem });
  }

  #fault(fault: LogFault): void {
    this.#faultCount += 1;
    if (this.#faults.length < MAX_FAULTS) this.#faults.push(fault);
  }
}
