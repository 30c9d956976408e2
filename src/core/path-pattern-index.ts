import { ANY_FOLDERS } from './path-pattern.ts';
import type { PathPattern } from './path-pattern.ts';
import { isPossiblePath, pathMatcher } from './path-pattern-match.ts';
import type { PathMatcher, PathPlaces } from './path-pattern-match.ts';

/**
 * The owners of those patterns that cover an absolute, normalised path: in no order, and one with several patterns
 * perhaps more than once. Takes as long for ten thousand patterns as for ten, as long as few of them share a name.
 */
export type PathPatternIndex<Owner> = (path: string, places: PathPlaces) => readonly Owner[];

interface Entry<Owner> {
  readonly owner: Owner;
  readonly covers: PathMatcher;
}

/**
 * Joins the patterns of many owners. A pattern is held against a path only where the path has what the pattern spells
 * out: a name of it, or the ending or the first character of the last name.
 */
export function pathPatternIndex<Owner>(
  owned: Iterable<{ readonly owner: Owner; readonly pattern: PathPattern }>,
): PathPatternIndex<Owner> {
  const byName = new Map<string, Entry<Owner>[]>();
  const byEnding = new Map<string, Entry<Owner>[]>();
  const byFirst = new Map<string, Entry<Owner>[]>();
  const others: Entry<Owner>[] = [];
  for (const { owner, pattern } of owned) {
    for (const segments of pattern.alternatives) {
      const entry = { owner, covers: pathMatcher([{ ...pattern, alternatives: [segments] }]) };
      const { name, ending, first } = spelledOut(segments);
      if (name !== '') add(byName, name, entry);
      else if (ending !== '') add(byEnding, ending, entry);
      else if (first !== '') add(byFirst, first, entry);
      else others.push(entry);
    }
  }
  return (path, places) => {
    if (!isPossiblePath(path)) return [];
    const folded = caseless(path);
    // INVARIANT: each list is held against the path once, however often its name stands in the path.
    let met: Set<readonly Entry<Owner>[]> | null = null;
    let start = 1;
    for (let slash = folded.indexOf('/', start); slash >= 0; slash = folded.indexOf('/', start)) {
      met = withList(met, byName.get(folded.slice(start, slash)));
      start = slash + 1;
    }
    const last = folded.slice(start);
    met = withList(met, byName.get(last));
    met = withList(met, byEnding.get(endingOf(last)));
    met = withList(met, byFirst.get(last.slice(0, 1)));
    if (others.length > 0) met = withList(met, others);
    if (met === null) return [];
    const owners: Owner[] = [];
    for (const entries of met) for (const { owner, covers } of entries) if (covers(path, places)) owners.push(owner);
    return owners;
  };
}

/** What every path that the segments cover must have, without regard to case; the first that is not empty counts. */
function spelledOut(segments: readonly string[]): {
  readonly name: string;
  readonly ending: string;
  readonly first: string;
} {
  const name = segments.findLast((segment) => !/[*?]/.test(segment)) ?? '';
  const last = segments.at(-1) ?? ANY_FOLDERS;
  const isOpen = last === ANY_FOLDERS;
  return {
    name: caseless(name),
    ending: isOpen ? '' : endingOf(caseless(/[^*?]*$/.exec(last)?.[0] ?? '')),
    first: isOpen ? '' : caseless(/^[^*?]?/.exec(last)?.[0] ?? ''),
  };
}

/** The last dot of a name and what follows it; empty where there is no dot. */
function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

/** One spelling for all texts that a regular expression which ignores case takes for the same. */
function caseless(text: string): string {
  if (!/[^\0-\x7F]/.test(text)) return text.toUpperCase();
  let folded = '';
  // As in ECMA-262 on `Canonicalize`: code unit by code unit, and none beyond ASCII becomes one of ASCII.
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    const upper = unit.toUpperCase();
    folded += upper.length === 1 && (upper > '\x7F' || unit <= '\x7F') ? upper : unit;
  }
  return folded;
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  if (lists.get(key)?.push(value) === undefined) lists.set(key, [value]);
}

/** Most paths meet no list at all: the set is made for the first one. */
function withList<List>(met: Set<List> | null, list: List | undefined): Set<List> | null {
  return list === undefined ? met : (met ?? new Set<List>()).add(list);
}
