import { parsePathPattern } from '../core/path-pattern.ts';
import type { PathPattern } from '../core/path-pattern.ts';
import type { PathStep } from '../core/path-pattern-glob.ts';
import { pathPatternIndex } from '../core/path-pattern-index.ts';
import type { PathPatternIndex } from '../core/path-pattern-index.ts';
import { pathMatcher } from '../core/path-pattern-match.ts';
import type { PathMatcher, PathPlaces } from '../core/path-pattern-match.ts';
import type { FileRule, RuleVerdict } from '../core/rule-table.ts';
import { isBefore } from './finding.ts';
import { reachIndex } from './reach-index.ts';
import type { ReachIndex } from './reach-index.ts';

export type FileAccess = FileRule['access'];

/** The file rules of a table, ready to be asked. */
export interface FileIndex {
  /** The rule with this verdict that covers a path, the first by id; null where none does. */
  matching(verdict: RuleVerdict, access: FileAccess | 'folder', path: string, places: PathPlaces): FileRule | null;
  /** A rule with this verdict that could cover a path of which only parts are known. Exceptions are not considered. */
  possible(
    verdict: RuleVerdict,
    access: FileAccess | 'folder',
    steps: readonly PathStep[],
    places: PathPlaces,
  ): FileRule | null;
  /** As {@link possible} for rules that deny, by patterns alone that name something hidden: `.env`, not `*.env`. */
  possibleHidden(access: FileAccess | 'folder', steps: readonly PathStep[], places: PathPlaces): FileRule | null;
  /** As {@link possible} for rules that deny writing, by patterns alone whose last name is spelled out: `.git/config`. */
  possibleNamed(steps: readonly PathStep[], places: PathPlaces): FileRule | null;
  /** A denying rule that protects something below this folder by the folder's own name, such as `.git` for `.git/hooks`. */
  guardingBelow(path: string, places: PathPlaces): FileRule | null;
}

/** Compiles file rules. @throws {TypeError} where a pattern cannot be read. */
export function fileIndex(rules: readonly FileRule[]): FileIndex {
  const compiled = rules.toSorted((a, b) => (isBefore(a.id, b.id) ? -1 : 1)).map(compileRule);
  const reaches = new Map<string, ReachGroup>();
  for (const verdict of ['deny', 'ask', 'allow'] as const) {
    for (const access of ['read', 'write', 'folder'] as const)
      reaches.set(`${verdict} ${access}`, reachGroup(compiled, verdict, access));
  }
  const group = (verdict: RuleVerdict, access: FileAccess | 'folder'): ReachGroup =>
    reaches.get(`${verdict} ${access}`) ?? reachGroup([], verdict, access);
  const covering = pathPatternIndex(ownedPatterns(compiled, (pattern) => [pattern]));
  const guarding = pathPatternIndex(
    ownedPatterns(
      compiled.filter(({ rule }) => rule.verdict === 'deny' && rule.access === 'write'),
      foldersNamedBy,
    ),
  );
  return {
    matching: firstOnPath(covering),
    possible(verdict, access, steps, places) {
      return group(verdict, access).reach(steps, places);
    },
    possibleHidden(access, steps, places) {
      return group('deny', access).hiddenReach(steps, places);
    },
    possibleNamed(steps, places) {
      return group('deny', 'folder').namedReach(steps, places);
    },
    guardingBelow: (path, places) => guarding(path, places).toSorted(inOrder)[0]?.rule ?? null,
  };
}

/** One file is asked about several times in a row, with every verdict: what covers its path is found once. */
function firstOnPath(covering: PathPatternIndex<CompiledFileRule>): FileIndex['matching'] {
  let lastPath = '';
  let lastPlaces: PathPlaces | null = null;
  let covered: readonly CompiledFileRule[] = [];
  return (verdict, access, path, places) => {
    if (path !== lastPath || places !== lastPlaces) {
      const found = covering(path, places);
      covered = found.length > 1 ? found.toSorted(inOrder) : found;
      [lastPath, lastPlaces] = [path, places];
    }
    for (const { rule, excepts } of covered) if (isAbout(rule, verdict, access) && !excepts(path, places)) return rule;
    return null;
  };
}

function inOrder(one: CompiledFileRule, other: CompiledFileRule): number {
  return one.order - other.order;
}

function ownedPatterns(
  compiled: readonly CompiledFileRule[],
  patternsOf: (pattern: PathPattern) => readonly PathPattern[],
): readonly { readonly owner: CompiledFileRule; readonly pattern: PathPattern }[] {
  return compiled.flatMap((owner) => owner.patterns.flatMap(patternsOf).map((pattern) => ({ owner, pattern })));
}

interface CompiledFileRule {
  readonly rule: FileRule;
  /** Place among the rules, by their ids. */
  readonly order: number;
  readonly patterns: readonly PathPattern[];
  readonly excepts: PathMatcher;
}

interface ReachGroup {
  readonly reach: ReachIndex;
  /** By patterns alone that name something hidden. */
  readonly hiddenReach: ReachIndex;
  /** By patterns alone whose last name is spelled out. */
  readonly namedReach: ReachIndex;
}

function reachGroup(
  compiled: readonly CompiledFileRule[],
  verdict: RuleVerdict,
  access: FileAccess | 'folder',
): ReachGroup {
  const rules = compiled.filter(({ rule }) => isAbout(rule, verdict, access));
  const reachBy = (isMeant: (pattern: PathPattern) => boolean): ReachIndex =>
    reachIndex(rules.map(({ rule, patterns }) => ({ rule, patterns: patterns.filter(isMeant) })));
  return { reach: reachBy(() => true), hiddenReach: reachBy(namesHidden), namedReach: reachBy(spellsLastName) };
}

/** A rule on writing takes what denies reading along: who may not read a file may not replace it either. */
function isAbout(rule: FileRule, verdict: RuleVerdict, access: FileAccess | 'folder'): boolean {
  if (rule.verdict !== verdict) return false;
  if (access === 'folder') return rule.access === 'write';
  return rule.access === access || (verdict === 'deny' && rule.access === 'read');
}

function compileRule(rule: FileRule, order: number): CompiledFileRule {
  return {
    rule,
    order,
    patterns: rule.paths.map((text) => parsed(rule, text)),
    excepts: pathMatcher(rule.except.map((text) => parsed(rule, text))),
  };
}

function parsed(rule: FileRule, text: string): PathPattern {
  const result = parsePathPattern(text);
  if (!result.ok) throw new TypeError(`rule ${rule.id}: path pattern \`${text}\`: ${result.problem}`);
  return result.pattern;
}

function namesHidden(pattern: PathPattern): boolean {
  return pattern.alternatives.some((segments) => segments.some((segment) => segment.startsWith('.')));
}

function spellsLastName(pattern: PathPattern): boolean {
  return pattern.alternatives.some((segments) => !/[*?]/.test(segments.at(-1) ?? '*'));
}

/** The folders that a pattern names on its way to what it protects: any `.git/hooks` names `.git`. */
function foldersNamedBy(pattern: PathPattern): readonly PathPattern[] {
  const alternatives = pattern.alternatives.flatMap((segments) => {
    const fixed = segments.at(-1) === '**' ? segments.slice(0, -1) : segments;
    const prefixes: (readonly string[])[] = [];
    for (let length = fixed.length - 1; length > 0; length -= 1) {
      const prefix = fixed.slice(0, length);
      if (/[*?]/.test(prefix.at(-1) ?? '*')) break;
      prefixes.push(prefix);
    }
    return prefixes;
  });
  return alternatives.length === 0 ? [] : [{ text: pattern.text, base: pattern.base, alternatives }];
}
