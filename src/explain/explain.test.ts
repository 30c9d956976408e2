import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../core/action.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { parsePolicy, ruleTableOf } from '../policy/index.ts';
import { egressAnswers, smallestChange, touchingRules } from './index.ts';

const SCENE = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: () => [] };
const POLICY = `
version: 1
name: small
defaults: { read_inside: allow }
commands:
  deny:
    - { id: git/force, run: ["git push {-f,--force}"], reason: No force. }
    - { id: git/main, run: ["git push {main,main/*}"], reason: Not to main. }
  ask: [{ id: git/remote, run: ["git push"], reason: A remote. }]
  allow: [{ id: dev/look, run: [ls, cat], reason: Looking. }, { id: dev/git, run: [git], reason: Git. }]
files:
  deny: [{ id: secret/env, access: read, paths: ["**/.env*"], reason: A secret. }]
  ask: [{ id: secret/dot, access: read, paths: ["**/.*"], reason: A dot file. }]
`;

function table(): RuleTable {
  const parsed = parsePolicy(POLICY);
  assert.ok(parsed.ok);
  return ruleTableOf(parsed.policy, 0);
}

const run = (commandLine: string): Action => ({
  kind: 'command',
  commandLine,
  cwd: '/home/dev/app',
  isUnsandboxed: false,
});
const read = (path: string): Action => ({ kind: 'read', path, cwd: '/home/dev/app' });

for (const { name, action, want } of [
  {
    name: 'every rule that speaks is named, the strongest first',
    action: run('git push -f origin main'),
    want: ['deny git/force', 'deny git/main', 'ask git/remote', 'allow dev/git'],
  },
  {
    name: 'a file is touched by a denial and by a question',
    action: read('.env'),
    want: ['deny secret/env', 'ask secret/dot'],
  },
  { name: 'what no rule names is a default', action: run('make'), want: ['ask default/command'] },
  {
    name: 'a line that cannot be read is named as such',
    action: run('echo $('),
    want: ['deny decide/unreadable-command'],
  },
]) {
  test(name, () => {
    const found = touchingRules(table(), action, SCENE).map(({ verdict, ruleId }) => `${verdict} ${ruleId}`);
    assert.deepEqual(found, want);
  });
}

for (const { name, action, rules, outcome } of [
  {
    name: 'both denials must go before it is only asked',
    action: run('git push -f origin main'),
    rules: ['git/force', 'git/main'],
    outcome: { kind: 'done', verdict: 'ask', ruleId: 'git/remote' },
  },
  {
    name: 'a default is changed by a rule that allows',
    action: run('make'),
    rules: [],
    outcome: { kind: 'add-allow', ruleId: 'default/command' },
  },
  {
    name: 'what is allowed by a rule is asked without it',
    action: run('ls'),
    rules: ['dev/look'],
    outcome: { kind: 'done', verdict: 'ask', ruleId: 'default/command' },
  },
  {
    name: 'what a default allows takes a rule that denies',
    action: read('a.txt'),
    rules: [],
    outcome: { kind: 'add-deny', ruleId: 'default/read-inside' },
  },
  {
    name: 'what the program itself refuses no policy changes',
    action: run('echo $('),
    rules: [],
    outcome: { kind: 'held-by-program', ruleId: 'decide/unreadable-command' },
  },
]) {
  test(name, () => {
    assert.deepEqual(smallestChange(table(), action, SCENE), { rules, outcome });
  });
}

test('the hosts of URLs are held against the list with their ports', () => {
  const listed = [{ host: '*.example.com', ports: [443] }];
  const line =
    'curl -s https://a.example.com/x http://a.example.com https://example.com && git clone ssh://git@h.test/x';
  assert.deepEqual(
    egressAnswers(listed, run(line), SCENE).map(({ host, port, isListed }) => `${host}:${port} ${isListed}`),
    ['a.example.com:443 true', 'a.example.com:80 false', 'example.com:443 false', 'h.test:22 false'],
  );
});
