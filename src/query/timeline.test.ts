import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LoggedRecord } from '../audit/index.ts';
import { RECORD_KINDS } from '../core/audit.ts';
import type { RecordKind } from '../core/audit.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { SAMPLE_SESSION } from './sample-lines.ts';
import { timeline } from './timeline.ts';
import type { CallEntry, TimelineEntry } from './timeline-entry.ts';

type Written = readonly [kind: RecordKind, body: JsonObject];

function recordOf([kind, body]: Written, index: number): LoggedRecord {
  const zero = '0'.repeat(64) as Sha256;
  return {
    index,
    prev: zero,
    hash: zero,
    kind,
    occurredAtMs: 1_000 * index,
    sessionId: SAMPLE_SESSION as SessionId,
    body,
  };
}

/** All entries, each as it was last known, in the order of their beginning. */
function told(records: readonly Written[]): readonly TimelineEntry[] {
  const story = timeline();
  const entries = new Map<number, TimelineEntry>();
  for (const [nth, record] of records.entries())
    for (const entry of story.add(recordOf(record, nth))) entries.set(entry.id, entry);
  for (const entry of story.rest()) entries.set(entry.id, entry);
  return [...entries.values()].sort((one, other) => one.id - other.id);
}

function callOf(records: readonly Written[]): CallEntry {
  const calls = told(records).flatMap((entry) => (entry.kind === 'call' ? [entry] : []));
  assert.equal(calls.length, 1);
  return calls[0] as CallEntry;
}

const ASKED: Written = [
  'model',
  {
    event: 'tool_use',
    toolUseId: 't1',
    name: 'Bash',
    verdict: 'allow',
    ruleId: 'dev/git',
    inputSha256: 'd',
    requestIndex: 0,
  },
];
const ALLOWED: Written = [
  'decision',
  {
    event: 'PreToolUse',
    toolUseId: 't1',
    tool: 'Bash',
    verdict: 'allow',
    ruleId: 'dev/git',
    inputSha256: 'd',
    summary: 'git',
  },
];
const DENIED: Written = [
  'decision',
  { event: 'PreToolUse', toolUseId: 't1', tool: 'Bash', verdict: 'deny', ruleId: 'shell/upload', summary: 'curl' },
];
const ASK: Written = [
  'decision',
  {
    event: 'PreToolUse',
    toolUseId: 't1',
    tool: 'Bash',
    verdict: 'ask',
    ruleId: 'git/remote',
    inputSha256: 'd',
    summary: 'git',
  },
];
const PERMISSION: Written = [
  'decision',
  { event: 'PermissionRequest', tool: 'Bash', verdict: 'ask', ruleId: 'git/remote', inputSha256: 'd' },
];
const RAN: Written = [
  'hook',
  { event: 'PostToolUse', toolUseId: 't1', tool: 'Bash', durationMs: 12, toolResponseLength: 5 },
];
const FAILED: Written = [
  'hook',
  { event: 'PostToolUseFailure', toolUseId: 't1', tool: 'Bash', durationMs: 12, errorLength: 9 },
];
const REFUSED: Written = ['hook', { event: 'PermissionDenied', toolUseId: 't1', tool: 'Bash' }];
const STOP: Written = ['hook', { event: 'Stop' }];

for (const { name, records, asked, decided, permission, outcome, undecided } of [
  {
    name: 'a call that all layers saw',
    records: [ASKED, ALLOWED, RAN],
    asked: 'allow',
    decided: 'allow',
    outcome: 'ok',
  },
  {
    name: 'a call that failed',
    records: [ASKED, ALLOWED, FAILED],
    asked: 'allow',
    decided: 'allow',
    outcome: 'failed',
  },
  { name: 'a denied call', records: [ASKED, DENIED, STOP], asked: 'allow', decided: 'deny', outcome: null },
  {
    name: 'a denied call that ran all the same',
    records: [ASKED, DENIED, RAN],
    asked: 'allow',
    decided: 'deny',
    outcome: 'ok',
  },
  { name: 'a call that ran and nobody decided', records: [ASKED, RAN], asked: 'allow', decided: null, outcome: 'ok' },
  { name: 'a call that the gateway never saw', records: [ALLOWED, RAN], asked: null, decided: 'allow', outcome: 'ok' },
  {
    name: 'a call whose result never came',
    records: [ASKED, ALLOWED, STOP],
    asked: 'allow',
    decided: 'allow',
    outcome: null,
  },
  {
    name: 'a call whose result came after the turn',
    records: [ASKED, ALLOWED, STOP, RAN],
    asked: 'allow',
    decided: 'allow',
    outcome: 'ok',
  },
  {
    name: 'a call that a person allowed',
    records: [ASKED, ASK, PERMISSION, RAN],
    asked: 'allow',
    decided: 'ask',
    permission: 'ask',
    outcome: 'ok',
  },
  {
    name: 'a call that a person refused',
    records: [ASKED, ASK, PERMISSION, REFUSED],
    asked: 'allow',
    decided: 'ask',
    permission: 'ask',
    outcome: 'refused-by-person',
  },
  {
    name: 'a call whose result went up undecided',
    records: [ASKED, ['model', { event: 'undecided-result', toolUseId: 't1' }]],
    asked: 'allow',
    decided: null,
    outcome: null,
    undecided: 'ran',
  },
  {
    name: 'a call that failed before any hook',
    records: [ASKED, ['model', { event: 'undecided-error', toolUseId: 't1' }]],
    asked: 'allow',
    decided: null,
    outcome: null,
    undecided: 'failed',
  },
] as readonly {
  name: string;
  records: readonly Written[];
  asked: string | null;
  decided: string | null;
  permission?: string;
  outcome: string | null;
  undecided?: string;
}[])
  test(`${name} is one entry that says so`, () => {
    const call = callOf(records);
    assert.deepEqual(
      [
        call.asked?.verdict ?? null,
        call.decided?.verdict ?? null,
        call.permission?.verdict ?? null,
        call.result?.outcome ?? null,
        call.undecided,
      ],
      [asked, decided, permission ?? null, outcome, undecided ?? null],
    );
  });

