import { ANY_FOLDERS } from '../core/path-pattern.ts';
import type { FileRule, RuleTable } from '../core/rule-table.ts';
import type { Scene } from '../decide/index.ts';
import { MAX_STEPS_WITH_WITNESS } from './bounds.ts';
import type { DiffWork } from './diff-work.ts';
import type { FileClause } from './file-clauses.ts';
import type { NameGlob } from './name-glob.ts';
import { pathClasses } from './path-classes.ts';
import type { PathClass, PathClasses } from './path-classes.ts';
import { anchored, folderLanguage, pathAlternatives } from './path-language.ts';
import type { PathAlternative, PathLanguage } from './path-language.ts';
import { languagesMeet } from './path-relation.ts';

/** Every set of paths that a rule of either table tells files apart by, where the places are those of a scene. */
export interface Surroundings {
  readonly scene: Scene;
  readonly paths: readonly SurroundingPath[];
}

interface SurroundingPath {
  readonly key: string;
  readonly language: PathLanguage;
  /** Paths of one family mean the same to both tables: which of them takes a file says nothing more. */
  readonly family: string;
  /** What it can matter to; a rule that denies reading matters to both. */
  readonly access: 'read' | 'write' | 'both';
  /** Both tables deny all of it. */
  readonly isSettled: boolean;
}

/** @returns the surroundings that two tables make in a scene. */
export function surroundingsOf(old: readonly FileClause[], next: readonly FileClause[], scene: Scene): Surroundings {
  const keys = [new Set(old.map((each) => each.key)), new Set(next.map((each) => each.key))];
  const paths = new Map<string, SurroundingPath>();
  for (const each of [...old, ...next]) {
    const { rule } = each;
    const access = accessOf(rule);
    const family = familyOf(each, keys);
    const isSettled =
      rule.verdict === 'deny' &&
      access === 'both' &&
      rule.except.length === 0 &&
      keys.every((side) => side.has(each.key));
    const add = (path: PathAlternative, given: string, isDenied: boolean): void => {
      const language = anchored(path, scene);
      const key = `${given}\n${languageKey(language)}`;
      paths.set(key, { key: languageKey(language), language, family: given, access, isSettled: isDenied });
    };
    add(each.path, family, isSettled);
    for (const except of each.excepts) add(except, `${family}\nexcept`, false);
  }
  return { scene, paths: [...paths.values()] };
}

/** What a rule can matter to: one that denies reading also denies writing. */
export function accessOf(rule: FileRule): 'read' | 'write' | 'both' {
  return rule.verdict === 'deny' && rule.access === 'read' ? 'both' : rule.access;
}

/** What a clause means to both tables, as a text: equal for clauses that mean the same to them. */
export function familyOf({ rule, key }: FileClause, keys: readonly ReadonlySet<string>[]): string {
  const sides = keys.map((side) => side.has(key)).join();
  return [rule.verdict, rule.access, sides, ...[...rule.except].sort()].join('\n');
}

/** All sets of files within one, told apart by whatever meets it; those in the workspace first. */
export function partedWithin(
  own: { readonly language: PathLanguage; readonly access: 'read' | 'write' | 'both'; readonly family: string },
  { scene, paths }: Surroundings,
  maxSteps: number,
  work: Pick<DiffWork, 'globs' | 'names' | 'budget'>,
): PathClasses {
  const near = paths.filter(
    (other) =>
      (own.access === 'both' || other.access === 'both' || other.access === own.access) &&
      (other.family !== own.family || other.key !== languageKey(own.language)) &&
      languagesMeet(own.language, other.language, work.globs),
  );
  const families = [...new Set(near.map((other) => other.family))];
  const groupOf = (family: string): number => families.indexOf(family) + 2;
  const parted = pathClasses(
    [
      { language: own.language, group: 0 },
      { language: folderLanguage(scene.workspace), group: 1 },
      ...near.map(({ language, family }) => ({ language, group: groupOf(family) })),
    ],
    {
      isWithinFirst: true,
      settled: new Set(near.flatMap(({ isSettled, family }) => (isSettled ? [groupOf(family)] : []))),
      family: families.includes(own.family) ? groupOf(own.family) : null,
      names: work.names,
      maxSteps,
    },
  );
  work.budget.spend(parted.steps);
  // What lies in the workspace says most to whoever reads it.
  const isInside = ({ taken }: PathClass): boolean => taken.includes(1);
  const classes = parted.classes.filter(({ taken }) => taken[0] === 0);
  return { ...parted, classes: [...classes.filter(isInside), ...classes.filter((each) => !isInside(each))] };
}

/** The shortest paths of a language inside and outside of the workspace. */
export function partedByPlace(
  language: PathLanguage,
  scene: Scene,
  work: Pick<DiffWork, 'names'>,
): readonly PathClass[] {
  const { classes } = pathClasses(
    [
      { language, group: 0 },
      { language: folderLanguage(scene.workspace), group: 1 },
    ],
    { isWithinFirst: true, settled: new Set(), family: null, names: work.names, maxSteps: MAX_STEPS_WITH_WITNESS },
  );
  return classes.filter(({ taken }) => taken[0] === 0).toSorted((a, b) => b.taken.length - a.taken.length);
}

/** Every set of names that the file rules of either table speak of, and those of the places. */
export function fileNames(before: RuleTable, after: RuleTable, scenes: readonly Scene[]): readonly NameGlob[] {
  const paths = [...before.files, ...after.files].flatMap((rule) =>
    rule.mode === 'enforce' ? [...rule.paths, ...rule.except].flatMap(pathAlternatives) : [],
  );
  return scenes
    .flatMap((scene) => [folderLanguage(scene.workspace), ...paths.map((path) => anchored(path, scene))])
    .flatMap((language) => language.filter((segment) => segment !== ANY_FOLDERS));
}

function languageKey(language: PathLanguage): string {
  return language.map((segment) => (typeof segment === 'string' ? segment : segment.key)).join('/');
}
