import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  decodeLine,
  draftRecord,
  encodeLine,
  hashLine,
  MAX_RECORD_BYTES,
  ZERO_HASH,
} from '../src/audit/record-line.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import type { SessionId, Sha256 } from '../src/core/ids.ts';
import type { JsonObject } from '../src/core/json.ts';

const folder = new URL('../spec/audit-record/vectors/', import.meta.url);

/** A record and the bytes of its line, which are UTF-8; `hash` is the leaf hash in hex. */
interface ValidVector {
  readonly name: string;
  readonly record: AuditRecord;
  readonly index: number;
  readonly prev: Sha256;
  readonly line: string;
  readonly crc: string;
  readonly hash: string;
}

/** Bytes that are no line of a log, in base 64, and what is wrong with them. */
interface InvalidVector {
  readonly name: string;
  readonly base64: string;
  readonly reason: string;
}

const SESSION = 'ses_01jcx3v8k0w5z7q2m4n6p8r0st' as SessionId;
const [POLICY, INPUT] = ['policy', 'input'].map((text) => createHash('sha256').update(text).digest('hex'));

/** A log of these records, in this order. */
const RECORDS: readonly { readonly name: string; readonly record: AuditRecord }[] = [
  {
    name: 'the first record of a log',
    record: {
      kind: 'log',
      occurredAtMs: 1_763_726_400_000,
      sessionId: null,
      body: { event: 'opened', size: 0, head: ZERO_HASH },
    },
  },
  {
    name: 'a decision on a call',
    record: {
      kind: 'decision',
      occurredAtMs: 1_763_726_401_234,
      sessionId: SESSION,
      body: {
        event: 'PreToolUse',
        eventSha256: INPUT ?? '',
        bytes: 512,
        cwd: '/work/shop',
        tool: 'Bash',
        toolUseId: 'toolu_01A2B3',
        verdict: 'deny',
        ruleId: 'shell/pipe-to-interpreter',
        bundle: POLICY ?? '',
        inputSha256: INPUT ?? '',
        kind: 'command',
        summary: 'curl, sh',
      },
    },
  },
  {
    name: 'letters beyond ASCII, a control character, and keys whose order by UTF-16 is not that by code point',
    record: {
      kind: 'session',
      occurredAtMs: 1_763_726_402_000,
      sessionId: SESSION,
      body: {
        event: 'opened',
        workspace: '/work/größe \u0007 "x"',
        provider: 'bedrock',
        about: { '\ufb33': 1, '\ud83d\ude00': 2, user: 'ann', 'a/b': '\u2028' },
      },
    },
  },
  {
    name: 'numbers at the edges of how they are written, and a time before 1970',
    record: {
      kind: 'session',
      occurredAtMs: -1,
      sessionId: null,
      body: {
        event: 'opened',
        workspace: '/',
        provider: 'vertex',
        about: { a: 1e21, b: 1e-7, c: 0.000001, d: -0, e: 2 ** 60, f: 333333333.3333333, g: [] },
      },
    },
  },
];

function validVectors(): readonly ValidVector[] {
  const made: ValidVector[] = [];
  for (const { name, record } of RECORDS) {
    const prev = (made.at(-1)?.hash ?? ZERO_HASH) as Sha256;
    const line = encodeLine(draftRecord(record), made.length, prev);
    const crc = /"crc":"([0-9a-f]{8})","index":\d+/.exec(line)?.[1] ?? '';
    made.push({ name, record, index: made.length, prev, line, crc, hash: hashLine(line) });
  }
  return made;
}