test('a request and its answer are one entry, with what was masked and what was found in the answer', () => {
  const [entry] = told([
    ['model', { event: 'request', model: 'm', content: { masked: { 'secret/x': 2 }, texts: { new: 1, known: 0 } } }],
    [
      'model',
      { event: 'reply-finding', requestIndex: 0, findings: [{ detectorId: 'secret/x', count: 1, fate: 'alerted' }] },
    ],
    [
      'model',
      {
        event: 'response',
        requestIndex: 0,
        ended: 'complete',
        stopReason: 'end_turn',
        durationMs: 5,
        usage: { input_tokens: 7 },
      },
    ],
  ]);
  assert.ok(entry?.kind === 'model');
  assert.deepEqual(
    [entry.looked, entry.replyFound, entry.reply?.stopReason, entry.reply?.inputTokens],
    [[{ did: 'masked', found: [['secret/x', 2]] }], [['secret/x', 1]], 'end_turn', 7],
  );
});

for (const { name, records, answer } of [
  {
    name: 'answered by the guard',
    records: [
      ['decision', { event: 'PreToolUse', toolUseId: 'toolu_sallyport_1', verdict: 'deny', ruleId: 'liveness/canary' }],
    ],
    answer: 'proven',
  },
  {
    name: 'not answered',
    records: [['model', { event: 'canary-unanswered', toolUseId: 'toolu_sallyport_1' }]],
    answer: 'unanswered',
  },
  { name: 'never heard of again', records: [], answer: null },
] as readonly { name: string; records: readonly Written[]; answer: string | null }[])
  test(`a liveness check that is ${name} says so`, () => {
    const entries = told([['model', { event: 'canary-issued', toolUseId: 'toolu_sallyport_1' }], ...records]);
    assert.deepEqual(
      entries.map((entry) => (entry.kind === 'liveness' ? entry.answer : entry.kind)),
      [answer],
    );
  });

test('a connection that a process held, and one that the proxy refused, are told as what they are', () => {
  const entries = told([
    ['egress', { event: 'connection', seenBy: 'proc', pid: 7, remote: '192.0.2.1 443', to: 'unexplained' }],
    ['egress', {}],
    ['model', { event: 'refused', why: 'proxy-host', path: 'evil.example:443' }],
    ['model', { event: 'refused', why: 'session-ended', path: '/v1/messages' }],
  ]);
  assert.deepEqual(
    entries,
    [
      { kind: 'connection', remote: '192.0.2.1 443', destination: 'unexplained', pid: 7, seenBy: 'proc' },
      { kind: 'connection', remote: null, destination: null, pid: null, seenBy: null },
      { kind: 'egress', verdict: 'deny', host: 'evil.example:443', ruleId: 'proxy-host' },
      { kind: 'refused', why: 'session-ended', path: '/v1/messages' },
    ].map((entry, id) => ({ id, atMs: 1_000 * id, turn: 0, ...entry })),
  );
});

test('prompts count the turns, and what still waits is told in front of the next prompt', () => {
  const story = timeline();
  const prompt: Written = ['hook', { event: 'UserPromptSubmit', promptLength: 3 }];
  const kinds = [prompt, ASKED, ALLOWED, prompt].map((record, nth) =>
    story.add(recordOf(record, nth)).map(({ kind, turn }) => `${kind} ${turn}`),
  );
  assert.deepEqual(kinds, [['prompt 1'], [], [], ['call 1', 'prompt 2']]);
});

test('records of any kind and shape make entries, and nothing throws', () => {
  const words = fc.constantFrom(
    'request',
    'response',
    'tool_use',
    'PreToolUse',
    'PostToolUse',
    'UserPromptSubmit',
    'Stop',
    'tainted',
    'ended',
    'undecided-result',
    'canary-issued',
    'x',
    '__proto__',
  );
  const body = fc.dictionary(
    fc.constantFrom('event', 'toolUseId', 'requestIndex', 'scan', 'content', 'usage', 'verdict', 'findings', 'about'),
    fc.oneof(
      words,
      fc.nat(5),
      fc.constant(null),
      fc.dictionary(words, fc.nat(3)),
      fc.array(fc.dictionary(words, words)),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...RECORD_KINDS), body)), (records) => {
      const entries = told(records);
      assert.ok(entries.every(({ id }) => id < records.length));
    }),
  );
});

test('a call is told as soon as nothing more is to come, and again where something came', () => {
  const story = timeline();
  const counts = [ASKED, DENIED, RAN].map((record, nth) => story.add(recordOf(record, nth)).length);
  assert.deepEqual(counts, [0, 1, 1]);
  assert.deepEqual(story.rest(), []);
});
