import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../core/action.ts';
import { detectorId, makeSessionId } from '../core/ids.ts';
import type { SealPlace, SeenCall } from '../core/seen-call.ts';
import { TAINT_SOURCES } from '../core/taint.ts';
import type { Taint } from '../core/taint.ts';
import {
  CONTENT_KEY_BYTES,
  MAX_CONTENT_BYTES,
  SEAL_NONCE_BYTES,
  contentKey,
  openCall,
  openContent,
  parseSeenCall,
  printSeenCall,
  sealCall,
  sealContent,
} from './index.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const key = contentKey(randomBytes(CONTENT_KEY_BYTES));
const sessionId = makeSessionId(1_700_000_000_000, new Uint8Array(16));
const place: SealPlace = { sessionId, toolUseId: 'toolu_1', bundle: 'b'.repeat(64) };
const nonce = (): Uint8Array => randomBytes(SEAL_NONCE_BYTES);
const command = (commandLine: string): SeenCall => ({
  action: { kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false },
  workspace: '/w',
  homeDir: '/home/dev',
  permissionMode: 'default',
  facts: { realPaths: [['/w/a', '/w/a']], globs: [], links: [] },
  taint: null,
});

const words = fc.string({ unit: 'grapheme' });
const plain = { noNullPrototype: true } as const;
const actions: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('command' as const),
      commandLine: words,
      cwd: words,
      isUnsandboxed: fc.boolean(),
    },
    plain,
  ),
  fc.record({ kind: fc.constantFrom('read' as const, 'write' as const), path: words, cwd: words }, plain),
  fc.record({ kind: fc.constant('fetch' as const), url: words }, plain),
  fc.record({ kind: fc.constant('mcp' as const), server: words, tool: words }, plain),
  fc.record({ kind: fc.constant('tool' as const), name: words }, plain),
  fc.record({ kind: fc.constant('canary' as const), toolUseId: words }, plain),
  fc.record({ kind: fc.constant('unreadable' as const), why: words }, plain),
);
const names = fc.oneof(words, fc.constantFrom('__proto__', 'constructor', '/w/.env'));
const globNames: fc.Arbitrary<readonly string[] | null> = fc.option(fc.array(names, { maxLength: 4 }));
const taints: fc.Arbitrary<Taint> = fc.record(
  {
    source: fc.constantFrom(...TAINT_SOURCES),
    detectorId: fc.option(fc.constant(detectorId('injection/override'))),
    toolUseId: fc.option(words),
    occurredAtMs: fc.nat(),
  },
  plain,
);
const calls: fc.Arbitrary<SeenCall> = fc.record(
  {
    action: actions,
    workspace: words,
    homeDir: words,
    permissionMode: fc.option(words),
    taint: fc.option(taints),
    facts: fc.option(
      fc.record(
        {
          realPaths: fc.array(fc.tuple(names, names), { maxLength: 4 }),
          globs: fc.array(fc.tuple(names, globNames), { maxLength: 4 }),
          links: fc.array(fc.tuple(names, globNames), { maxLength: 4 }),
        },
        plain,
      ),
    ),
  },
  plain,
);

test('what is printed is read as it was, and what is sealed is opened as it was', () => {
  fc.assert(
    fc.property(calls, (call) => {
      assert.deepEqual(parseSeenCall(printSeenCall(call)), call);
      const { sealed } = sealCall(key, place, call, nonce());
      assert.ok(sealed !== null);
      const opened = openCall(key, place, sealed);
      assert.ok(opened.ok);
      assert.deepEqual(opened.call(), call);
    }),
    { numRuns: RUNS },
  );
});

test('no text makes the reading throw, and none but a call is read', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(parseSeenCall(text), null)),
    { numRuns: RUNS },
  );
  const whole = JSON.parse(printSeenCall(command('ls'))) as Record<string, unknown>;
  for (const field of Object.keys(whole)) {
    const { [field]: _, ...rest } = whole;
    if (field === 'permissionMode') continue;
    assert.equal(parseSeenCall(JSON.stringify(rest)), null, `without ${field}`);
    assert.equal(parseSeenCall(JSON.stringify({ ...rest, [field]: 7 })), null, `${field} of another kind`);
  }
});

