import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StateFolder } from '../core/error.ts';
import { CANARY_ID_PREFIX } from '../gateway/index.ts';
import { CANARY_PREFIX } from '../session/index.ts';
import { expandGlob, realPath } from './file-facts.ts';
import { statePaths } from './state-folder.ts';

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

test('a glob gives the names that are there', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-facts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.pem'), '');
  assert.deepEqual(expandGlob(join(folder, '*.pem')), [join(folder, 'a.pem')]);
  assert.deepEqual(expandGlob(join(folder, '*.txt')), []);
  assert.equal(expandGlob(join(folder, '**', '*.pem')), null);
});
