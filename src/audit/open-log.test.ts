import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { AlreadyRunning, AuditUnavailable } from '../core/error.ts';
import { openLog } from './open-log.ts';
import { MAX_BODY_BYTES, ZERO_HASH } from './record-line.ts';
import {
  SAMPLE_TIME_MS,
  chainOf,
  recordsOf,
  sampleOptions,
  sampleRecord,
  segmentLines,
  segmentPaths,
} from './sample-log.ts';
import { lastSegment, openAndClose, temporaryFolder, writeSampleLog } from './sample-log.ts';

test('the bytes are those of the format', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  const receipt = await log.append({ kind: 'hook', occurredAtMs: 5, sessionId: null, body: { b: 1, a: 'ä' } });
  await log.close();
  const [path] = await segmentPaths(folder);
  assert.ok(path?.endsWith('/segments/00000000000000000000.jsonl') === true);
  const lines = await segmentLines(path);
  const first = `{"at":${SAMPLE_TIME_MS},"body":{"boot":"test","event":"opened","everySeconds":60,"gap":null,"head":"${ZERO_HASH}","size":0,"upMs":0},"crc":"45f5930d","index":0,"kind":"log","prev":"${ZERO_HASH}","session":null,"v":2}`;
  assert.equal(lines[0], first);
  const leafHash = (line: string): string => hash('sha256', `\0${line}`);
  const prev = leafHash(first);
  assert.equal(
    lines[1],
    `{"at":5,"body":{"a":"ä","b":1},"crc":"5ec97371","index":1,"kind":"hook","prev":"${prev}","session":null,"v":2}`,
  );
  assert.deepEqual(receipt, { index: 1, hash: leafHash(lines[1] ?? '') });
  assert.match(lines[2] ?? '', /"body":\{"boot":"test","event":"closed","upMs":0\}/);
});

test('files are for their owner alone', async (t) => {
  const folder = join(await temporaryFolder(t), 'deep', 'log');
  await openAndClose(folder);
  for (const path of [folder, join(folder, 'segments')]) assert.equal((await lstat(path)).mode & 0o777, 0o700);
  assert.equal((await lstat(await lastSegment(folder))).mode & 0o777, 0o600);
});

test('many writers at once get receipts of their own records, in one chain over many segments', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder, { segmentMaxBytes: 10_000 }));
  const receipts = await Promise.all(Array.from({ length: 500 }, (_, number) => log.append(sampleRecord(number))));
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let turn = 0; turn < 20; turn += 1) await log.append(sampleRecord(1000 + writer));
    }),
  );
  assert.equal(log.size, 1 + 500 + 320);
  await log.close();
  assert.equal(log.size, 822);
  const records = await recordsOf(folder);
  for (const [number, { index, hash }] of receipts.entries()) {
    assert.equal(records[index]?.hash, hash);
    assert.equal(records[index]?.body['number'], number);
  }
  assert.ok((await segmentPaths(folder)).length > 5);
  const report = await chainOf(folder);
  assert.deepEqual([report.ok, report.records, report.head], [true, 822, log.head]);
});

test('a log that is opened again goes on with the chain', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 50, 2_000);
  const before = await recordsOf(folder);
  await writeSampleLog(folder, 10, 2_000);
  const records = await recordsOf(folder);
  assert.equal(records.length, 64);
  const gap = { cause: 'stopped', fromMs: SAMPLE_TIME_MS, seconds: 0, toMs: SAMPLE_TIME_MS };
  const pulse = { boot: 'test', everySeconds: 60, upMs: 0 };
  assert.deepEqual(records[52]?.body, { event: 'opened', head: before.at(-1)?.hash ?? '', size: 52, gap, ...pulse });
  assert.equal((await chainOf(folder)).ok, true);
});

test('two writers on one folder are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  await assert.rejects(openLog(folder, sampleOptions(folder)), AlreadyRunning);
  await log.append(sampleRecord(1));
  await log.close();
  await openAndClose(folder);
});

test('a closed log takes nothing more, and closing twice is closing once', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  const last = log.append(sampleRecord(1));
  await Promise.all([log.close(), log.close()]);
  assert.equal((await last).index, 1);
  await assert.rejects(log.append(sampleRecord(2)), { code: 'AUDIT_UNAVAILABLE', message: 'log is closed' });
  assert.equal((await recordsOf(folder)).length, 3);
});

test('a record that the log cannot hold is refused alone', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  const huge = { ...sampleRecord(2), body: { text: 'x'.repeat(MAX_BODY_BYTES) } };
  const results = await Promise.allSettled([
    log.append(sampleRecord(1)),
    log.append(huge),
    log.append(sampleRecord(3)),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.ok(results[1]?.status === 'rejected' && results[1].reason instanceof AuditUnavailable);
  await log.close();
  assert.equal((await chainOf(folder)).ok, true);
});

test('a log whose records and checkpoint were removed is not begun anew under its name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 3);
  await rm(join(folder, 'segments'), { recursive: true });
  await rm(join(folder, 'checkpoint'));
  await assert.rejects(openLog(folder, sampleOptions(folder)), { code: 'AUDIT_CORRUPT' });
});
