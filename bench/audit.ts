import { mkdtemp, open, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { MAX_RECORD_BYTES, openLog } from '../src/audit/index.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import { makeSessionId } from '../src/core/ids.ts';
import { folderTree, formatProof, prove, trustedKey, verify } from '../src/verify/index.ts';

/** Name of the bench on the command line. */
export const name = 'audit';

const WRITERS = 64;
const SESSION = makeSessionId(0, new Uint8Array(16));
const ROUND_MS = 700;
const ROUNDS = 7;
const VERIFIED_RECORDS = 1_000_000;
const VERIFY_ROUNDS = 5;
const PROOFS = 200;

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
 * Durable records per second, signed and in tiles within a second, and latency with 64 writers that each wait for their receipt, against one sync per record
 * (bare, and by both packages for SQLite in WAL mode); then bytes verified per second against a plain chain of hashes, and proofs.
 */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  try {
    await benchAppend(folder);
    await benchVerify(join(folder, 'verified'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchAppend(folder: string): Promise<void> {
  const log = await openLog(join(folder, 'log'), {
    clock: Date.now,
    signing: { keyFile: join(folder, 'audit-signing.key') },
  });
  const candidates: readonly Candidate[] = [
    { label: 'log', append: (record) => log.append(record), close: () => log.close() },
    await syncPerRecord(join(folder, 'plain.jsonl')),
    sqlitePerRecord('node:sqlite per record', new DatabaseSync(join(folder, 'plain.db'))),
    sqlitePerRecord('better-sqlite3 per record', await betterSqlite(join(folder, 'better.db'))),
  ];
  const rounds = new Map<string, Round[]>(candidates.map(({ label }) => [label, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const candidate of candidates) rounds.get(candidate.label)?.push(await runRound(candidate));
  }
  for (const candidate of candidates) await candidate.close();
  const rates = (label: string): readonly number[] => (rounds.get(label) ?? []).map((round) => round.recordsPerSecond);
  const waits = (label: string): readonly number[] => (rounds.get(label) ?? []).map((round) => round.latencyMs);
  for (const against of ['sync per record', 'node:sqlite per record', 'better-sqlite3 per record']) {
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
    event: 'PreToolUse',
    kind: 'command',
    verdict: 'allow',
    ruleId: 'dev/look',
    tool: 'Bash',
    toolUseId: 'toolu_01ABCDEFGHJKMNPQRSTVWXYZ',
    inputSha256: '0123456789abcdef'.repeat(4),
  };
  return { kind: 'decision', occurredAtMs: Date.now(), sessionId: SESSION, body };
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

/** What both packages for SQLite have in common. */
interface Sqlite {
  exec(sql: string): unknown;
  prepare(sql: string): { run(value: string): unknown };
  close(): unknown;
}

async function betterSqlite(path: string): Promise<Sqlite> {
  // The package brings no types; a name that is a variable is not looked up.
  const packageName: string = 'better-sqlite3';
  const { default: Database } = (await import(packageName)) as { readonly default: new (path: string) => Sqlite };
  return new Database(path);
}

function sqlitePerRecord(label: string, database: Sqlite): Candidate {
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE records (line TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO records (line) VALUES (?)');
  let prev = '';
  return {
    label,
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
    close: async () => void database.close(),
  };
}

/** A log of {@link VERIFIED_RECORDS} records: verifying it whole, and proving single records of it. */
async function benchVerify(folder: string): Promise<void> {
  const log = await openLog(folder, { clock: Date.now, signing: { keyFile: `${folder}-signing.key` } });
  let left = VERIFIED_RECORDS;
  const write = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await log.append(sampleRecord());
    }
  };
  await Promise.all(Array.from({ length: WRITERS * 8 }, write));
  await log.close();
  const key = trustedKey(log.vkey, 'log');
  if (key === null) throw new Error('log of the bench has no key');
  const tree = folderTree(folder);
  const [ours, seconds]: [number[], number[]] = [[], []];
  const plain = new Map<string, number[]>([...PLAIN_CHAINS.keys()].map((label) => [label, []]));
  for (let round = 0; round < VERIFY_ROUNDS; round += 1) {
    const startMs = performance.now();
    let steps = 0;
    const { ok, bytes, records } = await verify(tree, {
      trust: { keys: [key], witnesses: [], anchors: [] },
      onProgress: () => (steps += 1),
    });
    if (!ok || steps === 0 || records < VERIFIED_RECORDS) throw new Error('log of the bench does not verify');
    const tookMs = performance.now() - startMs;
    ours.push(bytes / 1000 / tookMs);
    seconds.push(tookMs / 1000);
    for (const [label, hashLine] of PLAIN_CHAINS) {
      const chainMs = performance.now();
      plainChain(bytes, hashLine);
      plain.get(label)?.push(bytes / 1000 / (performance.now() - chainMs));
    }
  }
  for (const [label, theirs] of plain) report('verify', 'MB/s', ours, label, theirs);
  report(`verify ${VERIFIED_RECORDS} records`, 's', seconds, 'limit of 10 s', [10]);
  const [proofMs, proofBytes]: [number[], number[]] = [[], []];
  for (let at = 0; at < PROOFS; at += 1) {
    const startMs = performance.now();
    const proof = formatProof(await prove(tree, Math.floor((at * VERIFIED_RECORDS) / PROOFS)));
    proofMs.push(performance.now() - startMs);
    proofBytes.push(Buffer.byteLength(proof));
  }
  report('proof of one record', 'ms', proofMs, 'limit of 5 ms', [5]);
  report('proof of one record', 'bytes', proofBytes, 'limit of 2048 bytes', [2048]);
}

/** What a plain verifier does at least with each line: hash it, and mostly parse it. */
const PLAIN_CHAINS: ReadonlyMap<string, (line: Buffer) => string> = new Map([
  ['createHash per line', (line: Buffer) => createHash('sha256').update(line).digest('hex')],
  [
    'createHash and JSON.parse per line',
    (line: Buffer) => {
      const { prev } = JSON.parse(line.toString()) as { readonly prev: string };
      return createHash('sha256').update(line).digest('hex') + prev;
    },
  ],
]);

/** The same on as many bytes in memory. */
function plainChain(totalBytes: number, hashLine: (line: Buffer) => string): void {
  const line = Buffer.from(
    JSON.stringify({ ...sampleRecord(), prev: '0'.repeat(64), index: 123_456, crc: '01234567' }),
  );
  if (line.length > MAX_RECORD_BYTES) throw new Error('sample is too long');
  let before = '';
  for (let done = 0; done < totalBytes; done += line.length) {
    const after = hashLine(line);
    if (after.length < before.length) throw new Error('hash of another length');
    before = after;
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
