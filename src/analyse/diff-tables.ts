import type { Action } from '../core/action.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import type { Scene } from '../decide/index.ts';
import { ruleId } from '../core/ids.ts';
import { changedCalls } from './changed-calls.ts';
import type { ChangedCalls } from './changed-calls.ts';
import { strength } from './clause.ts';
import { decisionPair } from './decision-pair.ts';
import type { DecisionPair, Said } from './decision-pair.ts';
import { diffCommandDefaults, diffCommands, sampleWords } from './diff-commands.ts';
import { diffEgress } from './diff-egress.ts';
import type { ReachableHost } from './diff-egress.ts';
import type { FieldChange } from './diff-fields.ts';
import { diffFiles } from './diff-files.ts';
import { fileNames } from './file-surroundings.ts';
import { diffHosts } from './diff-hosts.ts';
import { diffMcp, diffTools } from './diff-names.ts';
import { globRelation } from './glob-relation.ts';
import { keptNames } from './kept-names.ts';
import type { Change, LayerDiff, PolicyDiff } from './policy-diff.ts';
import { stepBudget } from './step-budget.ts';

/** How the client answers a call by itself, on either side; null where the call is nothing to it. */
export interface ClientSides {
  /** Where its settings differ. Where they don't, it is not asked. */
  readonly fields: readonly FieldChange[];
  before(action: Action, scene: Scene): RuleVerdict | null;
  after(action: Action, scene: Scene): RuleVerdict | null;
}

/** What stands in place of a rule of the policy where the client decides. */
const CLIENT_RULES = ruleId('client/rules');

/** At most so many calls are tried at the client: its model is slower than the guard by far. */
const MOST_TRIED_CALLS = 1_500;

export interface DiffQuestion {
  /**
   * Places for which files are compared, at least one. The first is also where commands are tried. Their functions
   * must not depend on the disk: `decide` is asked about files that need not exist.
   */
  readonly scenes: readonly Scene[];
  readonly client?: ClientSides;
  readonly egress?: { readonly before: readonly ReachableHost[]; readonly after: readonly ReachableHost[] };
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
    question.client === undefined || question.client.fields.length === 0
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
  if (tried !== null) onProgress?.('the client');
  const { client, egress } = question;
  return {
    layers: {
      guard: layerDiff(found),
      ...(client === undefined ? {} : { client: { ...clientDiff(client, tried, found), fields: client.fields } }),
      ...(egress === undefined ? {} : { egress: diffEgress(egress.before, egress.after) }),
    },
  };
}

/** Whether the comparison found no change and left nothing open. */
export function isProvenEqual({ layers }: PolicyDiff): boolean {
  const { guard, client, egress } = layers;
  const open = [guard, client].map((layer) => (layer === undefined ? 0 : layer.changes.length + layer.unproven.length));
  return open.every((count) => count === 0) && (client?.fields.length ?? 0) + (egress?.changes.length ?? 0) === 0;
}

function layerDiff(found: ChangedCalls): LayerDiff {
  return {
    changes: sorted(found.changes),
    unproven: found.unproven,
  };
}

function sorted(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((a, b) => strength(a.to) - strength(b.to) || strength(b.from) - strength(a.from));
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

/** Calls that were tried for the guard, tried again at the client: those that the guard decides differently first. */
function clientDiff(client: ClientSides, tried: Tried | null, found: ChangedCalls): LayerDiff {
  const changes = new Map<string, Change>();
  const calls = [
    ...found.changes.map(({ witness, scene }) => ({ action: witness, scene })),
    ...spread([...(tried?.values() ?? [])], MOST_TRIED_CALLS),
  ];
  for (const { action, scene } of tried === null ? [] : calls) {
    if (action.kind === 'canary' || action.kind === 'unreadable') continue;
    const [from, to] = [client.before(action, scene), client.after(action, scene)];
    if (from === null || to === null || from === to) continue;
    const key = `${action.kind} ${from} ${to}`;
    const said = (verdict: RuleVerdict): Said => ({ verdict, ruleId: CLIENT_RULES });
    if (!changes.has(key))
      changes.set(key, {
        kind: action.kind,
        from,
        to,
        witness: action,
        scene,
        before: said(from),
        after: said(to),
        rules: [],
        region: "calls that the client's own rules decide",
      });
  }
  return { changes: sorted([...changes.values()]), unproven: [] };
}

/** Some of a list, evenly from its whole length. */
function spread<T>(list: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, list.length / count);
  return list.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
