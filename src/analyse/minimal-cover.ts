import type { RuleTable } from '../core/rule-table.ts';
import type { Clause, PatternList } from './clause.ts';
import { commandAtoms } from './command-atom.ts';
import { atomIncludes } from './command-relation.ts';
import { guardedFolders } from './file-clauses.ts';
import { globRelation } from './glob-relation.ts';
import { hostIncludes } from './name-clauses.ts';
import { starGlob } from './name-glob.ts';
import { pathAlternatives } from './path-language.ts';
import { pathIncludes } from './path-relation.ts';

/** A pattern that may go, because another pattern of the same list takes all that it takes. */
export interface Implied {
  readonly clause: Clause;
  readonly by: Clause;
}

/**
 * Patterns that their own rule does not need. What is left of each list takes the same calls: of two that take the
 * same, only the later one is named. May miss some.
 *
 * @throws {TypeError} where a pattern cannot be read.
 */
export function minimalCover(table: RuleTable): readonly Implied[] {
  const globs = globRelation();
  const command = (wide: string, narrow: string): boolean => {
    const wider = commandAtoms(wide);
    return commandAtoms(narrow).every((atom) => wider.some((each) => atomIncludes(each, atom, globs)));
  };
  const path = (wide: string, narrow: string): boolean => {
    const wider = pathAlternatives(wide);
    return pathAlternatives(narrow).every((each) => wider.some((one) => pathIncludes(one, each, globs)));
  };
  // A pattern also protects the folders on its way, and counts as hidden or named where a name is half known.
  const denied = (wide: string, narrow: string): boolean => {
    const [wider, narrower] = [pathAlternatives(wide), pathAlternatives(narrow)];
    const kept = [...wider, ...wider.flatMap(guardedFolders)];
    const isHidden = (texts: typeof wider): boolean =>
      texts.some(({ segments }) => segments.some((one) => one.startsWith('.')));
    const isNamed = (texts: typeof wider): boolean =>
      texts.some(({ segments }) => !/[*?]/.test(segments.at(-1) ?? '*'));
    if ((isHidden(narrower) && !isHidden(wider)) || (isNamed(narrower) && !isNamed(wider))) return false;
    return (
      path(wide, narrow) &&
      narrower.flatMap(guardedFolders).every((folder) => kept.some((one) => pathIncludes(one, folder, globs)))
    );
  };
  const name = (wide: string, narrow: string): boolean => globs.includes(starGlob(wide), starGlob(narrow));
  return [
    ...table.commands.flatMap((rule) => [
      ...implied({ ...about('command', rule), list: 'run' }, rule.run, command),
      // A restricting rule steps back only for words that its exception accounts for: a wider one does not replace it.
      ...(rule.verdict === 'allow' ? implied({ ...about('command', rule), list: 'unless' }, rule.unless, command) : []),
    ]),
    ...table.files.flatMap((rule) => [
      ...implied({ ...about('file', rule), list: 'paths' }, rule.paths, rule.verdict === 'deny' ? denied : path),
      ...implied({ ...about('file', rule), list: 'except' }, rule.except, path),
    ]),
    ...table.web.flatMap((rule) => [
      ...implied({ ...about('web', rule), list: 'hosts' }, rule.hosts, hostIncludes),
      ...implied({ ...about('web', rule), list: 'except' }, rule.except, hostIncludes),
    ]),
    ...table.mcp.flatMap((rule) => implied({ ...about('mcp', rule), list: 'tools' }, rule.tools, name)),
    ...table.tools.flatMap((rule) => implied({ ...about('tool', rule), list: 'tools' }, rule.tools, name)),
  ];
}

type About = Pick<Clause, 'kind' | 'ruleId' | 'verdict'>;

function about(
  kind: Clause['kind'],
  rule: { readonly id: Clause['ruleId']; readonly verdict: Clause['verdict'] },
): About {
  return { kind, ruleId: rule.id, verdict: rule.verdict };
}

function implied(
  base: About & { readonly list: PatternList },
  texts: readonly string[],
  includes: (wide: string, narrow: string) => boolean,
): readonly Implied[] {
  return texts.flatMap((text, index) => {
    const at = texts.findIndex(
      (wide, other) => other !== index && includes(wide, text) && (other < index || !includes(text, wide)),
    );
    const by = texts[at];
    return by === undefined ? [] : [{ clause: { ...base, index, text }, by: { ...base, index: at, text: by } }];
  });
}
