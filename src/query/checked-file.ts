import { createReadStream, createWriteStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { MAX_RECORD_BYTES } from '../audit/index.ts';
import { lineState } from './intact-line.ts';

/** A file of lines that the log or a store holds. */
export interface LineFile {
  readonly path: string;
  /** How damage names it. */
  readonly name: string;
  readonly isGzip: boolean;
  /** Whether somebody may be writing it: then it is never read in its own place. */
  readonly isLive: boolean;
}

/** A line, or the end of a file, that holds no record as it was written. */
export interface Damage {
  readonly file: string;
  /** From 1; null where it is about the whole file. */
  readonly line: number | null;
  readonly problem: string;
}

/** What was found in a file. */
export interface CheckedFile {
  /** Where the intact lines are to be read; null where there are none. */
  readonly path: string | null;
  readonly records: number;
  /** Number of the next record that may follow. */
  readonly nextIndex: number;
  /** Whether the last line has no end: it is being written, or was cut off. */
  readonly isTorn: boolean;
}

export interface CheckOptions {
  /** Where a copy of the intact lines goes, where the file itself cannot be read as it is. */
  readonly copyTo: string;
  /** Smallest number that its first record may have: a smaller one was read before. */
  readonly nextIndex: number;
  readonly onDamage: (damage: Damage) => void;
  readonly onBytes: (bytes: number) => void;
}

/** Most bytes of one file when it is unpacked: a small object must not fill the disk. */
const MAX_FILE_BYTES = 4 * 1024 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Looks at every line of a file, with memory bounded whatever the file holds. A file without fault that nobody writes is
 * left where it is; of any other the intact lines are copied. Errors of the system pass through.
 */
export async function checkedFile(file: LineFile, options: CheckOptions): Promise<CheckedFile> {
  const isCopied = file.isGzip || file.isLive;
  const first = await pass(file, options, isCopied ? options.copyTo : null, options.onDamage);
  if (first.records === 0) return { ...first, path: null };
  if (isCopied) return { ...first, path: options.copyTo };
  if (first.isWhole) return { ...first, path: file.path };
  await pass(file, { ...options, onBytes: () => undefined }, options.copyTo, () => undefined);
  return { ...first, path: options.copyTo };
}

type Pass = Omit<CheckedFile, 'path'> & { readonly isWhole: boolean };

async function pass(
  file: LineFile,
  { nextIndex: from, onBytes }: CheckOptions,
  copyTo: string | null,
  onDamage: CheckOptions['onDamage'],
): Promise<Pass> {
  const copy = copyTo === null ? null : createWriteStream(copyTo, { mode: 0o600, flags: 'w' });
  const copyFailed = copy === null ? null : new Promise<never>((_, reject) => copy.once('error', reject));
  copyFailed?.catch(() => undefined);
  let [records, nextIndex, line, isWhole, isTorn] = [0, from, 0, true, false];
  const tell = (problem: string, at: number | null): void => {
    isWhole = false;
    onDamage({ file: file.name, line: at, problem });
  };
  try {
    for await (const { lines, rest, problem } of linesOf(file, onBytes)) {
      const intact: Uint8Array[] = [];
      for (const bytes of lines) {
        line += 1;
        const state = bytes === null ? { isIntact: false as const, problem: TOO_LONG } : lineState(bytes);
        if (!state.isIntact) tell(state.problem, line);
        else if (state.index < nextIndex) tell(`holds record ${state.index}, which was there before`, line);
        else {
          nextIndex = state.index + 1;
          records += 1;
          if (copy !== null && bytes !== null) intact.push(bytes);
        }
      }
      if (rest) isTorn = true;
      if (problem !== null) tell(problem, null);
      if (copy !== null && intact.length > 0) await Promise.race([written(copy, intact), copyFailed]);
    }
    if (isTorn) isWhole = false;
    return { records, nextIndex, isTorn, isWhole };
  } finally {
    if (copy !== null) await Promise.race([new Promise<void>((resolve) => copy.end(resolve)), copyFailed]);
  }
}

const TOO_LONG = `longer than ${MAX_RECORD_BYTES} bytes`;

async function written(copy: ReturnType<typeof createWriteStream>, lines: readonly Uint8Array[]): Promise<void> {
  const bytes = Buffer.concat(lines.flatMap((line) => [line, LINE_END]));
  if (copy.write(bytes)) return;
  await new Promise<void>((resolve) => copy.once('drain', () => resolve()));
}

const LINE_END = Buffer.from('\n');

interface Lines {
  /** Null for one that is too long. */
  readonly lines: readonly (Uint8Array | null)[];
  /** Whether bytes without a newline are left at the end. */
  readonly rest: boolean;
  /** What ended the reading before the end of the file. */
  readonly problem: string | null;
}

async function* linesOf(file: LineFile, onBytes: (bytes: number) => void): AsyncGenerator<Lines> {
  const source = createReadStream(file.path, { highWaterMark: 1024 * 1024 });
  const unpacked = file.isGzip ? createGunzip({ chunkSize: 1024 * 1024 }) : null;
  if (unpacked !== null) {
    source.on('error', (error) => unpacked.destroy(error));
    source.pipe(unpacked);
  }
  const chunks: AsyncIterable<Buffer> = unpacked ?? source;
  let held: Buffer = Buffer.alloc(0);
  let [isSkipping, total, told] = [false, 0, 0];
  try {
    for await (const chunk of chunks) {
      total += chunk.length;
      onBytes(source.bytesRead - told);
      told = source.bytesRead;
      if (total > MAX_FILE_BYTES) {
        yield { lines: [], rest: false, problem: `over ${MAX_FILE_BYTES} bytes when unpacked; the rest was not read` };
        return;
      }
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const lines: (Uint8Array | null)[] = [];
      let from = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
        lines.push(isSkipping ? null : bytes.subarray(from, end));
        isSkipping = false;
        from = end + 1;
      }
      held = bytes.subarray(from);
      // Of a line that is too long nothing is kept but that it is.
      if (held.length >= MAX_RECORD_BYTES) [held, isSkipping] = [Buffer.alloc(0), true];
      yield { lines, rest: false, problem: null };
    }
  } catch (error) {
    if (unpacked === null || !isBrokenGzip(error)) throw error;
    yield { lines: [], rest: false, problem: 'its compression is broken; the rest was not read' };
    return;
  } finally {
    source.destroy();
    unpacked?.destroy();
  }
  if (held.length > 0 || isSkipping) yield { lines: [], rest: true, problem: null };
}

function isBrokenGzip(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}
