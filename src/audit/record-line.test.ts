import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { AuditRecord } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { canonicalJson } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { MAX_BODY_BYTES, MAX_BODY_DEPTH, MAX_RECORD_BYTES, ZERO_HASH } from './record-line.ts';
import { decodeLine, draftRecord, encodeLine, hashLine } from './record-line.ts';
import { RUNS_FACTOR, sampleRecord } from './sample-log.ts';

const numRuns = 300 * RUNS_FACTOR;

/** Bodies as JSON gives them, with keys that sort differently as numbers and as text. */
const bodies = fc.dictionary(
  fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String)),
  fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }),
) as fc.Arbitrary<JsonObject>;

function nested(depth: number): JsonObject {
  let body: JsonObject = {};
  for (let level = 1; level < depth; level += 1) body = { in: body };
  return body;
}

const withBody = (body: JsonObject): AuditRecord => ({ ...sampleRecord(1), body });

test('a line is canonical JSON and reads back as the record that was given', () => {
  const session = makeSessionId(1_700_000_000_000, new Uint8Array(16));
  fc.assert(
    fc.property(bodies, fc.nat(), fc.maxSafeInteger(), fc.constantFrom(null, session), (body, index, at, sessionId) => {
      const line = encodeLine(draftRecord({ kind: 'hook', occurredAtMs: at, sessionId, body }), index, ZERO_HASH);
      assert.equal(line, canonicalJson(JSON.parse(line) as JsonObject));
      const decoded = decodeLine(Buffer.from(line));
      assert.ok(decoded.isRecord);
      assert.deepEqual(decoded.record, {
        index,
        prev: ZERO_HASH,
        hash: hashLine(line),
        kind: 'hook',
        occurredAtMs: at,
        sessionId,
        body: JSON.parse(canonicalJson(body)),
      });
    }),
    { numRuns },
  );
});

test('a line with any one byte changed is no record', () => {
  fc.assert(
    fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, flip) => {
      const bytes = Buffer.from(encodeLine(draftRecord(withBody(body)), 7, ZERO_HASH));
      const position = at % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(position) ^ flip, position);
      assert.equal(decodeLine(bytes).isRecord, false);
    }),
    { numRuns },
  );
});

test('a change of the body after it was given changes nothing', () => {
  const body = { verdict: 'deny' };
  const draft = draftRecord(withBody(body));
  body.verdict = 'allow';
  assert.match(encodeLine(draft, 0, ZERO_HASH), /"verdict":"deny"/);
});

const GOOD = encodeLine(draftRecord(sampleRecord(1)), 1, ZERO_HASH);
const forged = (from: string | RegExp, to: string): Buffer => Buffer.from(GOOD.replace(from, to));

