import { ANY_FOLDERS } from '../core/path-pattern.ts';
import type { FileRule } from '../core/rule-table.ts';
import type { Clause } from './clause.ts';
import { strength } from './clause.ts';
import type { GlobRelation } from './glob-relation.ts';
import { pathAlternatives, unanchored } from './path-language.ts';
import type { PathAlternative } from './path-language.ts';
import { languagesMeet, pathIncludes } from './path-relation.ts';

/** One text that the braces of a rule's path pattern stand for, with all that its meaning depends on. */
export interface FileClause {
  readonly clause: Clause;
  readonly rule: FileRule;
  readonly path: PathAlternative;
  /** What the rule is not about, as far as it can concern this path. */
  readonly excepts: readonly PathAlternative[];
  /** The pattern names something hidden, or spells its last name: such a pattern also counts against names half known. */
  readonly marks: readonly ('hidden' | 'named')[];
  /** Two with one key say the same about every file. */
  readonly key: string;
}

export function fileClauses(rules: readonly FileRule[], globs: GlobRelation): readonly FileClause[] {
  return rules
    .filter((rule) => rule.mode === 'enforce')
    .flatMap((rule) => {
      const excepts = rule.except.flatMap(pathAlternatives);
      return rule.paths.flatMap((text, index) => {
        const clause: Clause = { kind: 'file', ruleId: rule.id, verdict: rule.verdict, list: 'paths', index, text };
        const alternatives = pathAlternatives(text);
        const marks = marksOf(rule, alternatives);
        return alternatives.map((path): FileClause => {
          const near = excepts.filter((except) => languagesMeet(unanchored(except), unanchored(path), globs));
          const texts = [...new Set(near.map(alternativeKey))].sort();
          const key = [rule.verdict, rule.access, ...marks, alternativeKey(path), ...texts].join('\n');
          return { clause, rule, path, excepts: near, marks, key };
        });
      });
    });
}

/**
 * Whether `strong` says at least as much as `weak` wherever `weak` speaks: about files that a tool names and about
 * those that a command names in part or by their folder.
 */
export function fileDominates(strong: FileClause, weak: FileClause, globs: GlobRelation): boolean {
  const [wide, narrow] = [strong.rule, weak.rule];
  if ((wide.verdict === 'allow') !== (narrow.verdict === 'allow')) return false;
  if (strength(wide.verdict) < strength(narrow.verdict)) return false;
  // Who may not read a file may not replace it, but may make a folder of its name.
  if (wide.access !== narrow.access) return false;
  if (!weak.marks.every((mark) => strong.marks.includes(mark))) return false;
  if (!coversPaths(strong, weak, globs)) return false;
  if (narrow.verdict !== 'deny' || narrow.access !== 'write') return true;
  const guarded = guardedFolders(strong.path);
  return guardedFolders(weak.path).every((folder) =>
    [...guarded, ...(strong.excepts.length === 0 ? [strong.path] : [])].some((wider) =>
      pathIncludes(wider, folder, globs),
    ),
  );
}

/** Whether a restricting clause speaks about every file that an allowing one does. */
export function fileShadows(strong: FileClause, weak: FileClause, globs: GlobRelation): boolean {
  const [wide, narrow] = [strong.rule, weak.rule];
  if (strength(wide.verdict) <= strength(narrow.verdict)) return false;
  const isHeard = wide.access === narrow.access || (wide.verdict === 'deny' && wide.access === 'read');
  return isHeard && coversPaths(strong, weak, globs);
}

function coversPaths(strong: FileClause, weak: FileClause, globs: GlobRelation): boolean {
  if (!pathIncludes(strong.path, weak.path, globs)) return false;
  return strong.excepts
    .filter((except) => languagesMeet(unanchored(except), unanchored(weak.path), globs))
    .every((except) => weak.excepts.some((own) => pathIncludes(own, except, globs)));
}

/** The folders that a pattern names on its way to what it protects: to remove them would remove that too. */
export function guardedFolders({ base, segments }: PathAlternative): readonly PathAlternative[] {
  const fixed = segments.at(-1) === ANY_FOLDERS ? segments.slice(0, -1) : segments;
  const folders: PathAlternative[] = [];
  for (let length = fixed.length - 1; length > 0; length -= 1) {
    if (/[*?]/.test(fixed[length - 1] ?? '*')) break;
    folders.push({ base, segments: fixed.slice(0, length) });
  }
  return folders;
}

function marksOf(rule: FileRule, alternatives: readonly PathAlternative[]): readonly ('hidden' | 'named')[] {
  if (rule.verdict !== 'deny') return [];
  const isHidden = alternatives.some(({ segments }) => segments.some((segment) => segment.startsWith('.')));
  const isNamed = rule.access === 'write' && alternatives.some(({ segments }) => !/[*?]/.test(segments.at(-1) ?? '*'));
  return [...(isHidden ? (['hidden'] as const) : []), ...(isNamed ? (['named'] as const) : [])];
}

function alternativeKey({ base, segments }: PathAlternative): string {
  return `${base}:${segments.join('/').toLowerCase()}`;
}
