import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { MAX_RECORD_BYTES, SEGMENTS_FOLDER, decodeLine } from '../audit/index.ts';
import { StoreFailed } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { ReadObject, RecoveryFault, RestoredFile } from './recovery-evidence.ts';
import type { StoredRange } from './recovery-objects.ts';
import { syncFolder } from './state-folder.ts';

/** Most bytes that one object may unpack to: sinks write objects of 8 MiB of lines. A bomb ends there. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

const unpack = promisify(gunzip);
const NEWLINE = 0x0a;

/** What was restored. */
export interface Restored {
  readonly objects: readonly ReadObject[];
  readonly files: readonly RestoredFile[];
  readonly faults: readonly RecoveryFault[];
}

/**
 * Reads the objects of a day and writes their lines as segments of a log, a new one where records are missing between. An
 * object of which any line is not the record that its name says is not written. What was written is durable then.
 *
 * @param folder exists and is empty.
 * @throws {Error} of the operating system, where the lines cannot be written.
 */
export async function restoreDay(
  store: ObjectStore,
  ranges: readonly StoredRange[],
  folder: string,
  onObject: (key: string) => void,
): Promise<Restored> {
  const [objects, faults]: [ReadObject[], RecoveryFault[]] = [[], []];
  await mkdir(join(folder, SEGMENTS_FOLDER));
  const writer = new SegmentsWriter(folder);
  try {
    for (const range of ranges) {
      onObject(range.key);
      const read = await readObject(store, range);
      if (typeof read === 'string') faults.push(faultOf(range, read));
      else {
        const problem = linesProblem(read.lines, range);
        const records = range.lastIndex - range.firstIndex + 1;
        objects.push({
          key: range.key,
          bytes: read.bytes,
          sha256: read.sha256,
          records: problem === null ? records : 0,
        });
        if (problem === null) writer.add(range, read.lines);
        else faults.push(faultOf(range, problem));
      }
    }
  } finally {
    writer.close();
  }
  syncFolder(join(folder, SEGMENTS_FOLDER));
  syncFolder(folder);
  return { objects, files: writer.files, faults };
}

function faultOf({ key, firstIndex, lastIndex }: StoredRange, problem: string): RecoveryFault {
  return { object: key, firstIndex, lastIndex, problem };
}

/** The lines of an object, or why there are none. */
async function readObject(
  store: ObjectStore,
  { key, firstIndex, lastIndex }: StoredRange,
): Promise<{ readonly lines: Buffer; readonly bytes: number; readonly sha256: Sha256 } | string> {
  let packed: Uint8Array | null;
  try {
    packed = await store.get(key);
  } catch (error) {
    if (error instanceof StoreFailed) return `cannot be read: ${error.code}`;
    throw error;
  }
  if (packed === null) return 'is gone';
  const maxOutputLength = Math.min((lastIndex - firstIndex + 1) * MAX_RECORD_BYTES, MAX_UNPACKED_BYTES);
  try {
    return { lines: await unpack(packed, { maxOutputLength }), bytes: packed.length, sha256: sha256(packed) };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return 'cannot be unpacked: it is damaged, cut off, or too large';
    throw error;
  }
}

/** Why lines are not the records that the name of their object says; null where they are. */
function linesProblem(lines: Buffer, { firstIndex, lastIndex, day }: StoredRange): string | null {
  let [index, start] = [firstIndex, 0];
  let head: string | null = null;
  while (start < lines.length) {
    const end = lines.indexOf(NEWLINE, start);
    if (end < 0) return 'its last line has no end';
    const decoded = decodeLine(lines.subarray(start, end));
    if (!decoded.isRecord) return `record ${index}: ${decoded.problem}`;
    const { record } = decoded;
    if (record.index !== index) return `record ${index}: another one stands in its place`;
    if (index > lastIndex) return 'it holds more records than its name says';
    if (dayOf(record.occurredAtMs) !== day) return `record ${index}: it is of another day`;
    if (head !== null && record.prev !== head) return `record ${index}: it does not follow on the one before`;
    head = record.hash;
    index += 1;
    start = end + 1;
  }
  return index === lastIndex + 1
    ? null
    : `it holds ${index - firstIndex} records, and its name says ${lastIndex - firstIndex + 1}`;
}

/** The UTC day of a moment, `YYYY-MM-DD`; null for one that no calendar has. */
export function dayOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, 10);
}

function sha256(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

/** Writes lines as segments, each with a digest of what was meant to be in it. */
class SegmentsWriter {
  readonly #folder: string;
  readonly #files: RestoredFile[] = [];
  #open: { readonly file: number; readonly hash: ReturnType<typeof createHash>; readonly range: RestoredFile } | null =
    null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get files(): readonly RestoredFile[] {
    return this.#files;
  }

  add({ firstIndex, lastIndex }: StoredRange, lines: Buffer): void {
    if (this.#open !== null && this.#open.range.lastIndex + 1 !== firstIndex) this.close();
    const name = `${SEGMENTS_FOLDER}/${String(firstIndex).padStart(20, '0')}.jsonl`;
    this.#open ??= {
      // `wx`: a file that somebody put there meanwhile is not written into.
      file: openSync(join(this.#folder, name), 'wx', 0o600),
      hash: createHash('sha256'),
      range: { name, bytes: 0, sha256: '' as Sha256, firstIndex, lastIndex },
    };
    const { file, hash, range } = this.#open;
    for (let written = 0; written < lines.length;) written += writeSync(file, lines, written);
    hash.update(lines);
    this.#open = { file, hash, range: { ...range, bytes: range.bytes + lines.length, lastIndex } };
  }

  /** Ends the file that is open. */
  close(): void {
    if (this.#open === null) return;
    const { file, hash, range } = this.#open;
    this.#open = null;
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#files.push({ ...range, sha256: hash.digest('hex') as Sha256 });
  }
}
