import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { LogBehind } from '../core/error.ts';
import { ruleId } from '../core/ids.ts';
import { canonicalJson, isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { answerEvent } from './answer-event.ts';
import type { Answer } from './answer.ts';
import { DECIDE_TIMEOUT_MS } from './limits.ts';
import {
  bashBytes,
  eventBytes,
  fullDisk,
  OTHER_SESSION,
  SAMPLE_CANARY,
  SAMPLE_SESSION,
  scriptedPorts,
} from './scripted-ports.ts';
import type { Script, ScriptedPorts } from './scripted-ports.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The client's view of an answer: the decision it reads from it, and the words. */
function seen(answer: Answer): string {
  if (answer.exit === 2) return `exit 2: ${answer.payload}`;
  if (answer.payload === '') return 'no opinion';
  const value = JSON.parse(answer.payload) as JsonObject;
  const output = isJsonObject(value['hookSpecificOutput']) ? value['hookSpecificOutput'] : {};
  const permission = isJsonObject(output['decision']) ? output['decision'] : {};
  const verdict = output['permissionDecision'] ?? permission['behavior'] ?? value['decision'] ?? 'none';
  const words = output['permissionDecisionReason'] ?? permission['message'] ?? value['reason'] ?? value['stopReason'];
  return `${value['continue'] === false ? 'end, ' : ''}${wordOf(verdict)}: ${wordOf(words)}`;
}

function wordOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const DOCTOR = 'Do not try another way; ask the user to run "sallyport doctor".';
const refused = (why: string): string => `Sallyport refused this call because ${why}. ${DOCTOR}`;
const ask = { verdict: 'ask', ruleId: ruleId('test/ask'), reason: 'Sure?' } as const;
const deny = { verdict: 'deny', ruleId: ruleId('test/deny'), reason: 'No.' } as const;
const rewrite = {
  verdict: 'rewrite',
  ruleId: ruleId('test/rewrite'),
  reason: 'Other.',
  input: { command: 'ls' },
} as const;
const DENIED = 'Denied by policy (rule test/deny): No. Do not try another way; ask the user if this is needed.';
const late = {
  clock: (() => {
    let now = 0;
    return () => (now += DECIDE_TIMEOUT_MS);
  })(),
};

const call = bashBytes('git log | /usr/bin/grep x');
const canary = bashBytes(`sallyport-canary ${SAMPLE_CANARY}`, { tool_use_id: SAMPLE_CANARY });
const permission = eventBytes('PermissionRequest', {
  tool_name: 'Bash',
  tool_input: { command: 'ls' },
  permission_suggestions: [],
});
const prompt = eventBytes('UserPromptSubmit', { prompt: 'do it' });

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  readonly script?: Script;
  readonly session?: string;
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: 'an allowed call is allowed', bytes: call, want: 'allow: Allowed by policy (rule test/allow).' },
  {
    name: 'an asked call is asked',
    bytes: call,
    script: { decision: ask },
    want: 'ask: Asked by policy (rule test/ask): Sure?',
  },
  { name: 'a denied call is denied', bytes: call, script: { decision: deny }, want: `deny: ${DENIED}` },
  {
    name: 'a rewritten call is allowed as rewritten',
    bytes: call,
    script: { decision: rewrite },
    want: 'allow: Changed by policy (rule test/rewrite): Other.',
  },

  {
    name: 'a decision that throws is a denial',
    bytes: call,
    script: { decision: new Error('secret') },
    want: 'deny: Denied by policy (rule guard/failed-decision): The policy could not be applied to this call. Do not try another way; ask the user if this is needed.',
  },
  {
    name: 'a call that cannot be recorded is denied',
    bytes: call,
    script: { append: fullDisk },
    want: `deny: ${refused('the audit log cannot be written')}`,
  },
  {
    name: 'a call that a required sink is too far behind for is denied, and the reason names the sink',
    bytes: call,
    script: { append: () => Promise.reject(new LogBehind('sink `archive` is 9 records behind')) },
    want: `deny: ${refused('sink `archive` is 9 records behind')}`,
  },
  {
    name: 'a denial that cannot be recorded is a denial',
    bytes: call,
    script: { append: fullDisk, decision: deny },
    want: `deny: ${refused('the audit log cannot be written')}`,
  },
  {
    name: 'a decision that takes too long is a denial',
    bytes: call,
    script: late,
    want: `deny: ${refused('the guard took too long')}`,
  },
  {
    name: 'a call of an unknown session is denied',
    bytes: call,
    session: OTHER_SESSION,
    want: `deny: ${refused('its session is not known to the guard')}`,
  },
  {
    name: 'a call of no session is denied',
    bytes: call,
    session: 'ses_x',
    want: `deny: ${refused('its session is not known to the guard')}`,
  },
  {
    name: 'a call of an ended session is denied and ends the turn',
    bytes: call,
    script: { endedReason: 'Time is up.' },
    want: 'end, deny: Time is up.',
  },
  {
    name: 'an input without a UTF-8 form is denied',
    bytes: bashBytes('echo \ud800'),
    want: 'deny: Denied by policy (rule guard/unreadable-input): The input of this call holds text that has no UTF-8 form. Do not try another way; ask the user if this is needed.',
  },
  {
    name: 'bytes that are no event are refused',
    bytes: Buffer.from('{'),
    want: `exit 2: ${refused('its event is not JSON')}`,
  },
  {
    name: 'bytes that cannot be recorded are refused',
    bytes: Buffer.from('{'),
    script: { append: fullDisk },
    want: `exit 2: ${refused('the audit log cannot be written')}`,
  },

  {
    name: 'a canary is denied in words that send nobody to the user',
    bytes: canary,
    script: { decision: { ...deny, reason: 'Sallyport check.' } },
    want: 'deny: Sallyport check.',
  },
  {
    name: 'a canary that a policy would allow is denied',
    bytes: canary,
    want: 'deny: This call shows that the guard is watching. Nothing is wrong, go on.',
  },
  {
    name: "a canary under another call's id is nobody's",
    bytes: bashBytes(`sallyport-canary ${SAMPLE_CANARY}`),
    want: 'deny: Denied by policy (rule guard/unknown-canary): Nobody issued this liveness check. Do not try another way; ask the user if this is needed.',
  },
  {
    name: 'a canary that nobody issued is denied',
    bytes: bashBytes('sallyport-canary toolu_x', { tool_use_id: 'toolu_x' }),
    want: 'deny: Denied by policy (rule guard/unknown-canary): Nobody issued this liveness check. Do not try another way; ask the user if this is needed.',
  },

  { name: "a permission that the policy allows is the person's", bytes: permission, want: 'no opinion' },
  {
    name: "a permission that the policy asks for is the person's",
    bytes: permission,
    script: { decision: ask },
    want: 'no opinion',
  },
  {
    name: 'a permission that the policy denies is denied',
    bytes: permission,
    script: { decision: deny },
    want: `deny: ${DENIED}`,
  },
  {
    name: 'a permission of an unknown session is denied',
    bytes: permission,
    session: OTHER_SESSION,
    want: `deny: ${refused('its session is not known to the guard')}`,
  },
  {
    name: 'a permission of an ended session is denied',
    bytes: permission,
    script: { endedReason: 'Over.' },
    want: 'deny: Over.',
  },
  {
    name: 'a permission that cannot be recorded is denied',
    bytes: permission,
    script: { append: fullDisk },
    want: `deny: ${refused('the audit log cannot be written')}`,
  },

  { name: 'a prompt passes', bytes: prompt, want: 'no opinion' },
  {
    name: 'a prompt of an ended session is blocked',
    bytes: prompt,
    script: { endedReason: 'Over.' },
    want: 'end, block: Over.',
  },
  {
    name: 'a prompt of an unknown session is blocked',
    bytes: prompt,
    session: OTHER_SESSION,
    want: `block: ${refused('its session is not known to the guard')}`,
  },
  {
    name: 'a prompt that cannot be recorded is blocked',
    bytes: prompt,
    script: { append: fullDisk },
    want: `block: ${refused('the audit log cannot be written')}`,
  },

  {
    name: 'what was done is noted',
    bytes: eventBytes('PostToolUse', { tool_name: 'Bash', tool_response: 'x' }),
    want: 'no opinion',
  },
  {
    name: 'what was done is noted in an ended session',
    bytes: eventBytes('PostToolUse', { tool_name: 'Bash' }),
    script: { endedReason: 'Over.' },
    want: 'no opinion',
  },
  { name: 'the end of a session is noted', bytes: eventBytes('SessionEnd', { reason: 'other' }), want: 'no opinion' },
  { name: 'an event of a later client is noted', bytes: eventBytes('Dreamt'), want: 'no opinion' },
  {
    name: 'an event of a later client about a tool is refused',
    bytes: eventBytes('BeforeTool', { tool_name: 'Bash' }),
    want: `exit 2: ${refused('the guard does not know this kind of event')}`,
  },
  {
    name: 'an event that cannot be recorded is refused',
    bytes: eventBytes('PostToolUse', { tool_name: 'Bash' }),
    script: { append: fullDisk },
    want: `exit 2: ${refused('the audit log cannot be written')}`,
  },
  {
    name: 'a stop that cannot be recorded stops',
    bytes: eventBytes('Stop'),
    script: { append: fullDisk },
    want: `end, none: ${refused('the audit log cannot be written')}`,
  },
];

