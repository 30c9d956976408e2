import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Decision } from '../core/decision.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { parsePolicy, ruleTableOf } from '../policy/index.ts';
import { decide } from './decide.ts';
import { ruleIndex } from './rule-index.ts';
import type { RuleIndex } from './rule-index.ts';
import type { Scene } from './scene.ts';

/** A workspace in which no glob finds anything and no link leads anywhere. */
export const SCENE: Scene = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: () => [] };

const POLICY = new URL('../../policies/default.yaml', import.meta.url);

/** The default policy as a rule table, with other parts where a test names them. */
export function defaultTable(changes: Partial<RuleTable> = {}): RuleTable {
  const parsed = parsePolicy(readFileSync(POLICY, 'utf8'));
  assert.ok(parsed.ok, 'the default policy has a fault');
  return { ...ruleTableOf(parsed.policy), ...changes };
}

/** The default policy, compiled. */
export const DEFAULT_INDEX: RuleIndex = ruleIndex(defaultTable());

/** Decides a command line in the workspace of {@link SCENE}. */
export function decideLine(commandLine: string, index: RuleIndex = DEFAULT_INDEX, scene: Scene = SCENE): Decision {
  return decide(index, { kind: 'command', commandLine, cwd: scene.workspace, isUnsandboxed: false }, scene);
}

test('the default policy compiles', () => {
  assert.ok(DEFAULT_INDEX.table.commands.length > 20);
});
