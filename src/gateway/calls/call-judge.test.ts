import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeSessionId, ruleId } from '../../core/ids.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { ToolUse } from '../reply-watch.ts';
import { callJudge, DECIDE_MS } from './call-judge.ts';
import type { CallJudgeOptions } from './call-judge.ts';
import type { CallVerdict } from './call-ports.ts';

const SESSION_ID = makeSessionId(0, new Uint8Array(16));
const SESSION = {
  id: SESSION_ID,
  workspace: '/w',
  homeDir: '/h',
  provider: 'anthropic',
  endedReason: null,
  taint: null,
} as const;
const USE: ToolUse = {
  blockType: 'tool_use',
  id: 'toolu_1',
  name: 'Bash',
  input: { command: 'ls' },
  inputSha256: 'a'.repeat(64) as Sha256,
};
const YES: CallVerdict = { verdict: 'allow', ruleId: ruleId('rig/yes'), reason: null, bundle: 'b' };

function judge(options: Partial<CallJudgeOptions>): ReturnType<typeof callJudge> {
  const sessions = { byId: () => SESSION };
  return callJudge({ decide: () => YES, sessions, sessionId: SESSION_ID, ...options });
}

for (const { name, options, use = USE, want } of [
  { name: 'an answer at once', options: {}, want: YES.ruleId },
  { name: 'an answer later', options: { decide: () => Promise.resolve(YES) }, want: YES.ruleId },
  {
    name: 'a policy that throws',
    options: {
      decide: () => {
        throw new RangeError('quotes the call');
      },
    },
    want: 'gateway/failed-decision',
  },
  {
    name: 'a policy that fails later',
    options: { decide: () => Promise.reject(new Error('quotes the call')) },
    want: 'gateway/failed-decision',
  },
  { name: 'a session that is gone', options: { sessions: { byId: () => null } }, want: 'gateway/failed-decision' },
  { name: 'an input that is no JSON', options: {}, use: { ...USE, input: null }, want: 'gateway/unreadable-input' },
] satisfies readonly { name: string; options: Partial<CallJudgeOptions>; use?: ToolUse; want: string }[])
  test(`a verdict always comes: ${name}`, async () => {
    const lines: string[] = [];
    const got = await judge({ ...options, logError: (line) => lines.push(line) }).judge(use);
    assert.deepEqual([got.ruleId, got.verdict], [want, want === YES.ruleId ? 'allow' : 'deny']);
    assert.ok(lines.every((line) => !line.includes('quotes')));
  });

test('a policy that never answers has denied when its time is over, and its late answer changes nothing', async () => {
  const answer = Promise.withResolvers<CallVerdict>();
  const timers: { delayMs: number; late: () => void }[] = [];
  const asked = judge({
    decide: () => answer.promise,
    after: (delayMs, late) => {
      timers.push({ delayMs, late });
      return () => undefined;
    },
  });
  const verdict = asked.judge(USE);
  await Promise.resolve();
  assert.deepEqual(
    timers.map(({ delayMs }) => delayMs),
    [DECIDE_MS],
  );
  timers[0]?.late();
  assert.deepEqual([(await verdict).verdict, (await verdict).ruleId], ['deny', 'gateway/late-decision']);
  answer.resolve(YES);
  assert.equal((await asked.judge(USE)).verdict, 'deny');
});

test('no timer is left behind an answer in time', async () => {
  let open = 0;
  await judge({
    decide: () => Promise.resolve(YES),
    after: () => {
      open += 1;
      return () => void (open -= 1);
    },
  }).judge(USE);
  assert.equal(open, 0);
});

test('the same call is asked once, and another of its name or input again', async () => {
  let asked = 0;
  const judging = judge({
    decide: () => {
      asked += 1;
      return YES;
    },
  });
  for (const use of [USE, { ...USE }, { ...USE, id: 'toolu_2' }, { ...USE, inputSha256: 'b'.repeat(64) as Sha256 }])
    await judging.judge(use);
  assert.equal(asked, 3);
});