for (const { name, bytes, script = {}, session = SAMPLE_SESSION, want } of cases) {
  test(name, async () => {
    const ports = scriptedPorts(script);
    assert.equal(seen(await answerEvent(ports, session, bytes)), want);
    assert.equal(ports.records.length, script.append === undefined ? 1 : 0);
  });
}

function lastBody(ports: ScriptedPorts): JsonObject {
  return ports.records.at(-1)?.body ?? {};
}

test('the record of a call says who, what and under which policy, without its content', async () => {
  const ports = scriptedPorts({ decision: deny });
  await answerEvent(
    ports,
    SAMPLE_SESSION,
    bashBytes('git log | /usr/bin/grep hunter2', { agent_id: 'a1', prompt_id: 'p1' }),
  );
  const { eventSha256, bytes, ...body } = lastBody(ports);
  assert.match(JSON.stringify(eventSha256), /^"[0-9a-f]{64}"$/);
  assert.equal(typeof bytes, 'number');
  assert.deepEqual(body, {
    event: 'PreToolUse',
    clientSessionId: '25b8c291-a230-49af-982d-b98a17a4e940',
    promptId: 'p1',
    agentId: 'a1',
    permissionMode: 'default',
    cwd: '/workspace',
    tool: 'Bash',
    toolUseId: 'toolu_1',
    verdict: 'deny',
    ruleId: 'test/deny',
    bundle: 'bundle',
    inputSha256: sha256(canonicalJson({ command: 'git log | /usr/bin/grep hunter2' })),
    kind: 'command',
    summary: 'git, grep',
    sealed: null,
    unsealed: 'policy',
  });
  assert.equal(ports.records[0]?.kind, 'decision');
  assert.equal(ports.records[0]?.sessionId, SAMPLE_SESSION);
  assert.deepEqual(ports.decided[0]?.scene, { workspace: '/workspace', homeDir: '/home/dev' });
});

