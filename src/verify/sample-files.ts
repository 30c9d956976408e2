import { createPrivateKey, createPublicKey, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { crc32, gzipSync } from 'node:zlib';

import { FORMAT_VERSION, ZERO_HASH } from '../audit/index.ts';
import { TileEdge, checkpointText, cosigner, leafHash, logSigner, signNote, tilePath, vkeyOf } from '../tlog/index.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { CHUNK_BYTES, FileUnreadable } from './file-tree.ts';
import { TreeBranch } from './tree-branch.ts';
import { trustedKey } from './trust.ts';
import type { TrustedKey } from './trust.ts';

/** Files of a log or a store in memory, by name. */
export type Files = Map<string, Buffer>;

/** A time for tests, in milliseconds since the Unix epoch; records are a minute apart. */
export const SAMPLE_TIME_MS = 1_700_000_000_000;
export const SAMPLE_ORIGIN = 'sallyport/sample/00000000';
export const SAMPLE_WITNESS = 'witness.example';

/** An Ed25519 key for tests, the same for each letter. */
export function sampleKey(letter: string): KeyObject {
  // RFC 8410 section 7: the fixed beginning of such a key in PKCS #8, and 32 bytes.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, letter)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** The verifier key of a sample key. */
export function sampleVkey(letter: string, name = SAMPLE_ORIGIN, kind: 'log' | 'witness' = 'log'): TrustedKey {
  const key = trustedKey(vkeyOf(name, createPublicKey(sampleKey(letter)), kind), kind);
  if (key === null) throw new TypeError('sample key is none');
  return key;
}

export interface SampleOptions {
  readonly count: number;
  /** Lines of one segment, or records of one object. */
  readonly perFile?: number;
  /** Letter of the key that signs. */
  readonly key?: string;
  /** Size that the newest checkpoint covers, all records where absent. */
  readonly signedSize?: number;
  /** Size of an earlier checkpoint that a witness cosigned; none where absent. */
  readonly witnessedSize?: number;
  /** Sizes of the checkpoints that were delivered to a store, besides the newest. */
  readonly deliveredSizes?: readonly number[];
  /** Changes what a record says. */
  readonly edit?: (index: number) => object;
}

/** The lines of a sample log, without newlines: written here once more, from the specification alone. */
export function sampleLines({ count, edit = () => ({}) }: SampleOptions): readonly string[] {
  const lines: string[] = [];
  let prev: string = ZERO_HASH;
  for (let index = 0; index < count; index += 1) {
    const kind = index % 50 === 0 ? 'log' : 'decision';
    const said =
      kind === 'log' ? { event: 'heartbeat', refused: 0 } : { number: index, ruleId: 'dev/look', verdict: 'allow' };
    const body = JSON.stringify({ ...said, ...edit(index) });
    const session = index % 7 === 0 ? `"ses_${'0'.repeat(26)}"` : 'null';
    const head = `{"at":${SAMPLE_TIME_MS + index * 60_000},"body":${body}`;
    const tail = `,"index":${index},"kind":"${kind}","prev":"${prev}","session":${session},"v":${FORMAT_VERSION}}`;
    const crc = crc32(head + tail)
      .toString(16)
      .padStart(8, '0');
    const line = `${head},"crc":"${crc}"${tail}`;
    lines.push(line);
    prev = hash('sha256', `\0${line}`);
  }
  return lines;
}

/** A log folder. */
export function sampleLog(options: SampleOptions, lines: readonly string[] = sampleLines(options)): Files {
  const { perFile = 100, signedSize = lines.length, key = 'a', witnessedSize } = options;
  const files: Files = new Map();
  for (let first = 0; first < lines.length; first += perFile) {
    const text = lines
      .slice(first, first + perFile)
      .map((line) => `${line}\n`)
      .join('');
    files.set(`segments/${digits(first)}.jsonl`, Buffer.from(text));
  }
  putTree(files, lines, [signedSize]);
  files.set('checkpoint', signed(lines, signedSize, key));
  files.set('log.vkey', Buffer.from(`${sampleVkey(key).vkey}\n`));
  if (witnessedSize !== undefined) files.set('checkpoint.witnessed', signed(lines, witnessedSize, key, true));
  return files;
}

/** A store, as a log is delivered to it. */
export function sampleStore(options: SampleOptions, lines: readonly string[] = sampleLines(options)): Files {
  const { perFile = 100, signedSize = lines.length, key = 'a', deliveredSizes = [] } = options;
  const files: Files = new Map();
  let [batch, batchDay]: [string[], string] = [[], ''];
  const put = (next: number): void => {
    if (batch.length === 0) return;
    const [year, month, day] = batchDay.split('-');
    const folder = `records/year=${year}/month=${month}/day=${day}`;
    const text = batch.map((line) => `${line}\n`).join('');
    files.set(`${folder}/${digits(next - batch.length)}-${digits(next - 1)}.ndjson.gz`, packed(text));
    batch = [];
  };
  for (const [index, line] of lines.entries()) {
    const day = new Date(Number(/^\{"at":([0-9]+)/.exec(line)?.[1])).toISOString().slice(0, 10);
    if (day !== batchDay || batch.length === perFile) put(index);
    batchDay = day;
    batch.push(line);
  }
  put(lines.length);
  putTree(files, lines, [...deliveredSizes, signedSize]);
  for (const size of [...deliveredSizes, signedSize])
    files.set(`checkpoints/${digits(size)}`, signed(lines, size, key));
  files.set('checkpoint', signed(lines, signedSize, key));
  files.set('log.vkey', Buffer.from(`${sampleVkey(key).vkey}\n`));
  return files;
}

/** Packs lines as stores hold them. */
export function packed(text: string | Buffer): Buffer {
  const bytes = gzipSync(text, { level: 6 });
  bytes[9] = 255;
  return bytes;
}

/** A signed checkpoint over the first records, cosigned where wanted. */
export function signed(lines: readonly string[], size: number, key = 'a', isWitnessed = false): Buffer {
  const text = checkpointText({ origin: SAMPLE_ORIGIN, size, root: sampleRoot(lines, size), extensions: [] });
  const witness = cosigner(SAMPLE_WITNESS, sampleKey('w'), () => SAMPLE_TIME_MS / 1_000);
  const signers = [logSigner(SAMPLE_ORIGIN, sampleKey(key)), ...(isWitnessed ? [witness] : [])];
  return Buffer.from(signNote(text, signers));
}

/** Files as a tree to verify; `place` is what messages call it. */
export function memoryTree(files: ReadonlyMap<string, Buffer>, parallelReads = 1): FileTree {
  return {
    place: 'memory',
    parallelReads,
    async *list(folder): AsyncGenerator<TreeEntry> {
      for (const name of [...files.keys()].filter((one) => one.startsWith(folder)).sort()) {
        yield await Promise.resolve({ name, sizeBytes: files.get(name)?.length ?? 0, isFile: true });
      }
    },
    async read(name, maxBytes) {
      const bytes = await Promise.resolve(files.get(name) ?? null);
      if (bytes !== null && bytes.length > maxBytes) throw new FileUnreadable(`it is longer than ${maxBytes} bytes`);
      return bytes;
    },
    async range(name, start, lengthBytes) {
      return await Promise.resolve(files.get(name)?.subarray(start, start + lengthBytes) ?? Buffer.alloc(0));
    },
    async *chunks({ name }) {
      const bytes = await Promise.resolve(files.get(name));
      if (bytes === undefined) throw new FileUnreadable('it is gone');
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
    },
  };
}

function putTree(files: Files, lines: readonly string[], sizes: readonly number[]): void {
  const edge = new TileEdge();
  const keepPartials = (): void => {
    if (!sizes.includes(edge.size)) return;
    for (const { level, index, width, bytes } of edge.partials()) {
      files.set(tilePath(level, index, width), Buffer.from(bytes));
    }
  };
  for (const line of lines.slice(0, Math.max(...sizes))) {
    for (const { level, index, width, bytes } of edge.append(leafHash(Buffer.from(line)))) {
      files.set(tilePath(level, index, width), Buffer.from(bytes));
    }
    keepPartials();
  }
}

function sampleRoot(lines: readonly string[], size: number): Uint8Array {
  const leaves = Buffer.concat(lines.slice(0, size).map((line) => leafHash(Buffer.from(line))));
  const branch = new TreeBranch();
  for (let at = 0; at + 8_192 < leaves.length; at += 8_192) branch.append(leaves.subarray(at, at + 8_192));
  branch.keepRoot(size, leaves.subarray(Math.floor((size - 1) / 256) * 8_192));
  return branch.rootAt(size) ?? new Uint8Array(0);
}

function digits(index: number): string {
  return String(index).padStart(20, '0');
}
