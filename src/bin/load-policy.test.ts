import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { PolicyInvalid } from '../core/error.ts';
import { decide } from '../decide/index.ts';
import type { InForce } from './load-policy.ts';
import { loadPolicy } from './load-policy.ts';
import { neverBack } from './never-back.ts';

const BASE = 'version: 1\nname: base\ngit: {}\n';
const EXCEPTION = `version: 1
name: hotfix
layer: exception
exception:
  owner: ann@example.com
  reason: Release.
  ticket: SEC-1
  expires: 2026-11-30
  lifts: [{ rule: git/force-push, run: [git push --force origin hotfix] }]
`;
const NOW_MS = Date.parse('2026-11-20T00:00:00Z');
const END_MS = Date.parse('2026-12-01T00:00:00Z');

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function verdict(inForce: InForce, nowMs: number): string {
  const action = {
    kind: 'command',
    commandLine: 'git push --force origin hotfix',
    cwd: '/w',
    isUnsandboxed: false,
  } as const;
  return decide(inForce.indexAt(nowMs), action, { workspace: '/w', homeDir: '/home/dev' }).verdict;
}

test('an exception ends by itself, and a clock that is set back does not bring it back', (t) => {
  const inForce = loadPolicy([folderOf(t, { 'base.yaml': BASE, 'hotfix.yml': EXCEPTION })], '/state', NOW_MS);
  assert.deepEqual(inForce.warnings, []);
  assert.equal(verdict(inForce, NOW_MS), 'allow');
  assert.equal(verdict(inForce, END_MS - 1), 'allow');
  assert.equal(verdict(inForce, END_MS), 'deny');
  assert.equal(verdict(inForce, NOW_MS), 'deny');
  assert.deepEqual(inForce.tableAt(NOW_MS), inForce.bundle.table);
});

test('a moment that is no number lifts nothing', (t) => {
  const inForce = loadPolicy([folderOf(t, { 'base.yaml': BASE, 'hotfix.yml': EXCEPTION })], '/state', NOW_MS);
  assert.equal(verdict(inForce, Number.NaN), 'deny');
});

test('the index stands until the table changes', (t) => {
  const inForce = loadPolicy([folderOf(t, { 'base.yaml': BASE, 'hotfix.yml': EXCEPTION })], '/state', NOW_MS);
  const index = inForce.indexAt(NOW_MS);
  assert.equal(inForce.indexAt(END_MS - 1), index);
  assert.notEqual(inForce.indexAt(END_MS), index);
});

test('no exception lifts the rules that protect the guard', (t) => {
  const text = EXCEPTION.replace(/lifts: .*/, 'lifts: [{ rule: decide/own-state, paths: [/state/x] }]');
  const folder = folderOf(t, { 'base.yaml': BASE, 'hotfix.yml': text });
  assert.throws(() => loadPolicy([folder], '/state', NOW_MS), /nothing lifts them \[policy\/reserved-rule\]/);
});

test('an exception and its end are part of the digest, and the moment is not', (t) => {
  const digest = (exception: string, nowMs: number): string =>
    loadPolicy([folderOf(t, { 'base.yaml': BASE, 'e.json': exception })], '/state', nowMs).bundle.digest;
  const first = digest(EXCEPTION, NOW_MS);
  assert.equal(digest(EXCEPTION, END_MS), first);
  assert.notEqual(digest(EXCEPTION.replace('11-30', '11-29'), NOW_MS), first);
});

test('of a folder every document is read, and nothing else', (t) => {
  const folder = folderOf(t, { 'a.yaml': BASE, 'b.yaml~': '[', '.c.yaml': '[', 'README.md': '[' });
  mkdirSync(join(folder, 'd.yaml'));
  assert.equal(loadPolicy([folder], '/state').file, join(folder, 'a.yaml'));
});

test('a fault names its file, line and source', (t) => {
  const folder = folderOf(t, {
    'base.yaml': BASE,
    'team.yaml': 'version: 1\nname: t\nlayer: team\nsandbox: { enabled: false }\n',
  });
  assert.throws(
    () => loadPolicy([join(folder, 'team.yaml'), join(folder, 'base.yaml')], '/state'),
    (error: unknown) => {
      assert.ok(error instanceof PolicyInvalid);
      assert.ok(
        error.message.includes(
          `${folder}/team.yaml:4:21: error: ${folder}/team.yaml:4 widens the default of ${folder}/base.yaml:1`,
        ),
      );
      assert.ok(error.message.includes('  4 | sandbox: { enabled: false }\n    |                     ^'));
      return true;
    },
  );
});

for (const { name, make, want } of [
  { name: 'a folder without a policy', make: () => {}, want: /holds no policy/ },
  {
    name: 'a link to nothing',
    make: (folder: string) => symlinkSync('/nonexistent', join(folder, 'a.yaml')),
    want: /cannot be read/,
  },
  {
    name: 'a file of 10 MB',
    make: (folder: string) => writeFileSync(join(folder, 'a.yaml'), '#'.repeat(10_000_000)),
    want: /at most 1048576 bytes/,
  },
  {
    name: 'a file twice',
    make: (folder: string) => {
      writeFileSync(join(folder, 'a.yaml'), BASE);
      writeFileSync(join(folder, 'b.yaml'), BASE);
    },
    want: /is a base, and so is/,
  },
]) {
  test(`${name} is no policy`, (t) => {
    const folder = folderOf(t, {});
    make(folder);
    assert.throws(() => loadPolicy([folder], '/state'), want);
  });
}

test('a clock that goes back stands still', () => {
  const times = [5, 3, 6, 6, 1];
  const clock = neverBack(() => times.shift() ?? 0);
  assert.deepEqual([clock(), clock(), clock(), clock(), clock()], [5, 5, 6, 6, 6]);
});
