import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { killStartedWith } from './started-processes.ts';

test('only processes that were started with the entry are killed, whole entries compared', async (t) => {
  const mark = `SALLYPORT_TEST_${process.pid}`;
  const [wanted, other] = ['a', 'ab'].map((value) => {
    const child = spawn('sleep', ['60'], { env: { ...process.env, [mark]: value }, stdio: 'ignore' });
    t.after(() => void child.kill('SIGKILL'));
    return child;
  });
  await Promise.all([wanted, other].map((child) => new Promise((resolve) => child?.once('spawn', resolve))));
  const ended = new Promise((resolve) => wanted?.once('exit', (_, signal) => resolve(signal)));
  assert.equal(
    killStartedWith((environment) => environment.includes(`${mark}=a`)),
    1,
  );
  assert.equal(await ended, 'SIGKILL');
  assert.deepEqual([other?.exitCode, other?.signalCode], [null, null]);
});
