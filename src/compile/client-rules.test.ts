import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleId } from '../core/ids.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { ruleTableOf } from '../policy/index.ts';
import { clientRules } from './client-rules.ts';
import { SAMPLE_POLICY } from './sample-policy.ts';

const NONE: RuleTable = { ...ruleTableOf(SAMPLE_POLICY), commands: [], files: [], web: [], mcp: [], tools: [] };
const common = { id: ruleId('test/rule'), verdict: 'deny', mode: 'enforce', reason: 'x' } as const;

function denied(pattern: string): readonly string[] {
  return clientRules({ ...NONE, commands: [{ ...common, run: [pattern], unless: [] }] }).deny;
}

// Each was open in the client's own rules: a star at the end stands for nothing only where it is the rule's one star.
for (const { name, pattern, want } of [
  { name: 'a program alone', pattern: 'sudo', want: ['Bash(sudo *)'] },
  {
    name: 'a flag as the last word after others',
    pattern: 'git push --force',
    want: [
      'Bash(git * push* --force *)',
      'Bash(git * push* --force)',
      'Bash(git push* --force *)',
      'Bash(git push* --force)',
    ],
  },
  {
    name: 'an operand that ends in a star as the last word',
    pattern: 'dd of=/dev/*',
    want: ['Bash(dd * of=/dev/*)', 'Bash(dd of=/dev/*)'],
  },
  {
    name: 'two words beside each other',
    pattern: 'kill -9 -1',
    want: [
      'Bash(kill * -9 * -1 *)',
      'Bash(kill * -9 * -1)',
      'Bash(kill * -9 -1 *)',
      'Bash(kill * -9 -1)',
      'Bash(kill -9 * -1 *)',
      'Bash(kill -9 * -1)',
      'Bash(kill -9 -1 *)',
    ],
  },
  {
    name: 'a short flag’s value as the next word',
    pattern: 'curl -X=P*',
    want: ['Bash(curl * -X P*)', 'Bash(curl * -XP*)', 'Bash(curl -X P*)', 'Bash(curl -XP*)'],
  },
  {
    name: 'a long flag’s value as the next word',
    pattern: 'docker run --network=host',
    want: [
      'Bash(docker * run* --network host *)',
      'Bash(docker * run* --network host)',
      'Bash(docker * run* --network=host *)',
      'Bash(docker * run* --network=host)',
      'Bash(docker run* --network host *)',
      'Bash(docker run* --network host)',
      'Bash(docker run* --network=host *)',
      'Bash(docker run* --network=host)',
    ],
  },
]) {
  test(`the client is told about ${name}`, () => assert.deepEqual(denied(pattern), want));
}

test('an address of IPv6 is left to the guard, because its form in a rule was not measured', () => {
  const { deny, guardOnly } = clientRules({ ...NONE, web: [{ ...common, hosts: ['fd00:ec2::254'], except: [] }] });
  assert.deepEqual(deny, []);
  assert.match(guardOnly[0]?.why ?? '', /not measured$/);
});
