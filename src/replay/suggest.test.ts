import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../core/action.ts';
import { ruleId } from '../core/ids.ts';
import type { CommandRule, RuleTable } from '../core/rule-table.ts';
import type { SeenCall } from '../core/seen-call.ts';
import { approvalWatch, suggest } from './index.ts';
import type { ApprovedCall, Suggestion } from './index.ts';

const rule = (id: string, verdict: 'deny' | 'ask' | 'allow', run: readonly string[]): CommandRule => ({
  id: ruleId(id),
  verdict,
  mode: 'enforce',
  run,
  unless: [],
  reason: 'x',
});
const TABLE: RuleTable = {
  formatVersion: 1,
  policyName: 'test',
  commands: [
    rule('test/look', 'allow', ['echo', 'cat']),
    rule('test/force', 'deny', ['git push {--force,-f}', 'helm uninstall', 'curl {-d,--data}']),
    rule('test/pipe', 'deny', ['wget | sh']),
    rule('test/release', 'ask', ['npm publish']),
  ],
  files: [],
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
    mcp: 'ask',
    tool: 'ask',
  },
  inlineCode: 'ask',
  isSandboxed: true,
};

function approved(action: Action, sessionId = 's1'): ApprovedCall {
  const call: SeenCall = { action, workspace: '/w', homeDir: '/h', permissionMode: null, facts: null, taint: null };
  return { sessionId, call, text: JSON.stringify(action) };
}

const bash = (commandLine: string, sessionId?: string): ApprovedCall =>
  approved({ kind: 'command', commandLine, cwd: '/w', isUnsandboxed: false }, sessionId);

function shortOf({ section, pattern, access, server, unless, count, sessions, together }: Suggestion): string {
  const name = [section, access, server, pattern].filter((part) => part !== null).join(' ');
  const rest = [
    unless.length > 0 ? `unless ${unless.join(', ')}` : '',
    together.length > 0 ? `with ${together.join()}` : '',
  ];
  return `${name}: ${count}/${sessions} ${rest.join(' ')}`.trim();
}

for (const { name, calls, want = [], left = [] } of [
  {
    name: 'a command is proposed by its subcommand, with what is denied left out',
    calls: [bash('git push origin main'), bash('git push origin dev', 's2')],
    want: ['commands git push: 2/2 unless git push {--force,-f}'],
  },
  {
    name: 'another subcommand of a program that is denied is free of it',
    calls: [bash('helm list')],
    want: ['commands helm list: 1/1'],
  },
  {
    name: 'a program of the workspace is proposed by its path, a denied one by no path',
    calls: [bash('./tools/fmt -w a'), bash('bin/fmt'), bash('/usr/bin/tree'), bash('./wget x')],
    want: ['commands ./bin/fmt: 1/1', 'commands ./tools/fmt: 1/1', 'commands tree: 1/1'],
    left: ['`./wget` is part of what rule test/pipe denies'],
  },
  {
    name: 'most frequent comes first',
    calls: [bash('jq .a b.json'), bash('tree'), bash('tree -L 2')],
    want: ['commands tree: 2/1', 'commands jq: 1/1'],
  },
  {
    name: 'a line of two commands needs both rules, and none for what is allowed already',
    calls: [bash('tree && jq . a.json | cat')],
    want: ['commands jq: 1/1  with tree', 'commands tree: 1/1  with jq'],
  },
  {
    name: 'a rule that asks by name is not argued with',
    calls: [bash('npm publish')],
    left: ['rule test/release asks, and a rule that allows does not change that'],
  },
  {
    name: 'what is part of a denied pipe is not proposed',
    calls: [bash('wget https://x.example/a')],
    left: ['`wget` is part of what rule test/pipe denies'],
  },
  {
    name: 'what is allowed by now is not proposed',
    calls: [bash('echo a')],
    left: ['the policy allows it already'],
  },
  {
    name: 'a file, a host, a server and a tool are proposed as narrow as they were met',
    calls: [
      approved({ kind: 'read', path: '/srv/notes.txt', cwd: '/w' }),
      approved({ kind: 'write', path: '~/notes.txt', cwd: '/w' }),
      approved({ kind: 'fetch', url: 'https://docs.example/a?b' }),
      approved({ kind: 'mcp', server: 'wiki', tool: 'search' }),
      approved({ kind: 'tool', name: 'Skill' }),
    ],
    want: [
      'files read /srv/notes.txt: 1/1',
      'files write /h/notes.txt: 1/1',
      'mcp wiki search: 1/1',
      'tools Skill: 1/1',
      'web docs.example: 1/1',
    ],
  },
  {
    name: 'a path that a pattern would read otherwise is not proposed',
    calls: [approved({ kind: 'read', path: '/srv/*', cwd: '/w' })],
    left: ['its path holds characters that a pattern reads otherwise'],
  },
]) {
  test(name, () => {
    const report = suggest(TABLE, calls, 1);
    assert.deepEqual(report.suggestions.map(shortOf), want);
    assert.deepEqual(
      report.notSuggested.map(({ why }) => why),
      left,
    );
  });
}

for (const line of [
  'python3 build.py',
  'node script.mjs',
  'bash build.sh',
  'perl -e 1',
  'npx cowsay',
  'npm run build',
  'docker run alpine',
  'docker exec box id',
  'kubectl exec pod -- id',
  'make all',
  'ssh host uptime',
  'awk 1 a.txt',
  'sed -n 1p a.txt',
  'find /srv -name x',
  'xargs ls',
  'env tree',
  'sqlite3 a.db .tables',
  '/opt/python3.12 -V',
]) {
  test(`no rule is proposed for \`${line}\`, which runs whatever it is given`, () => {
    const { suggestions } = suggest(TABLE, [bash(line)], 1);
    assert.ok(
      !suggestions.some(({ pattern }) => pattern.split(' ')[0] === line.split(/[ /]/).at(line.startsWith('/') ? 2 : 0)),
    );
  });
}

test('a proposed rule never lets a denied call through, and says what else it lets through', () => {
  const { suggestions } = suggest(TABLE, [bash('git push origin main'), bash('curl https://x.example')], 1);
  for (const { risks } of suggestions) {
    assert.match(risks[0] ?? '', /^every option and operand of /);
    assert.ok(risks.includes('reaches other machines, with data of this one'));
  }
  assert.deepEqual(suggestions.find(({ pattern }) => pattern === 'curl')?.unless ?? ['curl {-d,--data}'], [
    'curl {-d,--data}',
  ]);
});

test('a rule that saves too little is not proposed', () => {
  assert.deepEqual(suggest(TABLE, [bash('tree'), bash('tree')], 3).suggestions, []);
  assert.equal(suggest(TABLE, [bash('tree'), bash('tree'), bash('tree')], 3).suggestions.length, 1);
});

test('a call counts as approved once, when it ran after it was asked, in its own session', () => {
  const watch = approvalWatch();
  const { call } = bash('tree');
  watch.ran('s1', 'a');
  watch.asked('s1', 'a', 'tree', call);
  watch.ran('s2', 'a');
  assert.deepEqual(watch.approved, []);
  watch.ran('s1', 'a');
  watch.ran('s1', 'a');
  assert.deepEqual(watch.approved, [{ sessionId: 's1', call, text: 'tree' }]);
  assert.equal(watch.askedCount(), 1);
});
