import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '../core/decision.ts';
import { ruleId } from '../core/ids.ts';
import { answerFor, denialOf, endOf, framed, refusal, stopAnswer, withNotice } from './answer.ts';
import type { Answer } from './answer.ts';
import { MAX_ANSWER_BYTES } from './limits.ts';

const id = ruleId('secrets/environment-file');
const output = (permissionDecision: string, permissionDecisionReason: string, more = {}): unknown => ({
  hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision, permissionDecisionReason, ...more },
});

const cases: readonly { readonly name: string; readonly decision: Decision; readonly want: unknown }[] = [
  {
    name: 'allow names its rule',
    decision: { verdict: 'allow', ruleId: id },
    want: output('allow', 'Allowed by policy (rule secrets/environment-file).'),
  },
  {
    name: 'ask gives the reason to the person',
    decision: { verdict: 'ask', ruleId: id, reason: 'This touches a remote.' },
    want: output('ask', 'Asked by policy (rule secrets/environment-file): This touches a remote.'),
  },
  {
    name: 'deny tells the model not to look for another way',
    decision: { verdict: 'deny', ruleId: id, reason: 'Environment files hold credentials.' },
    want: output(
      'deny',
      'Denied by policy (rule secrets/environment-file): Environment files hold credentials. Do not try another way; ask the user if this is needed.',
    ),
  },
  {
    name: 'a reason without a period gets one',
    decision: { verdict: 'deny', ruleId: id, reason: 'no' },
    want: output(
      'deny',
      'Denied by policy (rule secrets/environment-file): no. Do not try another way; ask the user if this is needed.',
    ),
  },
  {
    name: 'rewrite gives the other input and allows that one',
    decision: { verdict: 'rewrite', ruleId: id, reason: 'Masked.', input: { command: 'ls' } },
    want: output('allow', 'Changed by policy (rule secrets/environment-file): Masked.', {
      updatedInput: { command: 'ls' },
    }),
  },
  {
    name: 'a rewritten input that the hook clients would not take is denied',
    decision: { verdict: 'rewrite', ruleId: id, reason: 'Masked.', input: { content: 'x'.repeat(MAX_ANSWER_BYTES) } },
    want: output(
      'deny',
      'Denied by policy (rule secrets/environment-file): The rewritten input is too large. Do not try another way; ask the user if this is needed.',
    ),
  },
];
for (const { name, decision, want } of cases) {
  test(name, () => {
    const answer = answerFor(decision);
    assert.equal(answer.exit, 0);
    assert.deepEqual(JSON.parse(answer.payload), want);
  });
}

test('the end of a session denies the call as well, since the client would still run it', () => {
  assert.deepEqual(JSON.parse(endOf('PreToolUse', 'Time is up.').payload), {
    continue: false,
    stopReason: 'Time is up.',
    ...Object(output('deny', 'Time is up.')),
  });
});

for (const { name, answer, want } of [
  {
    name: 'a prompt is blocked and not echoed',
    answer: denialOf('UserPromptSubmit', 'no'),
    want: {
      decision: 'block',
      reason: 'no',
      hookSpecificOutput: { hookEventName: 'UserPromptSubmit', suppressOriginalPrompt: true },
    },
  },
  {
    name: 'a prompt of an ended session ends the turn',
    answer: endOf('UserPromptSubmit', 'over'),
    want: {
      continue: false,
      stopReason: 'over',
      decision: 'block',
      reason: 'over',
      hookSpecificOutput: { hookEventName: 'UserPromptSubmit', suppressOriginalPrompt: true },
    },
  },
  {
    name: 'a permission is denied in its own words',
    answer: denialOf('PermissionRequest', 'no'),
    want: { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'deny', message: 'no' } } },
  },
  {
    name: 'a permission of an ended session interrupts',
    answer: endOf('PermissionRequest', 'over'),
    want: {
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: { behavior: 'deny', message: 'over', interrupt: true },
      },
    },
  },
  { name: 'a stop ends the turn', answer: stopAnswer('over'), want: { continue: false, stopReason: 'over' } },
]) {
  test(name, () => assert.deepEqual([answer.exit, JSON.parse(answer.payload)], [0, want]));
}

test('a refusal is one sentence for the model', () => {
  assert.equal(
    framed(refusal('the guard failed')),
    'sallyport-answer 2\nSallyport refused this call because the guard failed. Do not try another way; ask the user to run "sallyport doctor".\nsallyport-end\n',
  );
});

test('no reason and no input break the frame', () => {
  const given = fc.record({
    reason: fc.string({ unit: 'binary', maxLength: 5_000 }),
    input: fc.dictionary(fc.string(), fc.string({ unit: 'binary' })),
  });
  fc.assert(
    fc.property(given, ({ reason, input }) => {
      const answers: readonly Answer[] = [
        ...(['ask', 'deny'] as const).map((verdict) => answerFor({ verdict, ruleId: id, reason })),
        answerFor({ verdict: 'rewrite', ruleId: id, reason, input }),
        ...(['PreToolUse', 'PermissionRequest', 'UserPromptSubmit'] as const).flatMap((name) => [
          denialOf(name, reason),
          endOf(name, reason),
        ]),
        refusal(reason),
      ];
      for (const answer of answers) {
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        assert.doesNotMatch(answer.payload, /[\x00-\x1f\x7f]/);
        assert.ok(framed(answer).isWellFormed());
        if (answer.exit === 0) assert.match(answer.payload, /^\{.*\}$/su);
      }
    }),
    { numRuns: process.env['SLOW'] === '1' ? 10_000 : 300 },
  );
});

const NOTICE = 'this session ends in 5 minutes';
for (const { name, answer, want } of [
  { name: 'a prompt that goes on', answer: { exit: 0, payload: '' }, want: { systemMessage: `Sallyport: ${NOTICE}.` } },
  {
    name: 'a call that is allowed',
    answer: answerFor({ verdict: 'allow', ruleId: id }),
    want: {
      ...(output('allow', 'Allowed by policy (rule secrets/environment-file).') as object),
      systemMessage: `Sallyport: ${NOTICE}.`,
    },
  },
  {
    name: 'what it is told already',
    answer: { exit: 0, payload: '{"systemMessage":"One."}' },
    want: { systemMessage: `One. Sallyport: ${NOTICE}.` },
  },
] as readonly { name: string; answer: Answer; want: unknown }[])
  test(`a developer is told of the session beside ${name}`, () =>
    assert.deepEqual(JSON.parse(withNotice(answer, NOTICE).payload), want));

test('a notice changes no refusal, and no answer that it would make too large', () => {
  const refused = refusal('the guard failed');
  assert.equal(withNotice(refused, NOTICE), refused);
  const large = { exit: 0, payload: JSON.stringify({ x: 'y'.repeat(MAX_ANSWER_BYTES - 20) }) } as const;
  assert.equal(withNotice(large, NOTICE), large);
  assert.equal(withNotice(large, null), large);
});
