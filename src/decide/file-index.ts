import { parsePathPattern } from '../core/path-pattern.ts';
import type { PathPattern } from '../core/path-pattern.ts';
import { pathReach } from '../core/path-pattern-glob.ts';
import type { PathReach, PathStep } from '../core/path-pattern-glob.ts';
import { pathMatcher } from '../core/path-pattern-match.ts';
import type { PathMatcher, PathPlaces } from '../core/path-pattern-match.ts';
import type { FileRule, RuleVerdict } from '../core/rule-table.ts';

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
  const compiled = rules.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(compileRule);
  const groups = new Map<string, RuleGroup>();
  for (const verdict of ['deny', 'ask', 'allow'] as const) {
    for (const access of ['read', 'write', 'folder'] as const)
      groups.set(`${verdict} ${access}`, ruleGroup(compiled, verdict, access));
  }
  const group = (verdict: RuleVerdict, access: FileAccess | 'folder'): RuleGroup =>
    groups.get(`${verdict} ${access}`) ?? ruleGroup([], verdict, access);
  const guarded = compiled
    .filter(({ rule }) => rule.verdict === 'deny' && rule.access === 'write')
    .map(({ rule, patterns }) => ({ rule, covers: pathMatcher(patterns.flatMap(foldersNamedBy)) }));
  return {
    matching(verdict, access, path, places) {
      const { coversAny, rules: own } = group(verdict, access);
      if (!coversAny(path, places)) return null;
      return own.find((each) => each.covers(path, places) && !each.excepts(path, places))?.rule ?? null;
    },
    possible(verdict, access, steps, places) {
      const { rules: own } = group(verdict, access);
      return own.find((each) => each.reaches.some((reach) => reach(steps, places)))?.rule ?? null;
    },
    possibleHidden(access, steps, places) {
      const { rules: own } = group('deny', access);
      return own.find((each) => each.hiddenReaches.some((reach) => reach(steps, places)))?.rule ?? null;
    },
    possibleNamed(steps, places) {
      const { rules: own } = group('deny', 'folder');
      return own.find((each) => each.namedReaches.some((reach) => reach(steps, places)))?.rule ?? null;
    },
    guardingBelow: (path, places) => guarded.find(({ covers }) => covers(path, places))?.rule ?? null,
  };
}

interface CompiledFileRule {
  readonly rule: FileRule;
  readonly patterns: readonly PathPattern[];
  readonly reaches: readonly PathReach[];
  readonly hiddenReaches: readonly PathReach[];
  readonly namedReaches: readonly PathReach[];
  readonly covers: PathMatcher;
  readonly excepts: PathMatcher;
}

interface RuleGroup {
  readonly rules: readonly CompiledFileRule[];
  readonly coversAny: PathMatcher;
}

/** A rule on writing takes what denies reading along: who may not read a file may not replace it either. */
function ruleGroup(
  compiled: readonly CompiledFileRule[],
  verdict: RuleVerdict,
  access: FileAccess | 'folder',
): RuleGroup {
  const rules = compiled.filter(({ rule }) => {
    if (rule.verdict !== verdict) return false;
    if (access === 'folder') return rule.access === 'write';
    return rule.access === access || (verdict === 'deny' && rule.access === 'read');
  });
  return { rules, coversAny: pathMatcher(rules.flatMap((each) => each.patterns)) };
}

function compileRule(rule: FileRule): CompiledFileRule {
  const patterns = rule.paths.map((text) => parsed(rule, text));
  const reaches = patterns.map(pathReach);
  const hiddenReaches = patterns.filter(namesHidden).map(pathReach);
  const namedReaches = patterns.filter(spellsLastName).map(pathReach);
  return {
    rule,
    patterns,
    reaches,
    hiddenReaches,
    namedReaches,
    covers: pathMatcher(patterns),
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