test('no record holds what was said, read or printed', async () => {
  const secret = 'hunter2-in-plain-sight';
  const ports = scriptedPorts();
  for (const bytes of [
    bashBytes(`echo ${secret}`),
    eventBytes('PreToolUse', { tool_name: 'Write', tool_input: { file_path: '/a', content: secret } }),
    eventBytes('PreToolUse', { tool_name: 'WebFetch', tool_input: { url: `https://u:${secret}@x.example/${secret}` } }),
    eventBytes('UserPromptSubmit', { prompt: secret }),
    eventBytes('PostToolUse', {
      tool_name: 'Bash',
      tool_input: { command: secret },
      tool_response: { stdout: secret },
    }),
    eventBytes('PostToolUseFailure', { tool_name: 'Bash', error: secret }),
    eventBytes('PostToolBatch', { tool_calls: [{ tool_use_id: 'toolu_1', tool_response: secret }] }),
    eventBytes('PermissionDenied', { tool_name: 'Bash', reason: secret }),
    eventBytes('Notification', { message: secret }),
    eventBytes('Stop', { last_assistant_message: secret }),
    Buffer.from(`{"${secret}`),
  ]) {
    await answerEvent(ports, SAMPLE_SESSION, bytes);
  }
  assert.equal(ports.records.length, 11);
  assert.ok(!JSON.stringify(ports.records).includes(secret));
  assert.deepEqual(ports.errors, []);
});

