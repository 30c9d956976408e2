import { loadavg } from 'node:os';
import { globSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import { INJECTION_DETECTORS, PII_DETECTORS, SECRET_DETECTORS, scanCache, scanner } from '../src/detect/index.ts';
import type { Scanner } from '../src/detect/index.ts';
import { numbers } from './support/recorded-calls.ts';

/** Name of the bench on the command line. */
export const name = 'scan';

/** Bytes of source that both scan. */
const CORPUS_BYTES = 10_000_000;
/** Larger files are generated ones. */
const MAX_FILE_BYTES = 200_000;
/** How much more per CPU second than the peer is wanted. */
const WANTED_RATIO = 10;
const ROUNDS = 3;
/** Files that one of both scans before it is the other's turn. */
const TURN_FILES = 20;

const CALL_BYTES = 4 * 1024;
const CALL_LIMIT_MS = 0.1;
const CALLS = 2_000;

const BODY_PARTS = 99;
const PART_BYTES = 10_000;
const BODY_LIMIT_MS = 1;
const BODIES = 200;

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly bytes: Buffer;
}

/** All our rules against secretlint's recommended ones over source; a tool call; a conversation that grows. */
export async function run(): Promise<void> {
  const files = corpus();
  const all = scanner([...SECRET_DETECTORS, ...PII_DETECTORS, ...INJECTION_DETECTORS]);
  await againstPeer(files, all);
  reportAreas(files);
  reportCalls(files, all);
  reportBodies(files, all);
}

/** Sources of the packages that this project installs and its own, the same on every machine with the same lock file. */
function corpus(): readonly SourceFile[] {
  const paths = globSync(['src/**/*.ts', 'docs/**/*.md', 'node_modules/**/*.{js,ts,mjs,cjs,json,md}'], {
    exclude: (path) => /gazetteer|weights\.ts$|\.min\.|(?:^|\/)\.(?!bin)/.test(path),
  }).sort();
  const below = numbers(1);
  const files: SourceFile[] = [];
  let heldBytes = 0;
  while (heldBytes < CORPUS_BYTES && paths.length > 0) {
    const [path = ''] = paths.splice(below(paths.length), 1);
    const bytes = readIfFile(path);
    if (bytes === null || bytes.length === 0 || bytes.length > MAX_FILE_BYTES) continue;
    files.push({ path, text: bytes.toString('utf8'), bytes });
    heldBytes += bytes.length;
  }
  return files;
}

function readIfFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

async function againstPeer(files: readonly SourceFile[], all: Scanner): Promise<void> {
  const [oursUs, peerUs]: [number[], number[]] = [[], []];
  // The first round warms both up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    let [ours, peer] = [0, 0];
    for (let from = 0; from < files.length; from += TURN_FILES) {
      const turn = files.slice(from, from + TURN_FILES);
      ours += await cpuUs(() => scanFiles(turn, all));
      peer += await cpuUs(() => lintFiles(turn));
    }
    if (round === 0) continue;
    oursUs.push(ours);
    peerUs.push(peer);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const rates = (timesUs: readonly number[]): number[] => timesUs.map((timeUs) => bytes / timeUs);
  const ratios = rates(oursUs).map((rate, round) => rate / (rates(peerUs)[round] ?? 1));
  report('secretlint core, recommended preset, source', 'MB per CPU second', rates(peerUs), null);
  report('all rules, source', 'MB per CPU second', rates(oursUs), null);
  report('all rules against secretlint core', 'times', ratios, { value: WANTED_RATIO, isLeast: true });
}

function scanFiles(files: readonly SourceFile[], all: Scanner): void {
  for (const { path, bytes } of files) all.scan(bytes, { source: 'repository-file', path });
}

async function lintFiles(files: readonly SourceFile[]): Promise<void> {
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: recommended }] };
  for (const { path, text } of files)
    await lintSource({
      source: { content: text, filePath: path, ext: extname(path), contentType: 'text' },
      options: { config },
    });
}

