import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHome, sallyport, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

test('a pulled bundle comes into force; one that is refused changes nothing, and the exit says which', async (t) => {
  const home = makeHome(t);
  const keys = join(home.folder, 'keys');
  assert.equal(sallyport(home, ['policy', 'keygen', '--out', keys]).status, 0);
  sign(home, 1);
  const [out, trust] = [join(home.folder, 'in-force', 'current.json'), join(keys, 'bundle-signing.pub')];
  const pull = (...words: string[]): ReturnType<typeof sallyport> =>
    sallyport(home, ['policy', 'pull', join(home.folder, 'offered.json'), '--trust', trust, '--out', out, ...words]);

  const first = pull('--reload');
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^new: number 1, test \([0-9a-f]{16}\), for the next start: no daemon runs\n$/);
  const daemon = await startDaemonProcess(t, home, ['--bundle', out, '--trust', trust]);
  assert.match(pull('--reload').stdout, /^unchanged: number 1, .*, in force already\n$/);

  sign(home, 2, 'version: 1\nname: second\n');
  assert.match(pull().stdout, /not yet in force: no daemon was told/);
  // What an earlier pull left undone is done by the next.
  assert.match(pull('--reload').stdout, /^unchanged: number 2, second .* and put in force\n$/);
  const told = JSON.parse(sallyport(home, ['status', '--json']).stdout) as typeof daemon.status;
  assert.deepEqual([told.policy.name, told.policy.sequence], ['second', 2]);
  const json = JSON.parse(pull('--reload', '--json').stdout) as Record<string, unknown>;
  assert.deepEqual([json['state'], json['sequence'], json['reload']], ['unchanged', 2, 'in-force']);

  sign(home, 1);
  const older = pull('--reload');
  assert.equal(older.status, 3);
  assert.match(older.stderr, /\[BUNDLE_ROLLBACK\]/);
  // A file that was taken back by hand is refused by the daemon, which knows what it took.
  writeFileSync(out, readFileSync(join(home.folder, 'offered.json')));
  const byDaemon = pull('--reload');
  assert.equal(byDaemon.status, 3, byDaemon.stderr);
  assert.match(byDaemon.stderr, /\[BUNDLE_ROLLBACK\]/);

  const gone = sallyport(home, ['policy', 'pull', join(home.folder, 'none.json'), '--trust', trust, '--out', out]);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /\[STORE_REFUSED\]/);
  const plain = sallyport(home, ['policy', 'pull', 'http://x.example/b', '--trust', trust, '--out', out]);
  assert.equal(plain.status, 2);
});

function sign(home: Home, sequence: number, text = 'version: 1\nname: test\n'): void {
  mkdirSync(join(home.folder, 'texts'), { recursive: true });
  const file = join(home.folder, 'texts', 'policy.yaml');
  writeFileSync(file, text);
  const key = join(home.folder, 'keys', 'bundle-signing.key');
  const words = ['policy', 'sign', file, '--key', key, '--sequence', String(sequence)];
  const ran = sallyport(home, [...words, '--out', join(home.folder, 'offered.json')]);
  assert.equal(ran.status, 0, ran.stderr);
}
