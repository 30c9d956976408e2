import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeParts } from './close-parts.ts';

test('parts are closed newest first, each once', async () => {
  const closed: string[] = [];
  const opened = [(): void => void closed.push('lock'), async (): Promise<void> => void closed.push('log')];
  await closeParts(opened);
  await closeParts(opened);
  assert.deepEqual(closed, ['log', 'lock']);
});

test('a part that cannot be closed keeps no other open, and the first failure is told', async () => {
  const closed: string[] = [];
  const opened = [
    (): void => void closed.push('lock'),
    (): void => {
      throw new Error('second');
    },
    (): Promise<void> => Promise.reject(new Error('first')),
    (): void => void closed.push('server'),
  ];
  await assert.rejects(closeParts(opened), /first/);
  assert.deepEqual(closed, ['server', 'lock']);
});
