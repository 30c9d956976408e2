import type { Action } from '../core/action.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import type { Scene } from '../decide/index.ts';
import { changedCalls } from './changed-calls.ts';
import type { ChangedCalls } from './changed-calls.ts';
import { strength } from './clause.ts';
import { decisionPair } from './decision-pair.ts';
import type { DecisionPair } from './decision-pair.ts';
import { diffCommandDefaults, diffCommands, sampleWords } from './diff-commands.ts';
import { diffFiles } from './diff-files.ts';
import { fileNames } from './file-surroundings.ts';
import { diffHosts } from './diff-hosts.ts';
import { diffMcp, diffTools } from './diff-names.ts';
import { globRelation } from './glob-relation.ts';
import { keptNames } from './kept-names.ts';
import { ruleIds } from './policy-diff.ts';
import type { Change, LayerDiff, PolicyDiff } from './policy-diff.ts';
import { stepBudget } from './step-budget.ts';

/** How another layer answers a call, on either side; null where the call is nothing to it. */
export interface OtherLayer {
  before(action: Action, scene: Scene): RuleVerdict | null;
  after(action: Action, scene: Scene): RuleVerdict | null;
}

export interface DiffQuestion {
  /**
   * Places for which files are compared, at least one. The first is also where commands are tried. Their functions
   * must not depend on the disk: `decide` is asked about files that need not exist.
   */
  readonly scenes: readonly Scene[];
  readonly client?: OtherLayer;
  readonly egress?: OtherLayer;
  /** Called with what is being compared next. */
  readonly onProgress?: (part: string) => void;
}

/** The places that a comparison is about unless it is told otherwise: a workspace inside of the home folder, and one outside. */
export const USUAL_SCENES: readonly Scene[] = [
  { workspace: '/home/dev/project', homeDir: '/home/dev', expandGlob: () => [] },
  { workspace: '/workspace', homeDir: '/home/dev', expandGlob: () => [] },
];

/**
 * Says what becomes newly allowed, asked or denied between two tables, each with a call that shows it. What the answer
 * proves is said at {@link PolicyDiff}.
 *
 * @throws {TypeError} where a pattern in a table cannot be read, or no scene is given.
 */
export function diffTables(before: RuleTable, after: RuleTable, question: DiffQuestion): PolicyDiff {
  const { scenes, onProgress } = question;
  if (scenes.length === 0) throw new TypeError('a comparison needs at least one scene');
  const tried =
    question.client === undefined && question.egress === undefined
      ? null
      : new Map<string, { readonly action: Action; readonly scene: Scene }>();
  const pair = recorded(decisionPair(before, after), tried);
  const found = changedCalls();
  const budget = stepBudget();
  const work = {
    before,
    after,
    pair,
    scenes,
    globs: globRelation(),
    names: keptNames(fileNames(before, after, scenes), budget),
    budget,
    found,
  };
  const samples = sampleWords(before, after);
  const parts: readonly (readonly [string, () => void])[] = [
    ['tools', () => diffTools(work)],
    ['MCP calls', () => diffMcp(work)],
    ['hosts', () => diffHosts(work, samples)],
    ['commands', () => diffCommands(work, samples)],
    ['defaults', () => diffCommandDefaults(work)],
    ['files', () => diffFiles(work)],
  ];
  for (const [part, compare] of parts) {
    onProgress?.(part);
    compare();
  }
  return {
    layers: {
      guard: layerDiff(found),
      ...(question.client === undefined ? {} : { client: otherDiff(question.client, 'client', tried) }),
      ...(question.egress === undefined ? {} : { egress: otherDiff(question.egress, 'egress', tried) }),
    },
  };
}

/** Whether the comparison found no change and left nothing open. */
export function isProvenEqual(diff: PolicyDiff): boolean {
  return Object.values(diff.layers).every((layer: LayerDiff) => layer.changes.length + layer.unproven.length === 0);
}

function layerDiff(found: ChangedCalls): LayerDiff {
  return {
    changes: found.changes.toSorted((a, b) => strength(a.to) - strength(b.to) || strength(b.from) - strength(a.from)),
    unproven: found.unproven,
  };
}

type Tried = ReadonlyMap<string, { readonly action: Action; readonly scene: Scene }>;

function recorded(
  pair: DecisionPair,
  tried: Map<string, { readonly action: Action; readonly scene: Scene }> | null,
): DecisionPair {
  if (tried === null) return pair;
  return {
    differ(action, scene) {
      tried.set(`${scene.workspace} ${JSON.stringify(action)}`, { action, scene });
      return pair.differ(action, scene);
    },
  };
}

/** The calls that were tried for the guard, tried again for another layer. */
function otherDiff(layer: OtherLayer, name: string, tried: Tried | null): LayerDiff {
  const changes = new Map<string, Change>();
  for (const { action, scene } of tried?.values() ?? []) {
    const [from, to] = [layer.before(action, scene), layer.after(action, scene)];
    if (from === null || to === null || from === to || action.kind === 'canary' || action.kind === 'unreadable')
      continue;
    const key = `${action.kind} ${from} ${to}`;
    if (changes.has(key)) continue;
    const region = `${action.kind} calls at the ${name}`;
    const said = (verdict: RuleVerdict): Change['before'] => ({
      verdict,
      ruleId: `${name}/rules` as Change['before']['ruleId'],
    });
    changes.set(key, {
      kind: action.kind,
      from,
      to,
      witness: action,
      scene,
      before: said(from),
      after: said(to),
      rules: ruleIds([]),
      region,
    });
  }
  return { changes: [...changes.values()], unproven: [] };
}
