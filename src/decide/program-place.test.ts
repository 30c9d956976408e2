import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandRule } from '../core/rule-table.ts';
import { ruleId } from '../core/ids.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import { parsePolicy, ruleTableOf } from '../policy/index.ts';
import { decide } from './decide.ts';
import { ruleIndex } from './rule-index.ts';

const scene = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: (): readonly string[] => [] };

function verdictOf(rules: readonly Partial<CommandRule>[], commandLine: string, workspace = scene.workspace): string {
  const parsed = parsePolicy(
    'version: 1\nname: place\ndefaults: { read_inside: allow, read_outside: allow, write_inside: allow }\n',
  );
  assert.ok(parsed.ok);
  const commands = rules.map((rule, at): CommandRule => ({
    id: ruleId(`place/rule-${at}`),
    verdict: 'allow',
    mode: 'enforce',
    run: [],
    unless: [],
    reason: 'x',
    ...rule,
  }));
  const index = ruleIndex({ ...ruleTableOf(parsed.policy, 0), commands });
  const action = { kind: 'command', commandLine, cwd: workspace, isUnsandboxed: false } as const;
  return decide(index, action, { ...scene, workspace }).verdict;
}

const ALLOW = [{ run: ['cat', 'ls', 'git', 'cd', 'mv', 'unset'] }];

for (const commandLine of [
  './cat x',
  'bin/ls',
  './git status',
  '../app/cat x',
  '/home/dev/app/cat x',
  '/home/dev/app/../app/cat x',
  '/tmp/../home/dev/app/cat x',
  'node_modules/.bin/cat x',
  '.venv/bin/cat x',
  '/tmp/evil/cat x',
  '/proc/self/cwd/cat x',
  '/home/dev/cat x',
  '=cat x',
  'cd sub && ./cat x',
  'cd "$X" && ./cat x',
  'ls | ./cat',
  'env ./cat x',
  'command ./cat x',
  'nice ./cat x',
  'timeout 5 ./cat x',
  '"./"cat x',
  '$PWD/cat x',
  './c""at x',
  'find . -exec ./cat {} +',
  'xargs ./cat < list',
  'PATH=. cat x',
  'PATH=.:$PATH cat x',
  'PATH=.:$PATH; cat x',
  'export PATH=.:$PATH; cat x',
  'env PATH=.:$PATH cat x',
  'unset PATH; cat x',
  'unset -v A PATH; cat x',
  'unset $(x); cat x',
]) {
  test(`a program of the workspace is not the allowed one: ${commandLine}`, () => {
    assert.equal(verdictOf(ALLOW, commandLine), 'ask');
  });
}

for (const commandLine of [
  'cat x',
  '/bin/cat x',
  '/usr/bin/git status',
  '/usr/local/bin/ls',
  '/opt/homebrew/bin/git log',
]) {
  test(`a program of the machine is the allowed one: ${commandLine}`, () => {
    assert.equal(verdictOf(ALLOW, commandLine), 'allow');
  });
}

test('a folder of programs that is the workspace is the workspace', () => {
  assert.equal(verdictOf(ALLOW, '/opt/work/bin/ls', '/opt/work'), 'ask');
  assert.equal(verdictOf(ALLOW, '/usr/bin/ls', '/opt/work'), 'allow');
});

for (const { name, run, commandLine, want } of [
  { name: 'its place', run: './cat', commandLine: './cat x', want: 'allow' },
  { name: 'its place, spelled whole', run: './cat', commandLine: '/home/dev/app/cat x', want: 'allow' },
  { name: 'its place, from a folder', run: './cat', commandLine: 'cd sub && ../cat x', want: 'allow' },
  { name: 'its name in another folder', run: './cat', commandLine: 'cd sub && ./cat x', want: 'ask' },
  { name: 'its place but found by name', run: './cat', commandLine: 'cat x', want: 'ask' },
  { name: 'its place but of the machine', run: './cat', commandLine: '/bin/cat x', want: 'ask' },
  { name: 'another place', run: './cat', commandLine: 'bin/cat x', want: 'ask' },
  { name: 'a place outside with the same end', run: './cat', commandLine: '/srv/home/dev/app/cat x', want: 'ask' },
  { name: 'its folder', run: './scripts/*.sh', commandLine: 'scripts/a/b.sh x', want: 'allow' },
  { name: 'its folder left again', run: './scripts/*', commandLine: './scripts/../cat x', want: 'ask' },
  { name: 'its words', run: './gradlew {test,check}', commandLine: './gradlew check', want: 'allow' },
  { name: 'other words', run: './gradlew {test,check}', commandLine: './gradlew publish', want: 'ask' },
  { name: 'any program', run: '*', commandLine: './cat x', want: 'allow' },
  { name: 'any program but elsewhere', run: '*', commandLine: '/tmp/cat x', want: 'ask' },
  { name: 'names that end so', run: '*at', commandLine: './cat x', want: 'ask' },
]) {
  test(`a rule on a program of the workspace and ${name}: ${want}`, () => {
    assert.equal(verdictOf([{ run: [run, 'cd'] }], commandLine), want);
  });
}

test('a rule that restricts takes a program by its name wherever it lies', () => {
  for (const line of ['./cat x', 'bin/cat x', '/tmp/cat x', '/home/dev/app/cat x', './CAT x', 'cd "$X" && ./cat x'])
    assert.equal(verdictOf([{ run: ['*', './*'] }, { verdict: 'deny', run: ['cat'] }], line), 'deny', line);
});

test('an exception by name does not lift a denial for a program of the workspace; one by place does', () => {
  const deny = (unless: string): readonly Partial<CommandRule>[] => [
    { run: ['*', './*'] },
    { verdict: 'deny', run: ['deploy'], unless: [unless] },
  ];
  assert.equal(verdictOf(deny('deploy staging'), './deploy staging'), 'deny');
  assert.equal(verdictOf(deny('deploy staging'), 'deploy staging'), 'allow');
  assert.equal(verdictOf(deny('./deploy staging'), './deploy staging'), 'allow');
  assert.equal(verdictOf(deny('./deploy staging'), 'bin/deploy staging'), 'deny');
});

test('what an allowing rule takes back by place is taken back where the place is not known', () => {
  const rules = [{ run: ['./*'], unless: ['./scripts/deploy'] }];
  assert.equal(verdictOf(rules, './scripts/test'), 'allow');
  assert.equal(verdictOf(rules, 'scripts/deploy'), 'ask');
  assert.equal(verdictOf(rules, 'cd "$X" && ./deploy'), 'ask');
});

for (const { text, problem } of [
  { text: '/usr/bin/cat', problem: /without its folder/ },
  { text: 'bin/cat', problem: /without its folder/ },
  { text: '~/bin/cat', problem: /without its folder/ },
  { text: './../cat', problem: /is plain/ },
  { text: './a//cat', problem: /is plain/ },
  { text: './', problem: /is plain/ },
]) {
  test(`a program is not named by \`${text}\``, () => {
    const parsed = parseCommandPattern(text);
    assert.ok(!parsed.ok);
    assert.match(parsed.problem, problem);
  });
}