for (const { name, bytes, want } of [
  { name: 'an empty line', bytes: Buffer.alloc(0), want: 'not JSON' },
  { name: 'zeros', bytes: Buffer.alloc(100), want: 'not JSON' },
  { name: 'half a line', bytes: Buffer.from(GOOD.slice(0, GOOD.length / 2)), want: 'not JSON' },
  { name: 'bytes that are no UTF-8', bytes: Buffer.from([0x22, 0xff, 0xfe, 0x22]), want: 'not UTF-8' },
  { name: 'an array', bytes: Buffer.from('[]'), want: 'not a JSON object' },
  { name: 'a later version', bytes: forged('"v":2', '"v":3'), want: 'not of format version 2' },
  { name: 'the version before', bytes: forged('"v":2', '"v":1'), want: 'not of format version 2' },
  { name: 'a field too many', bytes: forged('"v":2', '"v":2,"w":1'), want: /a field is missing/ },
  { name: 'a field too few', bytes: forged(/"crc":"\w+",/, ''), want: /a field is missing/ },
  { name: 'an unknown kind', bytes: forged('decision', 'decree'), want: /a field is missing/ },
  { name: 'a negative index', bytes: forged('"index":1', '"index":-1'), want: /a field is missing/ },
  { name: 'a malformed session', bytes: forged('"session":null', '"session":"../x"'), want: /a field is missing/ },
  { name: 'another index', bytes: forged('"index":1', '"index":2'), want: /changed since/ },
  { name: 'another verdict', bytes: forged('allow', 'deny'), want: /changed since/ },
  { name: 'another checksum', bytes: forged(/"crc":"\w+"/, '"crc":"00000000"'), want: /changed since/ },
  { name: 'a blank', bytes: forged('"v":2', '"v": 2'), want: /changed since/ },
  { name: 'a number spelt otherwise', bytes: forged('"index":1', '"index":1.0'), want: /changed since/ },
  { name: 'a letter spelt as an escape', bytes: forged('allow', '\\u0061llow'), want: /changed since/ },
  { name: 'a key given twice', bytes: forged('"number":1', '"number":2,"number":1'), want: /changed since/ },
  {
    name: 'keys out of order',
    bytes: forged(/"number":1,(.*),"verdict":"allow"/, '"verdict":"allow",$1,"number":1'),
    want: /changed since/,
  },
  { name: 'a lone surrogate', bytes: forged('allow', '\\ud800'), want: /not canonical JSON within/ },
  {
    name: 'arrays without end',
    bytes: forged('"index":1', `"index":${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    want: /a field is missing/,
  },
  {
    name: 'a body nested too deep',
    bytes: forged('"allow"', `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    want: /not canonical JSON within/,
  },
  {
    name: 'a line too long',
    bytes: Buffer.alloc(MAX_RECORD_BYTES, 0x20),
    want: `longer than ${MAX_RECORD_BYTES} bytes`,
  },
]) {
  test(`${name} is no record`, () => {
    const decoded = decodeLine(bytes);
    assert.ok(!decoded.isRecord);
    if (typeof want === 'string') assert.equal(decoded.problem, want);
    else assert.match(decoded.problem, want);
  });
}

const cyclic: { self: JsonObject } = { self: {} };
cyclic.self = cyclic;

for (const { name, body, want } of [
  { name: 'a body too long', body: { text: 'x'.repeat(MAX_BODY_BYTES) }, want: /body of \d+ bytes exceeds \d+ bytes$/ },
  { name: 'a body too long in bytes, not in letters', body: { text: '€'.repeat(MAX_BODY_BYTES / 2) }, want: /exceeds/ },
  { name: 'a body too deep', body: nested(MAX_BODY_DEPTH + 1), want: /nested deeper than 64$/ },
  { name: 'a body that holds itself', body: cyclic, want: /nested deeper than 64$/ },
  { name: 'a lone surrogate', body: { text: '\ud800' }, want: /lone surrogate$/ },
  { name: 'a number that is none', body: { number: Number.NaN }, want: /not finite$/ },
]) {
  test(`${name} is refused as unavailable`, () => {
    assert.throws(
      () => draftRecord(withBody(body)),
      (error) => {
        assert.ok(error instanceof AuditUnavailable);
        assert.match(error.message, want);
        return true;
      },
    );
  });
}

test('the largest body that is taken makes a line that is read', () => {
  const frame = '{"text":""}'.length;
  const session = makeSessionId(8_640_000_000_000_000, new Uint8Array(16).fill(31));
  const body = { text: 'x'.repeat(MAX_BODY_BYTES - frame) };
  const draft = draftRecord({ kind: 'decision', occurredAtMs: Number.MIN_SAFE_INTEGER, sessionId: session, body });
  assert.ok(decodeLine(Buffer.from(encodeLine(draft, Number.MAX_SAFE_INTEGER, ZERO_HASH))).isRecord);
  assert.ok(decodeLine(Buffer.from(encodeLine(draftRecord(withBody(nested(MAX_BODY_DEPTH))), 0, ZERO_HASH))).isRecord);
});

for (const { name, record } of [
  { name: 'a kind that does not exist', record: { ...sampleRecord(1), kind: 'gossip' as 'log' } },
  { name: 'a time that is no whole number', record: { ...sampleRecord(1), occurredAtMs: 0.5 } },
  { name: 'a session id of another shape', record: { ...sampleRecord(1), sessionId: '","kind":"admin' as SessionId } },
]) {
  test(`${name} is the caller's mistake`, () => assert.throws(() => draftRecord(record), TypeError));
}
