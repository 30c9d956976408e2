import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleTable } from '../core/rule-table.ts';
import { USUAL_SCENES, diffTables, isProvenEqual } from './diff-tables.ts';
import { minimalCover } from './minimal-cover.ts';
import { neverMatches } from './never-matches.ts';
import { reach } from './reach.ts';
import type { ReachQuestion } from './reach.ts';
import { calls, hosts, paths, run, table, tools } from './sample-table.ts';
import { unreachableRules } from './unreachable-rules.ts';

interface Case {
  readonly name: string;
  readonly table: Partial<RuleTable>;
  /** `why rule: pattern`. */
  readonly want: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'rules that each decide something', table: {}, want: [] },
  {
    name: 'an allowance that is swallowed',
    table: { commands: [run('deny', 'a/a', ['git push']), run('allow', 'b/b', ['git push -f', 'git'])] },
    want: ['shadowed b/b: git push -f <- a/a'],
  },
  {
    name: 'a question behind a denial',
    table: { commands: [run('deny', 'a/a', ['rm']), run('ask', 'b/b', ['rm -r'])] },
    want: ['shadowed b/b: rm -r <- a/a'],
  },
  {
    name: 'a denial that steps back shadows nothing',
    table: { commands: [run('deny', 'a/a', ['rm'], ['rm -r x']), run('ask', 'b/b', ['rm -r'])] },
    want: [],
  },
  {
    name: 'the later of two that say the same',
    table: { commands: [run('deny', 'a/a', ['nc']), run('deny', 'b/b', ['{nc}'])] },
    want: ['repeated b/b: {nc} <- a/a'],
  },
  {
    name: 'an allowance that its own rule takes back',
    table: { commands: [run('allow', 'a/a', ['find -delete', 'ls'], ['find'])] },
    want: ['excepted a/a: find -delete <- a/a'],
  },
  {
    name: 'an address that no host is allowed for',
    table: { web: [], commands: [run('allow', 'a/a', ['curl <allowed-url>'])] },
    want: ['empty a/a: curl <allowed-url> <- '],
  },
  {
    name: 'a file behind a wider denial',
    table: {
      files: [
        paths('deny', 'a/a', 'read', ['**/.aws/**']),
        paths('allow', 'b/b', 'read', ['~/.aws/config', '/srv/**']),
      ],
    },
    want: ['shadowed b/b: ~/.aws/config <- a/a'],
  },
  {
    name: 'a denial of writing beside one of reading protects folders',
    table: { files: [paths('deny', 'a/a', 'read', ['**/.env']), paths('deny', 'b/b', 'write', ['**/.env'])] },
    want: [],
  },
  {
    name: 'hosts, MCP calls and tools',
    table: {
      web: [hosts('deny', 'a/a', ['*.evil.example']), hosts('allow', 'b/b', ['x.evil.example'])],
      mcp: [calls('deny', 'c/c', '*', ['delete_*']), calls('allow', 'd/d', 'git', ['delete_x', 'get'])],
      tools: [tools('allow', 'e/e', ['Task*', 'TaskStop'])],
    },
    want: ['shadowed b/b: x.evil.example <- a/a', 'shadowed d/d: delete_x <- c/c', 'repeated e/e: TaskStop <- e/e'],
  },
  {
    name: 'a rule in shadow neither counts nor is counted',
    table: { commands: [{ ...run('deny', 'a/a', ['rm']), mode: 'shadow' }, run('ask', 'b/b', ['rm -r'])] },
    want: [],
  },
];

for (const each of CASES) {
  test(`unreachable: ${each.name}`, () => {
    const given = table(each.table);
    const found = unreachableRules(given);
    const shown = found.map(
      ({ why, clause, by }) => `${why} ${clause.ruleId}: ${clause.text} <- ${by.map((one) => one.ruleId).join()}`,
    );
    assert.deepEqual(shown, each.want);
    for (const { clause } of found)
      assert.ok(isProvenEqual(diffTables(given, without(given, clause.ruleId, clause.text), { scenes: USUAL_SCENES })));
  });
}

