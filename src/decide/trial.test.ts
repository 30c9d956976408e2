import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../core/action.ts';
import { ruleId } from '../core/ids.ts';
import type { CommandRule, FileRule, RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { decide } from './decide.ts';
import { DEFAULT_INDEX, SCENE, decideLine, defaultTable } from './default-policy.test.ts';
import { ruleIndex } from './rule-index.ts';
import { trialIndex } from './trial-index.ts';
import { wouldHave } from './would-have.ts';
import type { TrialFinding } from './would-have.ts';

const RUNS = process.env['SLOW'] === '1' ? 10 : 1;

function command(id: string, verdict: RuleVerdict, run: string, mode: CommandRule['mode'] = 'shadow'): CommandRule {
  return { id: ruleId(id), verdict, mode, run: [run], unless: [], reason: 'Tried.' };
}

function line(commandLine: string): Action {
  return { kind: 'command', commandLine, cwd: SCENE.workspace, isUnsandboxed: false };
}

function found(table: RuleTable, action: Action): readonly TrialFinding[] {
  const trial = trialIndex(table);
  return trial === null ? [] : wouldHave(trial, action, SCENE);
}

function withCommands(...rules: readonly CommandRule[]): RuleTable {
  const table = defaultTable();
  return { ...table, commands: [...table.commands, ...rules] };
}

test('a table in which every rule is enforced has no rule on trial', () => {
  assert.equal(trialIndex(defaultTable()), null);
});

test('a rule in warn or shadow decides nothing', () => {
  for (const mode of ['warn', 'shadow'] as const) {
    const index = ruleIndex(
      withCommands(command('a/no', 'deny', 'ls', mode), command('a/yes', 'allow', 'xclip', mode)),
    );
    assert.equal(decideLine('ls', index).verdict, 'allow');
    assert.equal(decideLine('xclip', index).verdict, 'ask');
  }
});

for (const { name, rules, action, want } of [
  {
    name: 'a denial on trial is named where nothing in force is as strong',
    rules: [command('a/no', 'deny', 'ls', 'warn')],
    action: line('ls -l'),
    want: [{ ruleId: 'a/no', verdict: 'deny', mode: 'warn' }],
  },
  {
    name: 'a denial on trial that is denied anyway is not named',
    rules: [command('a/no', 'deny', 'sudo')],
    action: line('sudo ls'),
    want: [],
  },
  {
    name: 'a question on trial where one is asked already is not named',
    rules: [command('a/hm', 'ask', 'xclip')],
    action: line('xclip'),
    want: [],
  },
  {
    name: 'a rule that allows is named where the default would have asked',
    rules: [command('a/yes', 'allow', 'xclip')],
    action: line('xclip -o'),
    want: [{ ruleId: 'a/yes', verdict: 'allow', mode: 'shadow' }],
  },
  {
    name: 'a word that is not known makes of a denial a question',
    rules: [command('a/no', 'deny', 'echo -x')],
    action: line('echo $Y'),
    want: [{ ruleId: 'a/no', verdict: 'ask', mode: 'shadow' }],
  },
  {
    name: 'each rule that would have changed the verdict is named, the strongest first',
    rules: [
      command('a/b', 'ask', 'ls'),
      command('a/d', 'deny', 'ls', 'warn'),
      command('a/c', 'deny', 'ls *'),
      command('a/e', 'deny', 'cat'),
      command('a/f', 'allow', 'ls'),
    ],
    action: line('ls src'),
    want: [
      { ruleId: 'a/c', verdict: 'deny', mode: 'shadow' },
      { ruleId: 'a/d', verdict: 'deny', mode: 'warn' },
      { ruleId: 'a/b', verdict: 'ask', mode: 'shadow' },
    ],
  },
  {
    name: 'two rules that allow only together are not named',
    rules: [command('a/one', 'allow', 'xclip'), command('a/two', 'allow', 'xsel')],
    action: line('xclip && xsel'),
    want: [],
  },
]) {
  test(name, () => assert.deepEqual(found(withCommands(...rules), action), want));
}

test('rules on files, hosts, MCP calls and tools can be on trial', () => {
  const table = defaultTable();
  const rule = { verdict: 'deny', mode: 'warn', reason: 'Tried.' } as const;
  const file: FileRule = { ...rule, id: ruleId('t/file'), access: 'read', paths: ['**/*.sql'], except: [] };
  const trying: RuleTable = {
    ...table,
    files: [...table.files, file],
    web: [...table.web, { ...rule, id: ruleId('t/web'), hosts: ['docs.rs'], except: [] }],
    mcp: [{ ...rule, verdict: 'allow', id: ruleId('t/mcp'), server: 'docs', tools: ['*'], except: [] }],
    tools: [...table.tools, { ...rule, id: ruleId('t/tool'), tools: ['Task'], except: [] }],
  };
  const actions: readonly Action[] = [
    { kind: 'read', path: 'db/a.sql', cwd: SCENE.workspace },
    line('cat db/a.sql'),
    { kind: 'fetch', url: 'https://docs.rs/' },
    { kind: 'mcp', server: 'docs', tool: 'find' },
    { kind: 'tool', name: 'Task' },
    { kind: 'tool', name: 'TodoRead' },
  ];
  assert.deepEqual(
    actions.map((action) => found(trying, action).map(({ ruleId: id, verdict }) => `${id} ${verdict}`)),
    [['t/file deny'], ['t/file deny'], ['t/web deny'], ['t/mcp allow'], ['t/tool deny'], []],
  );
});

test('the index on trial decides as if each rule were enforced, and what is in force is left as it is', () => {
  const lines = fc.constantFrom(
    'ls',
    'cat a && xclip',
    'git push -f',
    'cat .env',
    'rm -r /srv',
    'xclip $Y',
    'echo a > b',
  );
  const rules = fc.array(
    fc.record({
      verdict: fc.constantFrom<RuleVerdict>('deny', 'ask', 'allow'),
      run: fc.constantFrom('ls', 'cat', 'xclip', 'git push', '* <outside>', 'echo'),
      mode: fc.constantFrom<CommandRule['mode']>('warn', 'shadow', 'enforce'),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(lines, rules, (text, written) => {
      const trying = written.map(({ verdict, run, mode }, at) => command(`t/r${at}`, verdict, run, mode));
      const table = withCommands(...trying);
      const trial = trialIndex(table);
      const forced: RuleTable = { ...table, commands: table.commands.map((rule) => ({ ...rule, mode: 'enforce' })) };
      if (trial !== null) {
        assert.deepEqual(decide(trial, line(text), SCENE), decide(ruleIndex(forced), line(text), SCENE));
        for (const { ruleId: id, verdict } of wouldHave(trial, line(text), SCENE)) {
          const alone = trying.filter((rule) => rule.mode === 'enforce' || rule.id === id);
          const index = ruleIndex(withCommands(...alone.map((rule): CommandRule => ({ ...rule, mode: 'enforce' }))));
          assert.equal(decideLine(text, index).verdict, verdict);
          assert.notEqual(decideLine(text, ruleIndex(table)).verdict, verdict);
        }
      }
    }),
    { numRuns: 60 * RUNS },
  );
  assert.equal(decideLine('ls', DEFAULT_INDEX).verdict, 'allow');
});
