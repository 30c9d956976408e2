import type { Action } from '../core/action.ts';
import type { RuleId } from '../core/ids.ts';
import type { Scene } from '../decide/index.ts';
import { MAX_PATH_STEPS, MAX_STEPS_WITH_WITNESS } from './bounds.ts';
import { diffPlaces } from './diff-places.ts';
import type { DiffWork } from './diff-work.ts';
import { fileClauses, fileDominates } from './file-clauses.ts';
import type { FileClause } from './file-clauses.ts';
import { fileCommands } from './file-commands.ts';
import { accessOf, familyOf, partedByPlace, partedWithin, surroundingsOf } from './file-surroundings.ts';
import type { Surroundings } from './file-surroundings.ts';
import type { GlobRelation } from './glob-relation.ts';
import type { PathClass } from './path-classes.ts';
import { anchored } from './path-language.ts';
import { pathIncludes } from './path-relation.ts';
import { clauseRegion } from './policy-diff.ts';

/** Finds what changes for files that tools and commands name. */
export function diffFiles(work: DiffWork): void {
  const [old, next] = [fileClauses(work.before.files, work.globs), fileClauses(work.after.files, work.globs)];
  const keys = [new Set(old.map((each) => each.key)), new Set(next.map((each) => each.key))] as const;
  const open = [...unheard(old, keys[1], next, work.globs), ...unheard(next, keys[0], old, work.globs)];
  if (open.length > 0) {
    const surroundings = work.scenes.map((scene) => surroundingsOf(old, next, scene));
    const searches = byClause(open).map((group) => fileSearch(group, keys, surroundings, work));
    for (const search of searches) search.lookNear();
    // What shows no change yet has the first claim on what work is left; then other ways in which changes show.
    for (const search of searches.filter((each) => !each.hasWitness())) search.lookFar();
    for (const search of searches.filter((each) => each.hasWitness())) search.lookAround();
  }
  diffPlaces(old, next, work);
}

/** The clauses of one side that nothing on the other side makes up for. */
function unheard(
  own: readonly FileClause[],
  otherKeys: ReadonlySet<string>,
  other: readonly FileClause[],
  globs: GlobRelation,
): readonly FileClause[] {
  return own.filter((weak) => {
    // Exceptions count for whole names alone, and so do rules that do not deny.
    if (weak.rule.verdict !== 'deny' && weak.excepts.some((except) => pathIncludes(except, weak.path, globs)))
      return false;
    return !otherKeys.has(weak.key) && !other.some((strong) => fileDominates(strong, weak, globs));
  });
}

function byClause(clauses: readonly FileClause[]): readonly (readonly FileClause[])[] {
  const groups = new Map<object, FileClause[]>();
  for (const each of clauses) {
    if (groups.get(each.clause)?.push(each) === undefined) groups.set(each.clause, [each]);
  }
  return [...groups.values()];
}

/** The search for what one changed pattern changes. */
interface FileSearch {
  /** Tries the shortest files inside and outside of the workspace. */
  lookNear(): void;
  /** Tries one file of each kind that the rules tell apart, then commands; what is then still open is noted as such. */
  lookFar(): void;
  /** Tries some of the kinds that the rules tell apart. */
  lookAround(): void;
  hasWitness(): boolean;
}

function fileSearch(
  group: readonly FileClause[],
  keys: readonly ReadonlySet<string>[],
  surroundings: readonly Surroundings[],
  work: DiffWork,
): FileSearch {
  const rules = [...new Set(group.map((each): RuleId => each.rule.id))];
  const region = group[0] === undefined ? '' : clauseRegion(group[0].clause);
  let isShown = false;
  const tryAction = (action: Action, scene: Scene, where: string): void => {
    const difference = work.pair.differ(action, scene);
    if (difference === null) return;
    isShown = true;
    work.found.note(difference, where, rules);
  };
  const tryFiles = (classes: readonly PathClass[], { rule }: FileClause, scene: Scene): void => {
    const access = accessOf(rule);
    for (const { path } of classes) {
      for (const kind of access === 'both' ? (['read', 'write'] as const) : [access])
        tryAction({ kind, path, cwd: scene.workspace }, scene, region);
    }
  };
  /** @returns whether all kinds were looked at. */
  const tryKinds = (maxSteps: number): boolean => {
    let isComplete = true;
    for (const each of surroundings) {
      for (const clause of group) {
        if (work.budget.isSpent) return false;
        const language = anchored(clause.path, each.scene);
        const own = { language, access: accessOf(clause.rule), family: familyOf(clause, keys) };
        const parted = partedWithin(own, each, maxSteps, work);
        tryFiles(parted.classes, clause, each.scene);
        isComplete &&= parted.isComplete;
      }
    }
    return isComplete;
  };
  return {
    hasWitness: () => isShown,
    lookNear() {
      for (const { scene } of surroundings) {
        for (const clause of group) tryFiles(partedByPlace(anchored(clause.path, scene), scene, work), clause, scene);
      }
    },
    lookAround() {
      tryKinds(MAX_STEPS_WITH_WITNESS);
    },
    lookFar() {
      const isComplete = tryKinds(MAX_PATH_STEPS);
      for (const { scene } of surroundings) {
        for (const commandLine of isShown ? [] : group.flatMap((each) => fileCommands(each, scene, work.names))) {
          const action: Action = { kind: 'command', commandLine, cwd: scene.workspace, isUnsandboxed: false };
          tryAction(action, scene, `commands that name ${region}`);
          if (isShown) return;
        }
      }
      if (isShown) return;
      // What may be read counts for commands just where it counts for tools.
      if (isComplete && group.every(({ rule }) => rule.verdict === 'allow' && rule.access === 'read')) return;
      const why = isComplete
        ? 'no file that a tool names is decided differently; commands may name such files in part'
        : 'too many ways in which the patterns overlap';
      work.found.doubt({ kind: isComplete ? 'command' : (group[0]?.rule.access ?? 'read'), rules, region, why });
    },
  };
}
