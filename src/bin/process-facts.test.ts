import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAlive, missingCapabilities, processToWatch, uidOfProcess } from './process-facts.ts';

const LINUX = { skip: process.platform === 'linux' ? false : 'there is no /proc' };

test('a process is watched as itself, until it is gone', LINUX, async () => {
  const child = spawn('/bin/sleep', ['300']);
  const own = process.getuid?.() ?? -1;
  const watch = processToWatch(child.pid ?? -1, own);
  assert.ok(watch !== null && isAlive(watch));
  assert.equal(processToWatch(child.pid ?? -1, own + 1), null, 'of another user');
  assert.equal(isAlive({ ...watch, startTicks: watch.startTicks + 1 }), false, 'a number that was given again');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  assert.equal(isAlive(watch), false);
  assert.equal(processToWatch(watch.pid, own), null);
});

for (const { name, make, want } of [
  { name: 'is gone where there is none of its number', make: () => undefined, want: false },
  {
    // As where no descriptor is left: what matters is that the answer is no ENOENT.
    name: 'is taken for alive where nobody can tell',
    make: (proc: string) => mkdirSync(join(proc, '7', 'stat'), { recursive: true }),
    want: true,
  },
]) {
  test(`a process that is watched ${name}`, (t) => {
    const proc = mkdtempSync(join(tmpdir(), 'sallyport-proc-'));
    t.after(() => rmSync(proc, { recursive: true }));
    make(proc);
    assert.equal(isAlive({ pid: 7, startTicks: 1 }, proc), want);
  });
}

test('a program with another user’s rights is nobody’s process', (t) => {
  const proc = mkdtempSync(join(tmpdir(), 'sallyport-proc-'));
  t.after(() => rmSync(proc, { recursive: true }));
  const told = (ids: string): number | null => {
    mkdirSync(join(proc, '7'), { recursive: true });
    writeFileSync(join(proc, '7', 'status'), `Name:\tUid:\t5\t5\t5\t5\nUid:\t${ids}\nGid:\t1\t1\t1\t1\n`);
    return uidOfProcess(7, proc);
  };
  assert.equal(told('1000\t1000\t1000\t1000'), 1000);
  assert.equal(told('1000\t0\t0\t0'), null);
  assert.equal(told('1000\t1000\t0\t1000'), null);
  assert.equal(uidOfProcess(8, proc), null);
});

for (const { name, mask, want } of [
  { name: 'none', mask: '0000000000000000', want: ['CAP_DAC_READ_SEARCH', 'CAP_KILL', 'CAP_SYS_PTRACE'] },
  { name: 'all three', mask: '0000000000080024', want: [] },
  { name: 'one', mask: '0000000000000020', want: ['CAP_DAC_READ_SEARCH', 'CAP_SYS_PTRACE'] },
  { name: 'others only', mask: '000001fffff7ffdb', want: ['CAP_DAC_READ_SEARCH', 'CAP_KILL', 'CAP_SYS_PTRACE'] },
] as const) {
  test(`capabilities that are missing are named: ${name} held`, () => {
    assert.deepEqual(missingCapabilities(`Name:\tx\nCapEff:\t${mask}\nCapBnd:\t000001ffffffffff\n`), want);
  });
}

test('what cannot be read holds no capability', () => {
  assert.equal(missingCapabilities('').length, 3);
});