async function cpuUs(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Each area alone, to see where the time goes. */
function reportAreas(files: readonly SourceFile[]): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  for (const [area, detectors] of [
    ['secrets', SECRET_DETECTORS],
    ['personal data', PII_DETECTORS],
    ['injection', INJECTION_DETECTORS],
  ] as const) {
    const own = scanner(detectors);
    scanFiles(files, own);
    const before = process.cpuUsage();
    scanFiles(files, own);
    const { user, system } = process.cpuUsage(before);
    report(`${area} alone, source`, 'MB per CPU second', [bytes / (user + system)], null);
  }
}

/** A call of a tool as a hook gets it: a piece of a file in JSON. */
function reportCalls(files: readonly SourceFile[], all: Scanner): void {
  const below = numbers(2);
  const calls = Array.from({ length: CALLS }, () => {
    const { path, text } = files[below(files.length)] ?? { path: '', text: '' };
    const start = below(Math.max(1, text.length - CALL_BYTES));
    const call = JSON.stringify({
      tool_name: 'Write',
      tool_input: { file_path: path, content: text.slice(start, start + CALL_BYTES) },
    });
    return Buffer.from(call.padEnd(CALL_BYTES)).subarray(0, CALL_BYTES);
  });
  const timesMs: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const call of calls) {
      const startMs = performance.now();
      all.scan(call, { source: 'tool-input', path: null });
      if (round > 0) timesMs.push(performance.now() - startMs);
    }
  report('tool call of 4 KB, median', 'ms', [percentile(timesMs, 0.5)], { value: CALL_LIMIT_MS, isLeast: false });
  report('tool call of 4 KB, p99', 'ms', [percentile(timesMs, 0.99)], null);
}

/** A conversation of 1 MB that comes again with one part more. */
function reportBodies(files: readonly SourceFile[], all: Scanner): void {
  const text = Buffer.concat(files.map(({ bytes }) => bytes));
  const part = (at: number): Buffer => text.subarray(at * PART_BYTES, (at + 1) * PART_BYTES);
  const cache = scanCache(all, { maxEntries: 10_000, maxBytes: 16 * 1024 * 1024 });
  const scene = { source: 'tool-result', path: null } as const;
  const seen = Array.from({ length: BODY_PARTS }, (_, at) => part(at));
  for (const one of seen) cache.scan(one, scene);
  const timesMs: number[] = [];
  for (let body = 0; body < BODIES; body += 1) {
    const fresh = part(BODY_PARTS + body);
    const startMs = performance.now();
    for (const one of seen) cache.scan(one, scene);
    cache.scan(fresh, scene);
    timesMs.push(performance.now() - startMs);
  }
  report('1 MB of which 990 KB were seen, median', 'ms', [percentile(timesMs, 0.5)], {
    value: BODY_LIMIT_MS,
    isLeast: false,
  });
  report('1 MB of which 990 KB were seen, p99', 'ms', [percentile(timesMs, 0.99)], null);
}

interface Limit {
  readonly value: number;
  /** Whether the value is the least or the most that is wanted. */
  readonly isLeast: boolean;
}

function report(what: string, unit: string, values: readonly number[], limit: Limit | null): void {
  const median = percentile(values, 0.5);
  const line = {
    bench: name,
    name: what,
    unit,
    median: rounded(median),
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    ...(limit === null
      ? {}
      : {
          against: `${limit.isLeast ? 'at least' : 'at most'} ${limit.value} ${unit}`,
          ratio: rounded(median / limit.value),
        }),
    // Another program on the machine takes time from both sides: what it does is part of the figure.
    machine: `shared, load average ${loadavg()[0]?.toFixed(1)}`,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.stderr.write(
    `${what.padEnd(46)} ${String(line.median).padStart(8)} ${unit}${limit === null ? '' : ` (${line.against})`}\n`,
  );
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