test('what ran and what a rewrite lets run are recorded by digests that compare', async () => {
  const ports = scriptedPorts({ decision: rewrite });
  const input = { command: 'ls', description: 'as it was' };
  await answerEvent(ports, SAMPLE_SESSION, eventBytes('PreToolUse', { tool_name: 'Bash', tool_input: input }));
  assert.equal(lastBody(ports)['inputSha256'], sha256(canonicalJson(input)));
  assert.equal(lastBody(ports)['rewrittenSha256'], sha256(canonicalJson(rewrite.input)));
  const ran = { tool_name: 'Bash', tool_input: rewrite.input, tool_response: 'x' };
  await answerEvent(ports, SAMPLE_SESSION, eventBytes('PostToolUse', ran));
  assert.equal(lastBody(ports)['inputSha256'], sha256(canonicalJson(rewrite.input)));
});

test('a prompt is recorded by its digest and length', async () => {
  const ports = scriptedPorts();
  await answerEvent(ports, SAMPLE_SESSION, prompt);
  assert.equal(lastBody(ports)['promptSha256'], sha256('do it'));
  assert.equal(lastBody(ports)['promptLength'], 5);
});

test('an event of a session that nobody opened is recorded without one', async () => {
  const ports = scriptedPorts();
  await answerEvent(ports, OTHER_SESSION, call);
  assert.equal(ports.records[0]?.sessionId, null);
  assert.equal(lastBody(ports)['unknownSession'], OTHER_SESSION);
  assert.equal(lastBody(ports)['ruleId'], 'guard/unknown-session');
  assert.deepEqual(ports.decided, []);
});

test('an answer waits until its record is durable', async () => {
  const durable = Promise.withResolvers<void>();
  const ports = scriptedPorts({ append: () => durable.promise });
  let answer: Answer | null = null;
  const asked = answerEvent(ports, SAMPLE_SESSION, call).then((given) => (answer = given));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answer, null);
  durable.resolve();
  assert.equal(seen(await asked), 'allow: Allowed by policy (rule test/allow).');
});

test('a canary counts as answered only once its denial is durable', async () => {
  const durable = Promise.withResolvers<void>();
  const ports = scriptedPorts({ decision: deny, append: () => durable.promise });
  const asked = answerEvent(ports, SAMPLE_SESSION, canary);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ports.confirmed, []);
  durable.resolve();
  await asked;
  assert.deepEqual(ports.confirmed, [`${SAMPLE_SESSION} 25b8c291-a230-49af-982d-b98a17a4e940 ${SAMPLE_CANARY}`]);
});

for (const { name, bytes, script } of [
  {
    name: 'a canary whose denial is not recorded is not answered',
    bytes: canary,
    script: { decision: deny, append: fullDisk },
  },
  {
    name: 'a canary of an ended session is not answered',
    bytes: canary,
    script: { decision: deny, endedReason: 'Over.' },
  },
  {
    name: 'a canary that nobody issued is not answered',
    bytes: bashBytes('sallyport-canary toolu_x', { tool_use_id: 'toolu_x' }),
    script: {},
  },
  { name: 'a canary without a decision is not answered', bytes: canary, script: { decision: new Error('no table') } },
]) {
  test(name, async () => {
    const ports = scriptedPorts(script);
    await answerEvent(ports, SAMPLE_SESSION, bytes);
    assert.deepEqual(ports.confirmed, []);
  });
}

