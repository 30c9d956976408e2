import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { RECORD_KINDS } from '../core/audit.ts';
import type { JsonObject } from '../core/json.ts';
import { anyRecord } from '../../test/record-arbitrary.ts';
import { RECORDED } from '../../test/recorded-shapes.ts';
import { eventTable } from './event-table.ts';
import { recordJsonSchema } from './json-schema.ts';
import { checkRecord, RECORD_BODIES } from './record-bodies.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('records that the program left are all known', () => {
  const unknown = RECORDED.map(checkRecord).flatMap((checked) => (checked.isKnown ? [] : [checked.problem]));
  assert.deepEqual(unknown, []);
  assert.ok(RECORDED.length >= 100);
});

test('every record made from the schema is known by its kind and event', () => {
  fc.assert(
    fc.property(anyRecord(), (record) => {
      const checked = checkRecord(record);
      assert.ok(checked.isKnown, checked.isKnown ? '' : checked.problem);
      assert.equal(checked.shape.kind, record.kind);
    }),
    { numRuns: 300 },
  );
});

test('no record keeps a field that nobody wrote down', () => {
  for (const record of RECORDED) {
    const checked = checkRecord({ ...record, body: { ...record.body, prompt: 'secret words' } });
    assert.equal(checked.isKnown, false, JSON.stringify(record.body['event']));
    assert.ok(!checked.isKnown && !checked.problem.includes('secret words'));
  }
});

const COMMAND = RECORDED.find(({ body }) => body['event'] === 'PreToolUse' && body['kind'] === 'command');

for (const { name, change, want } of [
  {
    name: 'a verdict that is none',
    change: { verdict: 'maybe' },
    want: /^decision PreToolUse: verdict: invalid_value$/,
  },
  { name: 'a digest in upper case', change: { eventSha256: 'A'.repeat(64) }, want: /: eventSha256: invalid_format$/ },
  { name: 'a text beyond its length', change: { cwd: 'x'.repeat(1025) }, want: /: cwd: too_big$/ },
  {
    name: 'an event that is none',
    change: { event: 'Pre Tool' },
    want: /^a record of kind decision has an event that is not known$/,
  },
  { name: 'no event', change: { event: 7 }, want: /^a record of kind decision has no event$/ },
  { name: 'a negative size', change: { bytes: -1 }, want: /: bytes: too_small$/ },
  {
    name: 'a field of an object of an object',
    change: { scan: { embedded: 'failed', did: 'refused', why: 'x' } },
    want: /: scan: /,
  },
] satisfies readonly { name: string; change: JsonObject; want: RegExp }[]) {
  test(`what differs is named without its value: ${name}`, () => {
    assert.ok(COMMAND !== undefined);
    const checked = checkRecord({ ...COMMAND, body: { ...COMMAND.body, ...change } });
    assert.match(checked.isKnown ? '' : checked.problem, want);
  });
}

test('an event of the client that happens to be called as one of ours is known', () => {
  const [seen] = RECORDED.filter(({ kind, body }) => kind === 'hook' && body['event'] === 'Notification');
  assert.ok(seen !== undefined);
  assert.ok(checkRecord({ ...seen, body: { ...seen.body, event: 'unreadable' } }).isKnown);
});

test('each event stands once, and each kind that is written has one', () => {
  const names = RECORD_BODIES.map(({ kind, event }) => `${kind} ${event}`);
  assert.deepEqual(names, [...new Set(names)]);
  const kinds = new Set(RECORD_BODIES.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), [...RECORD_KINDS].sort());
});

test('the published schema is the one that records are checked with; else run `node scripts/schema.ts`', () => {
  assert.deepEqual(JSON.parse(read('schema/audit-record.json')), recordJsonSchema());
});

test('the specification lists every event; else run `node scripts/schema.ts`', () => {
  assert.ok(read('spec/audit-record.md').includes(`<!-- events -->\n\n${eventTable()}\n<!-- /events -->`));
});
