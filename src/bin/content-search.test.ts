import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { makeSessionId } from '../core/ids.ts';
import type { Piece, SessionContents } from '../gateway/index.ts';
import { contentKey } from '../seal/index.ts';
import { contentStore } from './content-log.ts';
import { parseReplyList, parseRequestList, wholeBody } from './content-lists.ts';
import { MAX_CONTENT_LINE_BYTES } from './content-lines.ts';
import { contentLines, openContents } from './content-reader.ts';
import { searchContents, sessionsWithContent } from './content-search.ts';
import type { ContentHit } from './content-search.ts';
import { localKeyWrap } from './key-wrap.ts';

const SESSION = makeSessionId(0, new Uint8Array(16));
const key = contentKey(randomBytes(32));
const wrap = localKeyWrap(() => key);

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-search-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function contentsIn(folder: string): Promise<SessionContents> {
  const contents = await contentStore(folder, wrap).open(SESSION);
  assert.ok(contents !== null);
  return contents;
}

const message = (text: string): Piece => ({ kind: 'message', form: 'masked', isSealed: false, text });

async function found(folder: string, text: string): Promise<readonly ContentHit[]> {
  const hits: ContentHit[] = [];
  for await (const hit of searchContents(folder, sessionsWithContent(folder), text)) hits.push(hit);
  return hits;
}

test('a text is found once wherever a long piece is cut, and however its letters are written', async (t) => {
  const folder = folderFor(t);
  const contents = await contentsIn(folder);
  const needle = 'say "h\u00e9llo"';
  const written = ['say \\"h\u00e9llo\\"', 'say \\"h\\u00e9llo\\"', 'say \\u0022h\u00E9llo\\u0022'];
  for (let before = 256 * 1024 - 30; before < 256 * 1024 + 3; before += 1)
    contents.add(message(`"${'0'.repeat(before)}${written[before % 3]}${'\\\\'.repeat(before % 4)} end"`));
  await contents.flush();
  const hits = await found(folder, needle.toUpperCase());
  assert.deepEqual(
    hits.map(({ occurrences }) => occurrences),
    Array.from({ length: 33 }, () => 1),
  );
});

test('sealed text is not searched', async (t) => {
  const folder = folderFor(t);
  const contents = await contentsIn(folder);
  contents.add({ ...message('"needle"'), isSealed: true });
  await contents.flush();
  assert.deepEqual(await found(folder, 'needle'), []);
});

test('lines of strangers stop neither reading nor searching', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, SESSION);
  const contents = await contentsIn(folder);
  contents.add(message('"needle one"'));
  await contents.flush();
  for (const line of [
    '',
    'null',
    '[]',
    '{"v":1}',
    '{"v":1,"key":{"id":7,"wrapped":"x"}}',
    '{"v":1,"kind":"message","form":"masked","part":2,"of":1,"text":"needle"}',
    '{"v":1,"kind":"__proto__","form":"masked","part":1,"of":1,"text":"needle"}',
    '{"v":1,"kind":"request","form":"masked","part":1,"of":1,"text":"[[["}',
    '{"v":1,"kind":"request","form":"masked","part":1,"of":1,"text":"{\\"v\\":1,\\"head\\":[[1,2]],\\"messages\\":{},\\"tail\\":0}"}',
    '\0\xff\xfe',
    '0'.repeat(3 * MAX_CONTENT_LINE_BYTES),
  ])
    appendFileSync(path, `${line}\n`, 'latin1');
  const more = await contentsIn(folder);
  more.add(message('"needle two"'));
  await more.flush();
  appendFileSync(path, '{"v":1,"kind":"message","form":"masked","part":1,"of":1,"text":"needle torn');
  assert.deepEqual(
    (await found(folder, 'needle')).map(({ excerpt }) => excerpt),
    ['"needle one"', '"needle two"'],
  );
});

test('names that are no session are passed over, and a link is refused', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'notes.txt'), 'needle');
  assert.deepEqual(sessionsWithContent(folder), []);
  symlinkSync('/etc/hostname', join(folder, SESSION));
  await assert.rejects(found(folder, 'needle'), /ELOOP/);
  await assert.rejects(openContents({ folder, sessionId: SESSION, keys: null }), /ELOOP/);
});

test('lists of strangers are refused, and one that goes in a circle has an end', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      parseRequestList(text);
      parseReplyList(text);
    }),
  );
  const folder = folderFor(t);
  const contents = await contentsIn(folder);
  const list = (previous: unknown, kept: number): Piece => ({
    ...message(JSON.stringify({ v: 1, previous, kept, head: [], messages: [], tail: [], sha256: '' })),
    kind: 'request',
  });
  const first = contents.add(list([10_000, 10, 'x'], 0));
  const second = contents.add(list([first.at, first.bytes, first.sha256], 5));
  await contents.flush();
  const reader = await openContents({ folder, sessionId: SESSION, keys: null });
  assert.ok(reader !== null);
  for (const ref of [first, second])
    assert.deepEqual(await wholeBody(reader, ref), { ok: false, problem: 'malformed' });
  for (const ref of [
    { ...first, bytes: Number.MAX_SAFE_INTEGER },
    { ...first, at: 2 ** 50 },
    { ...first, sha256: '0' },
    { at: 0, bytes: 0, sha256: '' },
  ])
    assert.equal((await reader.piece(ref)).ok, false);
  await reader.close();
});

test('100 MB are kept, read and searched with bounded memory', async (t) => {
  const folder = folderFor(t);
  const contents = await contentsIn(folder);
  const before = process.memoryUsage().rss;
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage().rss - before);
  };
  for (let count = 0; count < 100; count += 1) {
    contents.add({
      ...message(JSON.stringify(`${count} ${'word '.repeat(200_000)}needle`)),
      isSealed: count % 2 === 0,
    });
    await contents.flush();
    look();
  }
  let lines = 0;
  for await (const { line } of contentLines(join(folder, SESSION))) {
    lines += line === null ? 0 : 1;
    look();
  }
  const hits: ContentHit[] = [];
  for await (const hit of searchContents(folder, [SESSION], 'needle', look)) hits.push(hit);
  assert.equal(hits.length, 50);
  assert.ok(lines > 400, `${lines} lines`);
  assert.ok(peak < 200e6, `${peak} bytes more`);
  t.diagnostic(`${lines} lines, ${Math.round(peak / 1e6)} MB more than before`);
  assert.ok(existsSync(join(folder, SESSION)));
});
