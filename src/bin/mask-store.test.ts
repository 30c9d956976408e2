import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { KeptMasks } from '../gateway/index.ts';
import { placeholders } from '../mask/index.ts';
import { contentKey } from '../seal/index.ts';
import { maskStore } from './mask-store.ts';

const ONE = makeSessionId(0, Buffer.alloc(16, 1));
const OTHER = makeSessionId(0, Buffer.alloc(16, 2));

test('entries come back in order, in another process too, and no file holds them in clear', (t) => {
  const { folder, open } = stage(t);
  const kept = open(ONE);
  kept.append('the value alpha');
  kept.append('the value beta');
  assert.deepEqual(open(ONE).entries, ['the value alpha', 'the value beta']);
  assert.deepEqual(open(OTHER).entries, []);
  open(ONE).append('gamma');
  assert.deepEqual(open(ONE).entries, ['the value alpha', 'the value beta', 'gamma']);
  assert.ok(!readFileSync(join(folder, ONE)).includes('alpha'));
  assert.equal(statSync(join(folder, ONE)).mode & 0o777, 0o600);
});

test('a session has tokens of its own, the same each time', (t) => {
  const { open } = stage(t);
  const tokenIn = (id: SessionId): string | null => placeholders(open(id).key).tokenFor('EMAIL', 'ada@mail.example');
  assert.equal(tokenIn(ONE), tokenIn(ONE));
  assert.notEqual(tokenIn(ONE), tokenIn(OTHER));
});

test('without its key there is nothing of a session', (t) => {
  const { folder } = stage(t);
  assert.equal(maskStore(folder, () => null, assert.fail).open(ONE), null);
});

test('an entry that was cut short costs itself alone', (t) => {
  const { folder, open, said } = stage(t);
  const kept = open(ONE);
  kept.append('first');
  kept.append('second');
  truncateSync(join(folder, ONE), statSync(join(folder, ONE)).size - 5);
  const after = open(ONE);
  assert.deepEqual(after.entries, ['first']);
  after.append('third');
  assert.deepEqual(open(ONE).entries, ['first', 'third']);
  assert.match(said[0] ?? '', /1 entries cannot be read/);
});

for (const { name, harm } of [
  { name: 'lines that changed places', harm: (lines: readonly string[]) => [lines[1], lines[0]] },
  { name: 'a line that comes twice', harm: (lines: readonly string[]) => [lines[0], lines[0]] },
  { name: 'a line of something else', harm: (lines: readonly string[]) => [lines[0], 'AAAA\u0000'] },
]) {
  test(`what was put there by somebody else is not read: ${name}`, (t) => {
    const { folder, open } = stage(t);
    const kept = open(ONE);
    kept.append('first');
    kept.append('second');
    const path = join(folder, ONE);
    writeFileSync(path, `${harm(readFileSync(path, 'latin1').trimEnd().split('\n')).join('\n')}\n`);
    assert.ok(!open(ONE).entries.includes('second'));
  });
}

test('an entry of another session is not read', (t) => {
  const { folder, open } = stage(t);
  open(OTHER).append('of the other');
  writeFileSync(join(folder, ONE), readFileSync(join(folder, OTHER)));
  assert.deepEqual(open(ONE).entries, []);
});

test('a link is not followed', (t) => {
  const { folder, open } = stage(t);
  const target = join(folder, 'elsewhere');
  writeFileSync(target, '');
  symlinkSync(target, join(folder, ONE));
  assert.throws(() => open(ONE).append('x'), { code: 'ELOOP' });
  assert.equal(readFileSync(target, 'utf8'), '');
});

test('a disk that is full is an error, not a loss', (t) => {
  const { open } = stage(t, '/dev/full-is-no-folder');
  assert.throws(() => open(ONE).append('x'));
});

test('a line that is no entry among many', (t) => {
  const { folder, open } = stage(t);
  open(ONE).append('first');
  appendFileSync(join(folder, ONE), '\n\n');
  open(ONE).append('fourth');
  assert.deepEqual(open(ONE).entries, ['first', 'fourth']);
});

function stage(
  t: { after(fn: () => void): void },
  at?: string,
): { readonly folder: string; readonly open: (id: SessionId) => KeptMasks; readonly said: string[] } {
  const folder = at ?? mkdtempSync(join(tmpdir(), 'masks-'));
  if (at === undefined) t.after(() => rmSync(folder, { recursive: true }));
  const said: string[] = [];
  const keyOf = (id: SessionId): ReturnType<typeof contentKey> => contentKey(Buffer.alloc(32, id === ONE ? 1 : 2));
  const store = maskStore(folder, keyOf, (line) => void said.push(line));
  return {
    folder,
    said,
    open: (id) => {
      const kept = store.open(id);
      assert.ok(kept !== null);
      return kept;
    },
  };
}
