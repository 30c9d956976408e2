import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditUnavailable } from '../core/error.ts';
import type { AuditRecord, AuditSink } from '../core/audit.ts';
import { makeSessionId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { sessionActivity } from './session-activity.ts';

const ID = makeSessionId(1, Buffer.alloc(16));
const OTHER = makeSessionId(2, Buffer.alloc(16, 1));
const MINUTE_MS = 60_000;

type Step = readonly [kind: AuditRecord['kind'], body: JsonObject] | number;

const allowed = (toolUseId: string, verdict = 'allow'): Step => [
  'decision',
  { event: 'PreToolUse', toolUseId, verdict, inputSha256: `input of ${toolUseId}` },
];
const hook = (event: string, more: JsonObject = {}): Step => ['hook', { event, ...more }];

/** Plays records and minutes that pass, and gives the rest in minutes. Records are numbered from 0. */
async function restAfter(steps: readonly Step[]): Promise<number> {
  let nowMs = 1_000;
  let index = 0;
  const activity = sessionActivity(() => nowMs);
  const sink = activity.watch({
    append: () => Promise.resolve({ index: index++, hash: '0'.repeat(64) as Sha256 }),
  } satisfies AuditSink);
  for (const step of steps) {
    if (typeof step === 'number') nowMs += step * MINUTE_MS;
    else await sink.append({ kind: step[0], occurredAtMs: nowMs, sessionId: ID, body: step[1] });
  }
  return activity.restMs(ID) / MINUTE_MS;
}

for (const { name, steps, want } of [
  { name: 'nothing was seen: it counts from the start of the daemon', steps: [40], want: 40 },
  { name: 'it counts from the opening', steps: [10, ['session', { event: 'opened' }], 3], want: 3 },
  { name: 'its documents are nobody’s doing', steps: [['session', { event: 'documents' }], 3], want: 3 },
  { name: 'a taint is nobody’s doing', steps: [5, ['session', { event: 'tainted' }], 3], want: 8 },
  { name: 'what is found of it later is nobody’s doing', steps: [5, ['finding', { event: 'x' }], 3], want: 8 },
  { name: 'a prompt ends the rest', steps: [10, hook('UserPromptSubmit'), 3], want: 3 },
  { name: 'a denied call ends the rest, and runs nothing', steps: [10, allowed('t', 'deny'), 3], want: 3 },
  { name: 'a tool that runs is no rest', steps: [allowed('t'), 40], want: 0 },
  { name: 'nor one whose input was changed', steps: [allowed('t', 'rewrite'), 40], want: 0 },
  {
    name: 'a tool that has run leaves rest',
    steps: [allowed('t'), 40, hook('PostToolUse', { toolUseId: 't' }), 2],
    want: 2,
  },
  {
    name: 'so does one that failed',
    steps: [allowed('t'), hook('PostToolUseFailure', { toolUseId: 't' }), 2],
    want: 2,
  },
  {
    name: 'one of two goes on',
    steps: [allowed('t'), allowed('u'), hook('PostToolUse', { toolUseId: 't' }), 40],
    want: 0,
  },
  { name: 'a question to a person is rest', steps: [allowed('t', 'ask'), 40], want: 40 },
  {
    name: 'so is one that the client asks of itself',
    steps: [
      allowed('t'),
      ['decision', { event: 'PermissionRequest', verdict: 'allow', inputSha256: 'input of t' }],
      40,
    ],
    want: 40,
  },
  { name: 'the end of a turn is the end of its tools', steps: [allowed('t'), 1, hook('Stop'), 40], want: 40 },
  { name: 'the end of one agent among several is not', steps: [allowed('t'), 1, hook('SubagentStop'), 40], want: 0 },
  {
    name: 'a session that ended while the answer was written runs nothing',
    steps: [allowed('t'), allowed('t', 'deny'), 9],
    want: 9,
  },
  {
    name: 'a call that was broken off is known by the next request',
    steps: [
      allowed('t'),
      40,
      ['model', { event: 'request', results: { ok: [], error: ['t'] } }],
      ['model', { event: 'response', requestIndex: 1 }],
      2,
    ],
    want: 2,
  },
  { name: 'a model that answers is no rest', steps: [['model', { event: 'request' }], 40], want: 0 },
  {
    name: 'a model that has answered leaves rest',
    steps: [['model', { event: 'request' }], 40, ['model', { event: 'response', requestIndex: 0 }], 2],
    want: 2,
  },
  {
    name: 'an answer to another request does not end the wait',
    steps: [['model', { event: 'request' }], ['model', { event: 'response', requestIndex: 7 }], 40],
    want: 0,
  },
  { name: 'a request that is refused waits for nothing', steps: [['model', { event: 'refused' }], 40], want: 40 },
  {
    name: 'results of another shape close nothing',
    steps: [allowed('t'), ['model', { event: 'canary-issued', results: 'odd' }], 40],
    want: 0,
  },
] as readonly { name: string; steps: readonly Step[]; want: number }[]) {
  test(`how long a session rests: ${name}`, async () => assert.equal(await restAfter(steps), want));
}

test('a session rests by itself, whatever others do', async () => {
  let nowMs = 0;
  const activity = sessionActivity(() => nowMs);
  const sink = activity.watch({ append: () => Promise.resolve({ index: 0, hash: '0' as Sha256 }) });
  nowMs = 5;
  await sink.append({ kind: 'hook', occurredAtMs: 0, sessionId: OTHER, body: { event: 'UserPromptSubmit' } });
  nowMs = 7;
  assert.deepEqual([activity.restMs(ID), activity.restMs(OTHER)], [7, 2]);
  activity.forget(OTHER);
  assert.equal(activity.restMs(OTHER), 7);
});

test('what happened counts also where its record could not be written', async () => {
  let nowMs = 0;
  const activity = sessionActivity(() => nowMs);
  const sink = activity.watch({ append: () => Promise.reject(new AuditUnavailable('disk is full')) });
  nowMs = 5;
  const prompt = { kind: 'hook', occurredAtMs: 0, sessionId: ID, body: { event: 'UserPromptSubmit' } } as const;
  await assert.rejects(sink.append(prompt), { code: 'AUDIT_UNAVAILABLE' });
  await assert.rejects(sink.append({ ...prompt, kind: 'model', body: { event: 'request' } }));
  nowMs = 9;
  assert.equal(activity.restMs(ID), 4, 'a request that never went up is waited for by nobody');
});

test('a client that begins calls without end is remembered by the newest', async () => {
  let nowMs = 0;
  const activity = sessionActivity(() => nowMs);
  const sink = activity.watch({ append: () => Promise.resolve({ index: 0, hash: '0' as Sha256 }) });
  const note = async (event: string, nth: number): Promise<void> => {
    const body = { event, toolUseId: `t${nth}`, verdict: 'allow', inputSha256: null };
    await sink.append({ kind: 'decision', occurredAtMs: 0, sessionId: ID, body });
  };
  for (let nth = 0; nth < 300; nth += 1) await note('PreToolUse', nth);
  for (let nth = 44; nth < 300; nth += 1) await note('PostToolUse', nth);
  nowMs = 9;
  assert.equal(activity.restMs(ID), 9);
});
