import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditRecord, Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { watchedLog } from './watched-log.ts';

const RECORD: AuditRecord = { kind: 'admin', occurredAtMs: 0, sessionId: null, body: {} };
const RECEIPT: Receipt = { index: 7, hash: 'f'.repeat(64) as Sha256 };

test('the health is that of the newest append, and only its turns are told', async () => {
  let nowMs = 100;
  const told: string[] = [];
  let failure: Error | null = null;
  const log = watchedLog(
    { append: () => (failure === null ? Promise.resolve(RECEIPT) : Promise.reject(failure)) },
    { clock: () => nowMs, onChange: (now, before) => told.push(`${before.state} to ${now.state}`) },
  );
  assert.deepEqual(await log.append(RECORD), RECEIPT);
  assert.deepEqual(log.health, { state: 'ok', lastAppendAtMs: 100 });

  failure = new AuditUnavailable('no room');
  for (nowMs of [200, 300]) await assert.rejects(log.append(RECORD), failure);
  assert.deepEqual(log.health, { state: 'failing', sinceMs: 200, lastTriedAtMs: 300, error: 'no room' });

  failure = null;
  nowMs = 400;
  await log.append(RECORD);
  assert.deepEqual(log.health, { state: 'ok', lastAppendAtMs: 400 });
  assert.deepEqual(told, ['ok to failing', 'failing to ok']);
});
