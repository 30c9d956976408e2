import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { ruleTableOf } from '../policy/index.ts';
import { coverage } from './coverage.ts';
import type { PredictClient } from './coverage.ts';
import { MAX_SAMPLES, commandSamples, fileSamples, mcpSamples, webSamples } from './sample-calls.ts';
import { SAMPLE_POLICY } from './sample-policy.ts';

const shown = (pattern: string): readonly string[] =>
  commandSamples(pattern).own.map(({ input }) => stringField(input, 'command') ?? '');

for (const { pattern, want } of [
  { pattern: 'sudo', want: ['sudo', 'sudo x'] },
  { pattern: 'mkfs*', want: ['mkfsx', 'mkfsx x'] },
  {
    pattern: 'git push {-f,--force}',
    want: ['git push -f', 'git push --force', 'git push -f x', 'git push --force x'],
  },
  { pattern: 'git {push,pull}', want: ['git push', 'git pull', 'git push x', 'git pull x'] },
  { pattern: '{curl,wget} | {sh,bash}', want: ['curl | sh', 'wget | bash'] },
  { pattern: 'rm -r <outside>', want: ['rm -r /srv/x', 'rm -r /srv/x x'] },
  { pattern: 'docker run --network=host', want: ['docker run --network=host', 'docker run --network=host x'] },
  { pattern: '<assign> HISTFILE=*', want: ['HISTFILE=x', 'HISTFILE=x x'] },
]) {
  test(`samples of ${pattern}`, () => assert.deepEqual(shown(pattern), want));
}

test('samples of files, hosts and MCP tools', () => {
  const paths = (access: 'read' | 'write', pattern: string): unknown =>
    fileSamples({ access }, pattern).own.map(({ input }) => input['file_path']);
  assert.deepEqual(paths('read', '**/.env{,.local}'), ['/workspace/.env', '/workspace/.env.local']);
  assert.deepEqual(paths('write', '~/.ssh/**'), ['/home/dev/.ssh/x']);
  assert.deepEqual(paths('read', '/etc/shadow'), ['/etc/shadow']);
  assert.deepEqual(webSamples('*.ngrok.io').own[0]?.input['url'], 'https://x.ngrok.io/');
  assert.deepEqual(webSamples('fd00:ec2::254').own[0]?.input['url'], 'https://[fd00:ec2::254]/');
  assert.equal(mcpSamples('docs', 'delete_*').own[0]?.tool, 'mcp__docs__delete_x');
});

test('a pattern of many alternatives gives a bounded number of samples', () => {
  const many = `x {${Array.from({ length: 60 }, (_, at) => `-${at}`).join(',')}}`;
  assert.ok(commandSamples(many).own.length <= MAX_SAMPLES);
});

const rule = (run: readonly string[], verdict: 'deny' | 'ask' = 'deny'): RuleTable['commands'][number] => ({
  id: ruleId('test/rule'),
  verdict,
  mode: 'enforce',
  run,
  unless: [],
  reason: 'x',
});
const tableOf = (fields: Partial<RuleTable>): RuleTable => ({
  ...ruleTableOf(SAMPLE_POLICY),
  commands: [],
  files: [],
  web: [],
  ...fields,
});
const always =
  (verdict: RuleVerdict): PredictClient =>
  () =>
    verdict;

test('what the client denies or asks in both modes is held by it', () => {
  for (const verdict of ['deny', 'ask'] as const) {
    const { rows, faults } = coverage(SAMPLE_POLICY, tableOf({ commands: [rule(['sudo'])] }), always(verdict));
    assert.deepEqual(
      rows.map(({ pattern, heldBy }) => [pattern, heldBy]),
      [['sudo', 'guard+client']],
    );
    assert.deepEqual(faults, []);
  }
});

test('a rule that the client can express and lets pass is a fault, with the call', () => {
  const inBypass: PredictClient = (_, mode) => (mode === 'default' ? 'ask' : 'allow');
  const { rows, faults } = coverage(SAMPLE_POLICY, tableOf({ commands: [rule(['sudo'])] }), inBypass);
  assert.deepEqual(faults, [
    {
      ruleId: 'test/rule',
      pattern: 'sudo',
      call: { tool: 'Bash', input: { command: 'sudo' } },
      mode: 'bypassPermissions',
    },
  ]);
  assert.equal(rows[0]?.heldBy, 'guard only');
});

test('what the client has no words for is no fault, and the row says why', () => {
  const { rows, faults } = coverage(SAMPLE_POLICY, tableOf({ commands: [rule(['curl | sh'])] }), always('allow'));
  assert.deepEqual(faults, []);
  assert.deepEqual([rows[0]?.heldBy, rows[0]?.why], ['guard only', 'the client matches a pipe only as literal text']);
});

test('a write outside of the working folder is held by the sandbox, where there is one', () => {
  const table = tableOf({ commands: [rule(['rm -r <outside>'])] });
  const heldBy = (isOn: boolean): string | undefined =>
    coverage({ ...SAMPLE_POLICY, sandbox: { enabled: isOn } }, table, always('allow')).rows[0]?.heldBy;
  assert.deepEqual([heldBy(true), heldBy(false)], ['guard+sandbox', 'guard only']);
});

test('a rule that is only tried out, or allows, has no row', () => {
  const table = tableOf({
    commands: [
      { ...rule(['sudo']), mode: 'shadow' },
      { ...rule(['ls']), verdict: 'allow' },
    ],
  });
  assert.deepEqual(coverage(SAMPLE_POLICY, table, always('allow')).rows, []);
});
