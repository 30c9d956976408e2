import { nameClasses } from './name-classes.ts';
import type { NameGlob } from './name-glob.ts';

/** How sets of names relate. Answers are kept, so that one is made for a whole comparison. */
export interface GlobRelation {
  /** Whether `wide` takes every name that `narrow` takes; false also where that would take too long to tell. */
  includes(wide: NameGlob, narrow: NameGlob): boolean;
  /** Whether some name is taken by both; true also where that would take too long to tell. */
  meets(one: NameGlob, other: NameGlob): boolean;
}

export function globRelation(): GlobRelation {
  const kept = new Map<string, { readonly includes: boolean; readonly meets: boolean }>();
  const compare = (wide: NameGlob, narrow: NameGlob): { readonly includes: boolean; readonly meets: boolean } => {
    if (wide.key === narrow.key) return { includes: true, meets: true };
    const quick = quickly(wide, narrow);
    if (quick !== null) return quick;
    const key = `${wide.key}\n${narrow.key}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const { classes, isComplete } = nameClasses([wide, narrow], false);
    const relation = {
      includes: isComplete && !classes.some(({ taken }) => taken.join() === '1'),
      meets: !isComplete || classes.some(({ taken }) => taken.length === 2),
    };
    kept.set(key, relation);
    return relation;
  };
  return {
    includes: (wide, narrow) => compare(wide, narrow).includes,
    meets: (one, other) => compare(one, other).meets,
  };
}

/** What first and last characters already tell; null where they tell nothing. */
function quickly(one: NameGlob, other: NameGlob): { readonly includes: boolean; readonly meets: boolean } | null {
  if (one.tokens.length === 1 && one.tokens[0] === 'run') return { includes: true, meets: true };
  const isApart = [0, -1].some((at) => {
    const [a, b] = [one.tokens.at(at), other.tokens.at(at)];
    return typeof a === 'object' && typeof b === 'object' && a.character.toLowerCase() !== b.character.toLowerCase();
  });
  return isApart ? { includes: false, meets: false } : null;
}
