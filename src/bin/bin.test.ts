import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { StateFolder } from '../core/error.ts';
import { CANARY_ID_PREFIX } from '../gateway/index.ts';
import { CANARY_PREFIX } from '../session/index.ts';
import { expandGlob, realPath } from './file-facts.ts';
import { statePaths } from './state-folder.ts';
import { firstMembersOf } from './user-names.ts';

test('the gateway looks for the prefix that the session room gives to canaries', () => {
  assert.equal(CANARY_ID_PREFIX, CANARY_PREFIX);
});

for (const { name, env, want } of [
  { name: 'SALLYPORT_HOME', env: { SALLYPORT_HOME: '/x/y' }, want: '/x/y' },
  { name: 'XDG_STATE_HOME', env: { XDG_STATE_HOME: '/x' }, want: '/x/sallyport' },
  {
    name: 'a relative XDG_STATE_HOME, which the standard says to ignore',
    env: { XDG_STATE_HOME: 'x' },
    want: '/home/u/.local/state/sallyport',
  },
  { name: 'nothing', env: {}, want: '/home/u/.local/state/sallyport' },
]) {
  test(`${name} names the state folder ${want}`, () => assert.equal(statePaths(env, '/home/u').home, want));
}

for (const { name, home } of [
  { name: 'relative', home: 'state' },
  { name: 'too long for a socket', home: `/${'a'.repeat(120)}` },
]) {
  test(`a state folder whose path is ${name} is refused`, () => {
    assert.throws(() => statePaths({ SALLYPORT_HOME: home }, '/home/u'), StateFolder);
  });
}

test('links are followed as far as the path exists', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-facts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'file'), '');
  symlinkSync('real', join(folder, 'link'));
  symlinkSync('loop', join(folder, 'loop'));
  assert.equal(realPath(join(folder, 'link', 'file')), join(realPath(folder), 'real', 'file'));
  assert.equal(realPath(join(folder, 'link', 'missing', 'x')), join(realPath(folder), 'real', 'missing', 'x'));
  assert.equal(realPath(join(folder, 'loop')), join(realPath(folder), 'loop'));
});

test('a path is walked as the kernel walks it: behind a link, `..` is the parent of where it leads', (t) => {
  const folder = realPath(mkdtempSync(join(tmpdir(), 'sp-facts-')));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'far', 'deep'), { recursive: true });
  mkdirSync(join(folder, 'near'));
  symlinkSync('../far/deep', join(folder, 'near', 'link'));
  writeFileSync(join(folder, 'far', 'file'), '');
  assert.equal(realPath(`${folder}/near/link/../file`), join(folder, 'far', 'file'));
  assert.equal(realPath(`${folder}/near/link/../missing`), join(folder, 'far', 'missing'));
});

test('a link to what is not there yet leads there: writing through it makes the file', (t) => {
  const folder = realPath(mkdtempSync(join(tmpdir(), 'sp-facts-')));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'near'));
  symlinkSync('../far/../other/file', join(folder, 'near', 'link'));
  symlinkSync('link', join(folder, 'near', 'again'));
  symlinkSync(`${folder}/none//`, join(folder, 'near', 'folder'));
  assert.equal(realPath(join(folder, 'near', 'link')), join(folder, 'other', 'file'));
  assert.equal(realPath(join(folder, 'near', 'again', 'x')), join(folder, 'other', 'file', 'x'));
  assert.equal(realPath(`${folder}/near/folder/`), join(folder, 'none'));
});

test('a glob gives the names that are there', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-facts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.pem'), '');
  assert.deepEqual(expandGlob(join(folder, '*.pem')), [join(folder, 'a.pem')]);
  assert.deepEqual(expandGlob(join(folder, '*.txt')), []);
  assert.equal(expandGlob(join(folder, '***', '*.pem')), null);
});

for (const { name, entries, glob, want } of [
  { name: 'a brace that the shell left is a brace', entries: ['{x,y}', 'x'], glob: '{x,y}/k*', want: ['{x,y}/key'] },
  { name: 'a group that the shell left is none', entries: ['+(a)', 'a'], glob: '+(a)/k*', want: ['+(a)/key'] },
  {
    name: 'a bracket that was quoted is a bracket',
    entries: ['[id]', 'i'],
    glob: String.raw`\[id]/k*`,
    want: ['[id]/key'],
  },
  { name: 'a star that was quoted is a star', entries: ['*', 'a'], glob: String.raw`\*/k?y`, want: ['*/key'] },
  { name: 'a hidden name wants its dot', entries: ['.a', 'a'], glob: '*/key', want: ['a/key'] },
  { name: 'a written dot finds it', entries: ['.a', 'a'], glob: '.?/key', want: ['.a/key'] },
  { name: 'one mark is one character', entries: ['é', '😀', 'ab'], glob: '?/key', want: ['é/key', '😀/key'] },
  { name: 'runs share a name in every way', entries: ['abcbd', 'abc'], glob: '*b*d/key', want: ['abcbd/key'] },
  { name: 'what is no folder holds nothing', entries: ['a'], glob: '*/key/*', want: [] },
  { name: 'a class is not told', entries: ['a'], glob: '[ab]/key', want: null },
  {
    name: 'a class that nothing matches is a name',
    entries: ['[id]', 'i'],
    glob: '?/key',
    want: ['[id]/key', 'i/key'],
  },
  { name: 'two stars are any folders', entries: ['a/b', 'a/.c'], glob: '**/key', want: ['a/key', 'a/b/key'] },
  {
    name: 'two stars at the end are all that is below',
    entries: ['a/b'],
    glob: 'a/**',
    want: ['a', 'a/b', 'a/b/key', 'a/key'],
  },
]) {
  test(`a glob as the shell takes it: ${name}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sp-facts-'));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const entry of entries) {
      mkdirSync(join(folder, entry), { recursive: true });
      for (let at = entry; at !== '.'; at = dirname(at)) writeFileSync(join(folder, at, 'key'), '');
    }
    const found = expandGlob(`${folder}/${glob}`);
    assert.deepEqual(found?.toSorted() ?? null, want?.map((path) => join(folder, path)).toSorted() ?? null);
  });
}

test('a glob that would walk the machine, or count without end, is soon given up', () => {
  const fromMs = performance.now();
  assert.equal(expandGlob('/*/*/*/*/*/*/*/none'), null);
  assert.deepEqual(expandGlob(`/${'{a,b}'.repeat(40)}/q*`), []);
  assert.deepEqual(expandGlob(`/usr/${'*a'.repeat(2_000)}b`), []);
  assert.ok(performance.now() - fromMs < 10_000);
});

test('users are seen whose first group is that of the daemon', () => {
  const accounts = 'root:x:0:0::/:/bin/sh\nguard:x:7:9::/:\nann:x:1001:9::/:\nbob:x:1002:99::/:\n\nodd\n';
  assert.deepEqual(firstMembersOf(9, accounts), [7, 1001]);
  assert.deepEqual(firstMembersOf(8, accounts), []);
});
