import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckpointHealth } from '../core/audit.ts';
import { checkpointWatch } from './checkpoint-watch.ts';

test('a change of health is said once', () => {
  const ok: CheckpointHealth = { state: 'ok', lateMs: 0, failures: 0, error: null };
  const error = 'checkpoint not signed: failed with EIO';
  const failing: CheckpointHealth = { state: 'failing', lateMs: 11_400, failures: 9, error };
  let health = ok;
  const said: string[] = [];
  const look = checkpointWatch(
    () => health,
    (line) => said.push(line),
  );
  for (const next of [ok, failing, failing, { ...failing, error: null }, ok, ok, { ...failing, error: null }]) {
    health = next;
    look();
  }
  assert.deepEqual(said, [
    `the log has not signed its records for 11 s, though it takes them: ${error}`,
    'the log signs its checkpoints again',
    'the log has not signed its records for 11 s, though it takes them',
  ]);
});