function without(given: RuleTable, id: string, text: string): RuleTable {
  const left = (own: string, texts: readonly string[]): readonly string[] =>
    own === id ? texts.filter((each) => each !== text) : texts;
  return {
    ...given,
    commands: given.commands.map((rule) => ({ ...rule, run: left(rule.id, rule.run) })),
    files: given.files.map((rule) => ({ ...rule, paths: left(rule.id, rule.paths) })),
    web: given.web.map((rule) => ({ ...rule, hosts: left(rule.id, rule.hosts) })),
    mcp: given.mcp.map((rule) => ({ ...rule, tools: left(rule.id, rule.tools) })),
    tools: given.tools.map((rule) => ({ ...rule, tools: left(rule.id, rule.tools) })),
  };
}

test('a rule of which nothing decides is named as a whole', () => {
  const given = table({
    commands: [
      run('deny', 'a/a', ['git']),
      run('ask', 'b/b', ['git push', 'git pull']),
      run('ask', 'c/c', ['git', 'ls']),
    ],
  });
  const whole = unreachableRules(given).map(({ clause, isWholeRule }) => `${clause.text} ${isWholeRule}`);
  assert.deepEqual(whole, ['git push true', 'git pull true', 'git false']);
});

test('patterns that their own rule does not need, and never both of two', () => {
  const given = table({
    commands: [
      run('deny', 'a/a', ['git push -f', 'git push', 'git {push}']),
      run('allow', 'b/b', ['ls'], ['ls -l x*', 'ls -l']),
    ],
    files: [paths('deny', 'c/c', 'write', ['**/a/b', '**/a/**', '**/x'])],
    web: [hosts('deny', 'd/d', ['x.a.example', '*.a.example'])],
    tools: [tools('allow', 'e/e', ['Task*', 'TaskStop'])],
  });
  const shown = minimalCover(given).map(
    ({ clause, by }) => `${clause.ruleId} ${clause.list} ${clause.text} <- ${by.text}`,
  );
  assert.deepEqual(shown, [
    'a/a run git push -f <- git push',
    'a/a run git {push} <- git push',
    'b/b unless ls -l x* <- ls -l',
    'd/d hosts x.a.example <- *.a.example',
    'e/e tools TaskStop <- Task*',
  ]);
});

test('a pattern that can match nothing says why', () => {
  assert.match(neverMatches('command', 'run', 'curl <allowed-url>', table({ web: [] })) ?? '', /none does/);
  assert.equal(neverMatches('command', 'run', 'curl <allowed-url>', table()), null);
  assert.equal(neverMatches('command', 'run', 'curl {-s,<any>}', table()), null);
});

for (const { name, question, want } of [
  {
    name: 'a secret in any folder',
    question: { kind: 'read', pattern: '**/.env' },
    want: 'deny proven: read /home/dev/project/.env',
  },
  {
    name: 'what one rule denies whole',
    question: { kind: 'read', pattern: '/home/dev/project/.env' },
    want: 'deny proven: read /home/dev/project/.env',
  },
  {
    name: 'a folder in which some is denied',
    question: { kind: 'read', pattern: './src/**' },
    want: 'allow proven: read /home/dev/project/src',
  },
  { name: 'a place outside', question: { kind: 'write', pattern: '/srv/**' }, want: 'ask proven: write /srv' },
  { name: 'a command', question: { kind: 'run', pattern: 'git push -f' }, want: 'deny proven: git push -f' },
  { name: 'a wider command', question: { kind: 'run', pattern: 'git push' }, want: 'allow proven: git push' },
  {
    name: 'a host below',
    question: { kind: 'fetch', host: '*.docs.example' },
    want: 'ask proven: fetch https://x.docs.example/',
  },
  { name: 'a call', question: { kind: 'mcp', server: '*', tool: '*' }, want: 'deny proven: mcp x/x' },
] as const satisfies readonly { readonly name: string; readonly question: ReachQuestion; readonly want: string }[]) {
  test(`reach: ${name}`, () => {
    const answer = reach(table(), question, USUAL_SCENES);
    const action = answer?.witnesses[0]?.action;
    const shown =
      action?.kind === 'command'
        ? action.commandLine
        : action?.kind === 'mcp'
          ? `mcp ${action.server}/${action.tool}`
          : action?.kind === 'fetch'
            ? `fetch ${action.url}`
            : action !== undefined && 'path' in action
              ? `${action.kind} ${action.path}`
              : '';
    assert.equal(`${answer?.verdict} ${answer?.isProven === true ? 'proven' : 'tried'}: ${shown}`, want);
  });
}
