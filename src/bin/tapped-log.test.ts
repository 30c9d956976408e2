import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditRecord, AuditSink } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { PlacedRecord } from '../reconcile/index.ts';
import { tappedLog } from './tapped-log.ts';
import type { TappedLog } from './tapped-log.ts';

const entry = (name: string): AuditRecord => ({ kind: 'hook', occurredAtMs: 1, sessionId: null, body: { name } });

/** A log in memory. */
function store(): {
  readonly held: PlacedRecord[];
  readonly sink: AuditSink;
  readonly tapped: TappedLog;
  reads: number;
} {
  const held: PlacedRecord[] = [];
  const sink: AuditSink = {
    append: (record) => {
      held.push({ ...record, index: held.length });
      return Promise.resolve({ index: held.length - 1, hash: '0'.repeat(64) as Sha256 });
    },
  };
  const made = {
    held,
    sink,
    reads: 0,
    tapped: tappedLog(sink, (from) => {
      made.reads += 1;
      return readOnce(held, from);
    }),
  };
  return made;
}

async function* readOnce(held: readonly PlacedRecord[], from: number): AsyncGenerator<PlacedRecord> {
  for (const record of held.slice(from)) {
    yield record;
    await Promise.resolve();
  }
}

async function take(source: AsyncIterator<PlacedRecord>, count: number): Promise<readonly number[]> {
  const indexes: number[] = [];
  while (indexes.length < count) {
    const next = await source.next();
    if (next.done === true) break;
    indexes.push(next.value.index);
  }
  return indexes;
}

test('records of before and those that come are told in order, each once, and the log is read once', async () => {
  const log = store();
  for (const name of ['a', 'b', 'c']) await log.sink.append(entry(name));
  const stop = new AbortController();
  const source = log.tapped.records(1, stop.signal)[Symbol.asyncIterator]();
  assert.deepEqual(await take(source, 1), [1]);
  // Becomes durable while the log is still being read.
  await log.tapped.append(entry('d'));
  assert.deepEqual(await take(source, 2), [2, 3]);
  const waiting = take(source, 3);
  for (const name of ['e', 'f', 'g']) await log.tapped.append(entry(name));
  assert.deepEqual(await waiting, [4, 5, 6]);
  assert.equal(log.reads, 1);
  stop.abort();
  assert.deepEqual(await take(source, 1), []);
});

test('two readers see the same, and one that ends holds nothing up', async () => {
  const log = store();
  const [first, second] = [new AbortController(), new AbortController()];
  const one = log.tapped.records(0, first.signal)[Symbol.asyncIterator]();
  const two = log.tapped.records(0, second.signal)[Symbol.asyncIterator]();
  const both = Promise.all([take(one, 1), take(two, 2)]);
  await log.tapped.append(entry('a'));
  first.abort();
  await log.tapped.append(entry('b'));
  assert.deepEqual(await both, [[0], [0, 1]]);
  second.abort();
});

test('a reader that falls far behind reads the log again and misses nothing', async () => {
  const log = store();
  const stop = new AbortController();
  const source = log.tapped.records(0, stop.signal)[Symbol.asyncIterator]();
  const first = take(source, 1);
  const total = 21_000;
  for (let nth = 0; nth < total; nth += 1) await log.tapped.append(entry('x'));
  await first;
  const rest = await take(source, total - 1);
  assert.equal(rest.length, total - 1);
  assert.ok(rest.every((index, nth) => index === nth + 1));
  stop.abort();
});

test('a failed append stays one and is told to nobody', async () => {
  const stop = new AbortController();
  const tapped = tappedLog({ append: () => Promise.reject(new AuditUnavailable('full')) }, () => readOnce([], 0));
  const source = tapped.records(0, stop.signal)[Symbol.asyncIterator]();
  const next = take(source, 1);
  await assert.rejects(tapped.append(entry('a')), AuditUnavailable);
  stop.abort();
  assert.deepEqual(await next, []);
});
