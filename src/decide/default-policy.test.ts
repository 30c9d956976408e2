import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ruleId } from '../core/ids.ts';
import type { Decision } from '../core/decision.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { decide } from './decide.ts';
import { ruleIndex } from './rule-index.ts';
import type { RuleIndex } from './rule-index.ts';
import type { Scene } from './scene.ts';

/** A workspace in which no glob finds anything and no link leads anywhere. */
export const SCENE: Scene = { workspace: '/home/dev/app', homeDir: '/home/dev', expandGlob: () => [] };

const POLICY = new URL('../../policies/default.yaml', import.meta.url);

interface WrittenRule {
  readonly id: string;
  readonly reason: string;
  readonly run: readonly string[];
  readonly unless?: readonly string[];
  readonly access: 'read' | 'write';
  readonly paths: readonly string[];
  readonly except?: readonly string[];
  readonly hosts: readonly string[];
  readonly tools: readonly string[];
}

type WrittenRules = Partial<Record<RuleVerdict, readonly WrittenRule[]>>;

/** The default policy as a rule table, with other parts where a test names them. */
export function defaultTable(changes: Partial<RuleTable> = {}): RuleTable {
  const policy = parse(readFileSync(POLICY, 'utf8')) as {
    readonly name: string;
    readonly commands: WrittenRules;
    readonly files: WrittenRules;
    readonly web: WrittenRules;
    readonly tools: WrittenRules;
  };
  return {
    formatVersion: 1,
    policyName: policy.name,
    commands: rulesOf(policy.commands, ({ run, unless }) => ({ run, unless: unless ?? [] })),
    files: rulesOf(policy.files, ({ access, paths, except }) => ({ access, paths, except: except ?? [] })),
    web: rulesOf(policy.web, ({ hosts }) => ({ hosts })),
    mcp: [],
    tools: rulesOf(policy.tools, ({ tools }) => ({ tools })),
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
    ...changes,
  };
}

function rulesOf<Part>(
  written: WrittenRules,
  part: (rule: WrittenRule) => Part,
): readonly (Part & Pick<RuleTable['tools'][number], 'id' | 'verdict' | 'reason'>)[] {
  return (['deny', 'ask', 'allow'] as const).flatMap((verdict) =>
    (written[verdict] ?? []).map((rule) => ({ id: ruleId(rule.id), verdict, reason: rule.reason, ...part(rule) })),
  );
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