test('a call counts as decided only once its record is durable', async () => {
  const durable = Promise.withResolvers<void>();
  const ports = scriptedPorts({ append: () => durable.promise });
  const asked = answerEvent(ports, SAMPLE_SESSION, call);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ports.noted, []);
  durable.resolve();
  await asked;
  assert.deepEqual(ports.noted, [`${SAMPLE_SESSION} toolu_1`]);
});

for (const { name, bytes = call, script = {}, session = SAMPLE_SESSION, noted } of [
  { name: 'a denied call counts as decided', script: { decision: deny }, noted: ['toolu_1'] },
  { name: 'a call of an ended session counts as decided', script: { endedReason: 'Over.' }, noted: ['toolu_1'] },
  { name: 'a call whose decision came late counts as decided', script: late, noted: ['toolu_1'] },
  { name: 'a call that cannot be recorded does not count as decided', script: { append: fullDisk }, noted: [] },
  { name: 'a call of an unknown session does not count as decided', session: OTHER_SESSION, noted: [] },
  { name: 'a call without an id does not count as decided', bytes: bashBytes('ls', { tool_use_id: 1 }), noted: [] },
  {
    name: 'a permission is no decision about the call',
    bytes: eventBytes('PermissionRequest', { tool_name: 'Bash', tool_input: {}, tool_use_id: 'toolu_1' }),
    noted: [],
  },
] satisfies readonly {
  readonly name: string;
  readonly bytes?: Buffer;
  readonly script?: Script;
  readonly session?: string;
  readonly noted: readonly string[];
}[]) {
  test(name, async () => {
    const ports = scriptedPorts(script);
    await answerEvent(ports, session, bytes);
    assert.deepEqual(
      ports.noted,
      noted.map((id) => `${SAMPLE_SESSION} ${id}`),
    );
  });
}

test('a session that ends while its record is written takes the permission back', async () => {
  const script: Script = {};
  script.append = async () => void (script.endedReason = 'Ended by the operator.');
  const ports = scriptedPorts(script);
  assert.equal(seen(await answerEvent(ports, SAMPLE_SESSION, call)), 'end, deny: Ended by the operator.');
  assert.deepEqual(
    ports.records.map(({ body }) => body['verdict']),
    ['allow', 'deny'],
  );
});

test('a session that is gone while its record is written takes the permission back', async () => {
  const script: Script = {};
  script.append = async () => void (script.isUnknown = true);
  const ports = scriptedPorts(script);
  assert.equal(
    seen(await answerEvent(ports, SAMPLE_SESSION, call)),
    `deny: ${refused('its session is not known to the guard')}`,
  );
});

test('a log that never answers is a denial when the time is up', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const asked = answerEvent(scriptedPorts({ append: () => new Promise(() => undefined) }), SAMPLE_SESSION, call);
    mock.timers.tick(DECIDE_TIMEOUT_MS);
    assert.equal(seen(await asked), `deny: ${refused('the guard took too long')}`);
  } finally {
    mock.timers.reset();
  }
});

test('a session directory that throws is a denial', async () => {
  const ports = scriptedPorts();
  const broken = {
    ...ports,
    sessions: {
      byToken: () => null,
      byId: () => {
        throw new Error('secret');
      },
    },
  };
  assert.equal(seen(await answerEvent(broken, SAMPLE_SESSION, call)), `deny: ${refused('the guard failed')}`);
  assert.deepEqual(ports.errors, ['guard: Error']);
});

test('whatever arrives, the answer to a call about to run is a decision', async () => {
  const fields = fc.dictionary(
    fc.constantFrom('tool_name', 'tool_input', 'cwd', 'session_id', 'tool_use_id', 'mcp_server', 'tool_response'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  await fc.assert(
    fc.asyncProperty(fields, async (given) => {
      const answer = await answerEvent(
        scriptedPorts(),
        SAMPLE_SESSION,
        eventBytes('PreToolUse', JSON.parse(JSON.stringify(given)) as JsonObject),
      );
      assert.match(seen(answer), /^(allow|deny|ask): /);
    }),
    { numRuns: process.env['SLOW'] === '1' ? 10_000 : 300 },
  );
});
