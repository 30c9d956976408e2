import { mkdtemp, open, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { MAX_RECORD_BYTES, openLog, verifyLog } from '../src/audit/index.ts';
import type { AuditRecord } from '../src/core/audit.ts';

/** Name of the bench on the command line. */
export const name = 'audit';

const WRITERS = 64;
const ROUND_MS = 700;
const ROUNDS = 7;

/** A candidate appends one record and resolves when it is durable. */
interface Candidate {
  readonly label: string;
  append(record: AuditRecord): Promise<unknown>;
  close(): Promise<void>;
}

interface Round {
  readonly recordsPerSecond: number;
  readonly latencyMs: number;
}

/**
 * Durable records per second and latency with 64 writers that each wait for their receipt, against one sync per record
 * (bare, and by SQLite in WAL mode); then bytes verified per second against a plain chain of hashes.
 */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  try {
    await benchAppend(folder);
    await benchVerify(join(folder, 'log'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchAppend(folder: string): Promise<void> {
  const log = await openLog(join(folder, 'log'), { clock: Date.now });
  const candidates: readonly Candidate[] = [
    { label: 'log', append: (record) => log.append(record), close: () => log.close() },
    await syncPerRecord(join(folder, 'plain.jsonl')),
    sqlitePerRecord(join(folder, 'plain.db')),
  ];
  const rounds = new Map<string, Round[]>(candidates.map(({ label }) => [label, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const candidate of candidates) rounds.get(candidate.label)?.push(await runRound(candidate));
  }
  for (const candidate of candidates) await candidate.close();
  const rates = (label: string): readonly number[] => (rounds.get(label) ?? []).map((round) => round.recordsPerSecond);
  const waits = (label: string): readonly number[] => (rounds.get(label) ?? []).map((round) => round.latencyMs);
  for (const against of ['sync per record', 'sqlite per record']) {
    report(`durable records, ${WRITERS} writers`, 'records/s', rates('log'), against, rates(against));
  }
  report(`append latency, ${WRITERS} writers`, 'ms', waits('log'), 'sync per record', waits('sync per record'));
}

async function runRound(candidate: Candidate): Promise<Round> {
  const latencies: number[] = [];
  const startMs = performance.now();
  const write = async (): Promise<void> => {
    while (performance.now() - startMs < ROUND_MS) {
      const askedMs = performance.now();
      await candidate.append(sampleRecord());
      latencies.push(performance.now() - askedMs);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  const elapsedMs = performance.now() - startMs;
  return { recordsPerSecond: (latencies.length / elapsedMs) * 1000, latencyMs: median(latencies) };
}

/** A decision as the guard records it: a line of about 420 bytes. */
function sampleRecord(): AuditRecord {
  const body = {
    verdict: 'allow',
    ruleId: 'dev/look',
    tool: 'Bash',
    toolUseId: 'toolu_01ABCDEFGHJKMNPQRSTVWXYZ',
    inputSha256: '0123456789abcdef'.repeat(4),
  };
  return { kind: 'decision', occurredAtMs: Date.now(), sessionId: null, body };
}

async function syncPerRecord(path: string): Promise<Candidate> {
  const file = await open(path, 'a');
  let last: Promise<void> = Promise.resolve();
  let prev = '';
  const appendAfter = async (before: Promise<void>, record: AuditRecord): Promise<void> => {
    await before;
    const line = `${JSON.stringify({ ...record, prev })}\n`;
    prev = createHash('sha256').update(line).digest('hex');
    await file.write(line);
    await file.datasync();
  };
  return {
    label: 'sync per record',
    append(record) {
      last = appendAfter(last, record);
      return last;
    },
    close: () => file.close(),
  };
}

function sqlitePerRecord(path: string): Candidate {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE records (line TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO records (line) VALUES (?)');
  let prev = '';
  return {
    label: 'sqlite per record',
    // A turn of the loop per record, so that the other writers and the clock go on as they do for the others.
    append: (record) =>
      new Promise<void>((resolve) => {
        setImmediate(() => {
          const line = JSON.stringify({ ...record, prev });
          prev = createHash('sha256').update(line).digest('hex');
          insert.run(line);
          resolve();
        });
      }),
    close: async () => database.close(),
  };
}

async function benchVerify(folder: string): Promise<void> {
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    let startMs = performance.now();
    const { ok, bytes } = await verifyLog(folder);
    if (!ok) throw new Error('log of the bench does not verify');
    ours.push(bytes / 1000 / (performance.now() - startMs));
    startMs = performance.now();
    plainChain(bytes);
    plain.push(bytes / 1000 / (performance.now() - startMs));
  }
  report('verify', 'MB/s', ours, 'createHash and JSON.parse per line', plain);
}

/** What a plain verifier does at least, on as many bytes in memory: parse each line and hash it. */
function plainChain(totalBytes: number): void {
  const line = Buffer.from(
    JSON.stringify({ ...sampleRecord(), prev: '0'.repeat(64), index: 123_456, crc: '01234567' }),
  );
  if (line.length > MAX_RECORD_BYTES) throw new Error('sample is too long');
  for (let done = 0; done < totalBytes; done += line.length) {
    const parsed = JSON.parse(line.toString()) as { readonly prev: string };
    if (createHash('sha256').update(line).digest('hex') === parsed.prev) throw new Error('hash of itself');
  }
}

function report(what: string, unit: string, ours: readonly number[], against: string, theirs: readonly number[]): void {
  const middle = median(ours);
  const line = {
    bench: name,
    name: what,
    unit,
    median: round(middle),
    min: round(Math.min(...ours)),
    max: round(Math.max(...ours)),
  };
  console.log(JSON.stringify({ ...line, against, ratio: round(middle / median(theirs)) }));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

if (import.meta.main) await run();
