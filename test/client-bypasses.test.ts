import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decide, ruleIndex } from '../src/decide/index.ts';
import type { RuleIndex, Scene } from '../src/decide/index.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';

/** A command that means what a rule of the default policy refuses, spelled so that rules on text do not see it. */
interface Bypass {
  /** The rule whose intent the command is against. */
  readonly rule: string;
  readonly command: string;
  readonly want: 'deny' | 'ask' | 'allow';
  /** The command reads whatever it finds: with a sandbox it is allowed, since the files are hidden below the shell. */
  readonly layer?: 'sandbox';
}

const BYPASSES: readonly Bypass[] = readFileSync(new URL('fixtures/client-bypasses.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Bypass);

const SCENE: Scene = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: () => [] };

const parsed = parsePolicy(readFileSync(new URL('../policies/default.yaml', import.meta.url), 'utf8'));
assert.ok(parsed.ok, 'the default policy has a fault');
const TABLE = ruleTableOf(parsed.policy);
const INDEX = ruleIndex(TABLE);
const OPEN = ruleIndex({ ...TABLE, isSandboxed: false });

function verdictOn(index: RuleIndex, commandLine: string): string {
  return decide(index, { kind: 'command', commandLine, cwd: SCENE.workspace, isUnsandboxed: false }, SCENE).verdict;
}

for (const { rule, command, want, layer } of BYPASSES) {
  test(`${rule}: ${layer === undefined ? want : `hidden by the ${layer}`}: ${JSON.stringify(command)}`, () => {
    assert.equal(verdictOn(INDEX, command), want);
    if (layer === 'sandbox') assert.notEqual(verdictOn(OPEN, command), 'allow');
  });
}

test('the table is what it says: each rule is one of the policy, and only a sandbox lets anything through', () => {
  const ids = new Set<string>([...TABLE.commands, ...TABLE.files, ...TABLE.web].map(({ id }) => id));
  assert.deepEqual(
    BYPASSES.filter(({ rule }) => !ids.has(rule)),
    [],
  );
  assert.deepEqual(
    BYPASSES.filter(({ want, layer }) => want === 'allow' && layer !== 'sandbox'),
    [],
  );
  assert.ok(BYPASSES.filter(({ want }) => want !== 'allow').length >= 150);
});