test('a call from before links behind globs were told is read, with none', () => {
  const call: SeenCall = {
    ...command('cat n*'),
    facts: { realPaths: [['/w', '/w']], globs: [], links: [['/w/n*', ['/w/.env']]] },
  };
  const whole = JSON.parse(printSeenCall(call)) as { facts: Record<string, unknown> };
  const { links, ...facts } = whole.facts;
  assert.deepEqual(links, [['/w/n*', ['/w/.env']]]);
  assert.deepEqual(parseSeenCall(JSON.stringify({ ...whole, facts }))?.facts, { ...call.facts, links: [] });
  for (const odd of [7, null, [7], [['/w/n*', 'x']], [['/w/n*', [7]]]])
    assert.equal(parseSeenCall(JSON.stringify({ ...whole, facts: { ...facts, links: odd } })), null);
});

test('any changed byte is found', () => {
  const { sealed } = sealCall(key, place, command('cat notes.txt'), nonce());
  const bytes = Buffer.from(sealed ?? '', 'base64');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(openContent(key, place, changed.toString('base64')).ok, false, `byte ${at}`);
  }
  for (let length = 0; length < bytes.length; length += 1)
    assert.equal(openContent(key, place, bytes.subarray(0, length).toString('base64')).ok, false);
});

const other = makeSessionId(1_700_000_000_000, new Uint8Array(16).fill(3));
for (const { name, at = place, by = key } of [
  { name: "another session's key opens nothing", by: contentKey(randomBytes(CONTENT_KEY_BYTES)) },
  { name: 'content that was moved to another session does not open', at: { ...place, sessionId: other } },
  { name: 'content that was moved to another call does not open', at: { ...place, toolUseId: 'toolu_2' } },
  { name: 'a call without an id is not a call of that name', at: { ...place, toolUseId: null } },
  { name: 'content that was moved under another bundle does not open', at: { ...place, bundle: 'c'.repeat(64) } },
]) {
  test(name, () => {
    const sealed = sealContent(key, place, 'text', nonce());
    assert.deepEqual(openContent(by, at, sealed), { ok: false, problem: 'altered' });
  });
}

test('text that is no sealed content is malformed', () => {
  for (const text of ['', 'hello', '!!!!', 'AAAA', 'A'.repeat(60)])
    assert.deepEqual(openContent(key, place, text), { ok: false, problem: 'malformed' });
});

test('nothing of a command can be read from what is sealed, and equal calls look different', () => {
  const call = command('cat hunter2-in-plain-sight');
  const [one, two] = [sealCall(key, place, call, nonce()), sealCall(key, place, call, nonce())];
  assert.notEqual(one.sealed, two.sealed);
  assert.ok(
    !Buffer.from(one.sealed ?? '', 'base64')
      .toString('latin1')
      .includes('hunter2'),
  );
});

test('what is too long is kept without what the file system said, or not at all', () => {
  const long: SeenCall = {
    ...command('ls *'),
    facts: { realPaths: [], globs: [['/w/*', ['n'.repeat(20_000)]]], links: [] },
  };
  const kept = sealCall(key, place, long, nonce());
  const opened = openCall(key, place, kept.sealed ?? '');
  assert.ok(opened.ok);
  assert.deepEqual(opened.call(), { ...long, facts: null });
  const most = sealCall(key, place, command('x'.repeat(MAX_CONTENT_BYTES)), nonce());
  assert.deepEqual(most, { sealed: null, why: 'too-large' });
});

test('a session without a key, and text without a UTF-8 form, are recorded by their digest alone', () => {
  assert.deepEqual(sealCall(null, place, command('ls'), nonce()), { sealed: null, why: 'no-key' });
  assert.deepEqual(sealCall(key, place, command('ls \ud800'), nonce()), { sealed: null, why: 'not-text' });
});

test('a key prints nothing of itself', () => {
  const bytes = Buffer.alloc(CONTENT_KEY_BYTES, 'k');
  const shown = `${JSON.stringify(contentKey(bytes))} ${inspect(contentKey(bytes), { depth: 9 })}`;
  assert.ok(!shown.includes('kkkk') && !shown.includes(bytes.toString('hex').slice(0, 8)));
  assert.throws(() => contentKey(new Uint8Array(31)), TypeError);
});