function invalidVectors([first, second]: readonly ValidVector[]): readonly InvalidVector[] {
  const line = second?.line ?? '';
  const sealedAnew = (changed: string): string => {
    const bare = changed.replace(/,"crc":"[0-9a-f]{8}"(?=,"index":\d)/, '');
    return changed.replace(
      /"crc":"[0-9a-f]{8}"(?=,"index":\d)/,
      `"crc":"${crc32(bare).toString(16).padStart(8, '0')}"`,
    );
  };
  const cases: readonly (readonly [name: string, bytes: string | Uint8Array])[] = [
    ['nothing', ''],
    ['half a line', line.slice(0, line.length / 2)],
    ['a line with its newline', `${line}\n`],
    ['a blank', line.replace('"at":', '"at": ')],
    ['one letter changed', line.replace('curl', 'wget')],
    ['keys in another order, and the checksum made to fit', sealedAnew(reordered(line))],
    ['a key twice', line.replace('"tool":"Bash"', '"tool":"Bash","tool":"Bash"')],
    ['a field too many', sealedAnew(line.replace('"index":', '"extra":1,"index":'))],
    ['a field too few', sealedAnew(line.replace(/,"session":"[^"]*"/, ''))],
    ['format version 1', sealedAnew(line.replace(/"v":2\}$/, '"v":1}'))],
    ['a kind that is none', sealedAnew(line.replace('"kind":"decision","prev"', '"kind":"thought","prev"'))],
    ['a time that is no whole number', sealedAnew(line.replace(/"at":\d+/, '"at":0.5'))],
    ['a number spelt in another way', sealedAnew(line.replace('"bytes":512', '"bytes":5.12e2'))],
    ['a letter spelt in another way', sealedAnew(line.replace('"Bash"', '"\\u0042ash"'))],
    [
      'a hash in upper case',
      sealedAnew(line.replace(`"prev":"${first?.hash ?? ''}"`, `"prev":"${(first?.hash ?? '').toUpperCase()}"`)),
    ],
    ['a session that is none', sealedAnew(line.replace(`"${SESSION}"`, '"ses_x"'))],
    ['half a surrogate pair', sealedAnew(line.replace('"Bash"', '"\\ud800"'))],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(line.slice(0, 20)), Buffer.of(0xff), Buffer.from(line.slice(20))]),
    ],
    ['a byte order mark', `\ufeff${line}`],
    ['a list', '[1]'],
    ['65 levels of nesting', sealedAnew(line.replace('"Bash"', `${'['.repeat(65)}${']'.repeat(65)}`))],
  ];
  const named = cases.map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) }));
  return named.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64'), reason: problemOf(bytes) }));
}

function reordered(line: string): string {
  return line.replace('"bytes":512,', '').replace('"event":"PreToolUse"', '"event":"PreToolUse","bytes":512');
}

function problemOf(bytes: Uint8Array): string {
  const decoded = decodeLine(bytes);
  return decoded.isRecord ? 'none' : decoded.problem;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

if (process.env['UPDATE_GOLDEN'] === '1') {
  const valid = validVectors();
  writeFileSync(new URL('valid.json', folder), `${JSON.stringify(valid, null, 2)}\n`);
  writeFileSync(new URL('invalid.json', folder), `${JSON.stringify(invalidVectors(valid), null, 2)}\n`);
}

const VALID = read('valid.json') as readonly ValidVector[];
const INVALID = read('invalid.json') as readonly InvalidVector[];

test('the vectors are those that this test makes; else run it with UPDATE_GOLDEN=1 and read the difference', () => {
  assert.deepEqual(VALID, JSON.parse(JSON.stringify(validVectors())));
  assert.deepEqual(INVALID, invalidVectors(VALID));
});

for (const vector of VALID) {
  test(`a line is written and read as the specification says: ${vector.name}`, () => {
    const { record, index, prev, line, hash } = vector;
    assert.equal(encodeLine(draftRecord(record), index, prev), line);
    const decoded = decodeLine(Buffer.from(line));
    assert.ok(decoded.isRecord);
    assert.deepEqual({ ...decoded.record }, { ...JSON.parse(JSON.stringify(record)), index, prev, hash });
  });

  // By the words of the specification alone, without our own code.
  test(`checksum and hash are what anybody computes: ${vector.name}`, () => {
    const bare = vector.line.replace(/,"crc":"[0-9a-f]{8}"(?=,"index":\d+,"kind":)/, '');
    assert.equal(crc32(bare).toString(16).padStart(8, '0'), vector.crc);
    const leaf = createHash('sha256').update(Buffer.of(0)).update(vector.line, 'utf8').digest('hex');
    assert.equal(leaf, vector.hash);
    assert.equal(sorted(JSON.parse(vector.line)), vector.line);
  });
}

for (const { name, base64, reason } of INVALID) {
  test(`no record: ${name}`, () => {
    assert.notEqual(reason, 'none');
    assert.equal(problemOf(Buffer.from(base64, 'base64')), reason);
  });
}

test('the longest line is one byte below the bound without its newline', () => {
  const room = MAX_RECORD_BYTES - 1;
  const body = (length: number): JsonObject => ({ event: 'x', text: 'x'.repeat(length) });
  const at = (length: number): string =>
    encodeLine(draftRecord({ kind: 'admin', occurredAtMs: 0, sessionId: null, body: body(length) }), 0, ZERO_HASH);
  const short = at(0).length;
  // The writer keeps some room for the other fields; a reader takes lines up to the bound.
  assert.throws(() => at(room), { code: 'AUDIT_UNAVAILABLE' });
  const longest = at(0).replace('"text":""', `"text":"${'x'.repeat(room - short)}"`);
  assert.match(problemOf(Buffer.from(longest)), /^changed since/);
  assert.match(problemOf(Buffer.from(`${longest}x`)), /^longer than/);
});

/** Canonical JSON by the words of RFC 8785, for values that JSON.parse gave. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sorted(member)}`).join(',')}}`;
}
