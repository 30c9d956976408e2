import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Verdict } from '../core/decision.ts';
import { makeSessionId, ruleId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { SeenCall } from '../core/seen-call.ts';
import { decide, ruleIndex } from '../decide/index.ts';
import { isLooser, mergeTallies, readDecision, redecide, redecider, replayReport, replayTally } from './index.ts';
import type { CountedCall } from './index.ts';

const sessionId = makeSessionId(1_700_000_000_000, new Uint8Array(16));
const TABLE: RuleTable = {
  formatVersion: 1,
  policyName: 'test',
  commands: [],
  files: [
    {
      id: ruleId('test/secret'),
      verdict: 'deny',
      mode: 'enforce',
      access: 'read',
      paths: ['**/secret'],
      except: [],
      reason: 'No.',
    },
  ],
  web: [],
  mcp: [],
  tools: [],
  defaults: {
    command: 'ask',
    readInside: 'allow',
    readOutside: 'ask',
    writeInside: 'allow',
    writeOutside: 'ask',
    web: 'ask',
    mcp: 'deny',
    tool: 'ask',
  },
  inlineCode: 'ask',
  isSandboxed: true,
};
const index = ruleIndex(TABLE);
const read = (path: string, facts: SeenCall['facts']): SeenCall => ({
  action: { kind: 'read', path, cwd: '/w' },
  workspace: '/w',
  homeDir: '/h',
  permissionMode: null,
  facts,
  taint: null,
});

test('a link is followed as it was followed then', () => {
  const facts = { realPaths: [['/w/notes', '/w/secret']], globs: [], links: [] } as const;
  assert.deepEqual(redecide(index, read('notes', facts)), {
    verdict: 'deny',
    ruleId: 'test/secret',
    isGuessed: false,
  });
});

test('what nobody asked then is a guess, and said to be one', () => {
  assert.equal(redecide(index, read('notes', null)).isGuessed, true);
  assert.equal(redecide(index, read('notes', { realPaths: [], globs: [], links: [] })).isGuessed, true);
  const known = { realPaths: [['/w/notes', '/w/notes']], globs: [], links: [] } as const;
  assert.equal(redecide(index, read('notes', known)).isGuessed, false);
});

test('a glob stands for what it stood for then, and for too much where nobody asked', () => {
  const glob = (facts: SeenCall['facts']): SeenCall => ({
    ...read('x', facts),
    action: { kind: 'command', commandLine: 'cat s*', cwd: '/w', isUnsandboxed: false },
  });
  const asked = [['/w/s*', ['/w/secret']]] as const;
  assert.equal(redecide(index, glob({ realPaths: [], globs: asked, links: [] })).verdict, 'deny');
  assert.equal(redecide(index, glob(null)).verdict, 'ask');
});

test('a link behind a glob is followed as it was followed then; where nobody asked, there is none, which is a guess', () => {
  const glob = (facts: SeenCall['facts']): SeenCall => ({
    ...read('x', facts),
    action: { kind: 'command', commandLine: 'cat n*', cwd: '/w', isUnsandboxed: false },
  });
  const realPaths = [['/w', '/w']] as const;
  assert.deepEqual(redecide(index, glob({ realPaths, globs: [], links: [['/w/n*', ['/w/secret']]] })), {
    verdict: 'deny',
    ruleId: 'test/secret',
    isGuessed: false,
  });
  const known = redecide(index, glob({ realPaths, globs: [], links: [['/w/n*', []]] }));
  const guessed = redecide(index, glob({ realPaths, globs: [], links: [] }));
  assert.deepEqual(guessed, { ...known, isGuessed: true });
  assert.equal(known.isGuessed, false);
});

test('a call that is met again is not read again, and gets the same answer', () => {
  const again = redecider(index);
  const facts = { realPaths: [['/w/secret', '/w/secret']], globs: [], links: [] } as const;
  const first = again.decide('one', () => read('secret', facts));
  assert.deepEqual(
    again.decide('one', () => assert.fail('read again')),
    first,
  );
  assert.equal(
    again.decide('two', () => null),
    null,
  );
});

test('deciding again without a change of policy changes nothing', () => {
  const paths = fc.array(fc.constantFrom('a', 'secret', '..', 'src', '~', '.env', '*'), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(paths, fc.boolean(), (parts, isCommand) => {
      const text = parts.join('/');
      const realPaths: [string, string][] = [];
      const globs: [string, readonly string[]][] = [];
      const links: [string, readonly string[]][] = [];
      const action: SeenCall['action'] = isCommand
        ? { kind: 'command', commandLine: `cat ${text}`, cwd: '/w', isUnsandboxed: false }
        : { kind: 'read', path: text, cwd: '/w' };
      const then = decide(index, action, {
        workspace: '/w',
        homeDir: '/h',
        realPath: (asked) => {
          realPaths.push([asked, asked.replace('src', 'secret')]);
          return asked.replace('src', 'secret');
        },
        expandGlob: (asked) => {
          globs.push([asked, [asked.replaceAll('*', 'a')]]);
          return [asked.replaceAll('*', 'a')];
        },
        linkedFiles: (asked) => {
          links.push([asked, [asked.replaceAll('*', 'secret')]]);
          return [asked.replaceAll('*', 'secret')];
        },
      });
      const call = { ...read('x', { realPaths, globs, links }), action };
      assert.deepEqual(redecide(index, call), { verdict: then.verdict, ruleId: then.ruleId, isGuessed: false });
    }),
    { numRuns: process.env['SLOW'] === '1' ? 5_000 : 300 },
  );
});

const body: Readonly<Record<string, Json>> = {
  event: 'PreToolUse',
  tool: 'Bash',
  toolUseId: 'toolu_1',
  verdict: 'ask',
  ruleId: 'default/command',
  bundle: 'b',
  kind: 'command',
  sealed: 'AQID',
};
for (const { name, change, want } of [
  { name: 'sealed content has its place', change: {}, want: 'sealed' },
  { name: 'a record of before content was kept says so', change: { sealed: null }, want: 'never-sealed' },
  { name: 'content that was too large says so', change: { sealed: null, unsealed: 'too-large' }, want: 'too-large' },
  {
    name: 'an ended session is no matter of a policy',
    change: { ruleId: 'guard/ended-session' },
    want: 'not-by-policy',
  },
  { name: 'a liveness check is no matter of a policy', change: { kind: 'canary' }, want: 'not-by-policy' },
  { name: 'a call that never came to the policy is none of its', change: { bundle: null }, want: 'not-by-policy' },
  { name: 'a permission is no call', change: { event: 'PermissionRequest' }, want: null },
  { name: 'a verdict that nobody gives is no decision', change: { verdict: 'maybe' }, want: null },
] as const) {
  test(name, () => {
    const record = { kind: 'decision', occurredAtMs: 1, sessionId, body: { ...body, ...change } } as const;
    const content = readDecision(record)?.content;
    assert.equal(content === undefined ? null : content.kind === 'unsealed' ? content.why : content.kind, want);
  });
}

const verdicts = ['deny', 'ask', 'rewrite', 'allow'] as const;
const countedCalls = fc.array(
  fc.record({
    session: fc.constantFrom('s1', 's2'),
    tool: fc.constantFrom('Bash', 'Read'),
    from: fc.constantFrom(...verdicts),
    to: fc.constantFrom(...verdicts),
  }),
);
const counted = (record: number, sessionOf: string, tool: string, verdict: Verdict): CountedCall => ({
  record,
  sessionId: sessionOf,
  user: null,
  tool,
  verdict,
  ruleId: 'old/rule',
  action: () => ({ kind: 'tool', name: 'x' }),
});

test('how a log is cut into parts never changes what is reported', () => {
  fc.assert(
    fc.property(countedCalls, fc.nat(50), (calls, cut) => {
      const tallyOf = (from: number, to: number): ReturnType<ReturnType<typeof replayTally>['tally']> => {
        const tally = replayTally(2);
        for (const [at, { session, tool, from: before, to: after }] of calls.entries()) {
          if (at < from || at >= to) continue;
          const redecision = { verdict: after, ruleId: ruleId('new/rule'), isGuessed: false };
          tally.add(counted(at, session, tool, before), redecision);
        }
        tally.skip('key-gone');
        return tally.tally();
      };
      const whole = mergeTallies([tallyOf(0, calls.length), tallyOf(0, 0)], 2);
      const parts = mergeTallies([tallyOf(cut, calls.length), tallyOf(0, cut)], 2);
      const userOf = (session: string): string | null => (session === 's1' ? 'dev' : null);
      assert.deepEqual(replayReport(parts, userOf, 2), replayReport(whole, userOf, 2));
    }),
  );
});

test('what is let through comes first, and users are told apart', () => {
  const tally = replayTally(1);
  const answer = (verdict: Verdict): Parameters<typeof tally.add>[1] => ({
    verdict,
    ruleId: ruleId('new/rule'),
    isGuessed: false,
  });
  for (let at = 0; at < 9; at += 1) tally.add(counted(at, 's1', 'Bash', 'allow'), answer('deny'));
  tally.add(counted(9, 's1', 'Bash', 'deny'), answer('ask'));
  tally.add(counted(10, 's2', 'Bash', 'ask'), answer('allow'));
  tally.add(counted(11, 's1', 'Bash', 'deny'), answer('allow'));
  const { changes } = replayReport(tally.tally(), (session) => (session === 's1' ? 'dev' : null), 1);
  assert.deepEqual(
    changes.map(({ user, from, to, count }) => `${user} ${from}>${to} ${count}`),
    ['dev deny>allow 1', 'unknown ask>allow 1', 'dev deny>ask 1', 'dev allow>deny 9'],
  );
  assert.equal(isLooser('deny', 'ask') && isLooser('ask', 'allow') && !isLooser('allow', 'deny'), true);
});
