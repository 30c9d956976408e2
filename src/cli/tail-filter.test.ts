import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoggedRecord } from '../audit/index.ts';
import type { RecordKind } from '../core/audit.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { foundIn, isWanted, sinceOf } from './tail-filter.ts';
import type { TailFilter } from './tail-filter.ts';
import { compactLine, tailLine } from './tail-line.ts';

const ZERO = '0'.repeat(64) as Sha256;
const SESSION = 'ses_01m80egg019kvr9nhxqxba6y8n' as SessionId;
const NOW_MS = Date.UTC(2026, 10, 22, 10);

function recordOf(kind: RecordKind, body: JsonObject): LoggedRecord {
  return { index: 7, prev: ZERO, hash: ZERO, kind, occurredAtMs: NOW_MS, sessionId: SESSION, body };
}

const DENIED = recordOf('decision', {
  event: 'PreToolUse',
  tool: 'Bash',
  verdict: 'deny',
  ruleId: 'shell/upload',
  summary: 'curl',
  scan: { did: 'recorded', found: { 'secret/github-token': 1 } },
});

for (const { name, filter, want } of [
  { name: 'nothing', filter: {}, want: true },
  { name: 'its session', filter: { session: SESSION }, want: true },
  { name: 'another session', filter: { session: 'ses_1' }, want: false },
  { name: 'one of two kinds', filter: { kind: ['hook', 'decision'] }, want: true },
  { name: 'another kind', filter: { kind: ['hook'] }, want: false },
  { name: 'one of two verdicts', filter: { verdict: ['ask', 'deny'] }, want: true },
  { name: 'its tool in other capitals', filter: { tool: ['bash'] }, want: true },
  { name: 'the start of its tool', filter: { tool: ['Ba'] }, want: false },
  { name: 'its rule', filter: { rule: ['shell/upload'] }, want: true },
  { name: 'the family of its rule', filter: { rule: ['shell/*'] }, want: true },
  { name: 'a family whose name begins alike', filter: { rule: ['she/*'] }, want: false },
  { name: 'any finding', filter: { finding: true }, want: true },
  { name: 'its detector', filter: { finding: ['secret/github-token'] }, want: true },
  { name: 'another detector', filter: { finding: ['pii/*'] }, want: false },
  { name: 'a moment before it', filter: { since: NOW_MS }, want: true },
  { name: 'a moment behind it', filter: { since: NOW_MS + 1 }, want: false },
  { name: 'a text of its line in other capitals', filter: { grep: 'CURL' }, want: true },
  { name: 'a text that its line does not have', filter: { grep: 'wget' }, want: false },
  { name: 'two filters of which one does not fit', filter: { tool: ['Bash'], rule: ['web/*'] }, want: false },
  {
    name: 'many filters that all fit',
    filter: { kind: ['decision'], verdict: ['deny'], tool: ['Bash'], rule: ['shell/*'], finding: true, grep: 'curl' },
    want: true,
  },
] as readonly { name: string; filter: TailFilter; want: boolean }[])
  test(`a record is ${want ? '' : 'not '}shown to who asks for ${name}`, () => {
    assert.equal(
      isWanted(DENIED, filter, () => tailLine(DENIED)),
      want,
    );
  });

for (const { name, record, found } of [
  {
    name: 'a request',
    record: recordOf('model', { content: { masked: { 'secret/a': 1 }, alerts: { 'pii/b': 1 }, texts: { new: 1 } } }),
    found: ['secret/a', 'pii/b'],
  },
  {
    name: 'the words of an answer',
    record: recordOf('model', { findings: [{ detectorId: 'secret/a' }, 1, null] }),
    found: ['secret/a'],
  },
  {
    name: 'a taint',
    record: recordOf('session', { event: 'tainted', detectorId: 'injection/override' }),
    found: ['injection/override'],
  },
  {
    name: 'a discrepancy',
    record: recordOf('finding', { event: 'denied-call-executed' }),
    found: ['denied-call-executed'],
  },
  { name: 'odd fields', record: recordOf('hook', { scan: [], content: 'x', findings: {} }), found: [] },
])
  test(`what was found in ${name} is named`, () => assert.deepEqual(foundIn(record), found));

for (const { text, want } of [
  { text: '90s', want: NOW_MS - 90_000 },
  { text: '15m', want: NOW_MS - 900_000 },
  { text: '2h', want: NOW_MS - 7_200_000 },
  { text: '3d', want: NOW_MS - 259_200_000 },
  { text: '2026-11-22', want: Date.UTC(2026, 10, 22) },
  { text: '2026-11-22T09:30:00Z', want: NOW_MS - 1_800_000 },
  { text: '2026-11-22T09:30:00+01:00', want: NOW_MS - 5_400_000 },
])
  test(`since ${text} is a moment`, () => assert.equal(sinceOf(text, NOW_MS), want));

for (const text of ['', 'yesterday', '5', '-5m', '2026-13-01', '2026-11-22 09:30', '1e3s'])
  test(`since \`${text}\` is none`, () => assert.throws(() => sinceOf(text, NOW_MS), /is wanted/));

test('no line holds what moves a cursor, turns the direction of writing or begins another line', () => {
  const hostile = 'a\u001b[2Jb\u202ec\u2028d\ne\r\u0007';
  const record = recordOf('decision', {
    event: hostile,
    tool: hostile,
    summary: hostile,
    scan: { did: hostile, found: { [hostile]: 1 } },
  });
  for (const line of [tailLine(record), compactLine(record)])
    assert.ok(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line), line);
});
