import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { SealPlace, SeenCall, WouldBe } from '../core/seen-call.ts';
import { answerEvent } from './answer-event.ts';
import { answerFor } from './answer.ts';
import {
  bashBytes,
  eventBytes,
  fullDisk,
  OTHER_SESSION,
  SAMPLE_CANARY,
  SAMPLE_SESSION,
  scriptedPorts,
} from './scripted-ports.ts';
import type { Script } from './scripted-ports.ts';

const warn: WouldBe = { ruleId: ruleId('team/no-curl'), verdict: 'deny', mode: 'warn' };
const shadow: WouldBe = { ruleId: ruleId('team/no-wget'), verdict: 'deny', mode: 'shadow' };
const deny = { verdict: 'deny', ruleId: ruleId('test/deny'), reason: 'No.' } as const;

async function bodyAfter(script: Script, bytes: Buffer, session = SAMPLE_SESSION): Promise<JsonObject> {
  const ports = scriptedPorts(script);
  await answerEvent(ports, session, bytes);
  return ports.records[0]?.body ?? {};
}

function shown(payload: string): JsonObject {
  return JSON.parse(payload) as JsonObject;
}

test('what is sealed is the call as it was decided, for this call of this session under this bundle', async () => {
  const sealed: { call: SeenCall; place: SealPlace }[] = [];
  const seal = (call: SeenCall, place: SealPlace): { sealed: string } => {
    sealed.push({ call, place });
    return { sealed: 'AQID' };
  };
  const body = await bodyAfter({ seal }, bashBytes('git log'));
  assert.equal(body['sealed'], 'AQID');
  assert.ok(!('unsealed' in body));
  assert.deepEqual(sealed, [
    {
      call: {
        action: { kind: 'command', commandLine: 'git log', cwd: '/workspace', isUnsandboxed: false },
        workspace: '/workspace',
        homeDir: '/home/dev',
        permissionMode: 'default',
        facts: null,
        taint: null,
      },
      place: { sessionId: SAMPLE_SESSION, toolUseId: 'toolu_1', bundle: 'bundle' },
    },
  ]);
});

for (const { name, script = {}, bytes = bashBytes('ls'), session } of [
  { name: 'an unknown session', session: OTHER_SESSION },
  { name: 'an ended session', script: { endedReason: 'Over.' } },
  { name: 'a failed decision', script: { decision: new Error('x') } },
  { name: 'a liveness check', bytes: bashBytes(`sallyport-canary ${SAMPLE_CANARY}`, { tool_use_id: SAMPLE_CANARY }) },
  {
    name: 'a permission, which repeats a call',
    bytes: eventBytes('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'ls' } }),
  },
]) {
  test(`nothing is sealed for ${name}`, async () => {
    const seal = (): never => assert.fail('sealed');
    const body = await bodyAfter({ ...script, seal }, bytes, session);
    assert.ok(!('sealed' in body));
  });
}

test('content that cannot be sealed costs the content, not the call', async () => {
  const ports = scriptedPorts({
    seal: () => {
      throw new Error('hunter2');
    },
  });
  const answer = await answerEvent(ports, SAMPLE_SESSION, bashBytes('ls'));
  assert.match(answer.payload, /"permissionDecision":"allow"/);
  assert.equal(ports.records[0]?.body['sealed'], null);
  assert.equal(ports.records[0]?.body['unsealed'], 'failed');
  assert.deepEqual(ports.errors, ['guard: the content was not sealed: Error']);
});

test('what rules on trial would have said is recorded, shadow and warn alike', async () => {
  const body = await bodyAfter({ wouldBe: [warn, shadow] }, bashBytes('ls'));
  assert.deepEqual(body['wouldBe'], [warn, shadow]);
  assert.ok(!('wouldBe' in (await bodyAfter({}, bashBytes('ls')))));
});

test('a rule in warn is shown to the developer, one in shadow is not, and neither changes the decision', () => {
  const decision = { verdict: 'allow', ruleId: ruleId('dev/look') } as const;
  const plain = shown(answerFor(decision).payload);
  assert.deepEqual(shown(answerFor(decision, [shadow]).payload), plain);
  assert.deepEqual(shown(answerFor(decision, [shadow, warn]).payload), {
    ...plain,
    systemMessage: 'Sallyport warning: once enforced, rule team/no-curl will deny such a call.',
  });
  assert.deepEqual(shown(answerFor(decision, [{ ...warn, verdict: 'allow' }]).payload), plain);
});

test('a denial stays a denial beside a warning, and many warnings stay one line', () => {
  const many = Array.from({ length: 40 }, (_, number) => ({ ...warn, ruleId: ruleId(`team/rule-${number}`) }));
  const answer = shown(answerFor(deny, many).payload);
  const { systemMessage, ...rest } = answer;
  assert.deepEqual(rest, shown(answerFor(deny).payload));
  assert.match(
    typeof systemMessage === 'string' ? systemMessage : '',
    /rule team\/rule-2 will deny such a call, and 37 more\.$/,
  );
});

test('a call that cannot be recorded is denied without a word of rules on trial', async () => {
  const ports = scriptedPorts({ append: fullDisk, wouldBe: [warn] });
  const answer = await answerEvent(ports, SAMPLE_SESSION, bashBytes('ls'));
  assert.match(answer.payload, /"permissionDecision":"deny"/);
  assert.ok(!answer.payload.includes('systemMessage'));
});
