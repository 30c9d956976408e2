import { ANY_FOLDERS } from '../core/path-pattern.ts';
import type { GlobRelation } from './glob-relation.ts';
import { pathGlob } from './name-glob.ts';
import type { NameGlob } from './name-glob.ts';
import { segmentsOf, unanchored } from './path-language.ts';
import type { PathAlternative, PathLanguage } from './path-language.ts';

const ANY_NAME = pathGlob('*');

/**
 * Whether one pattern takes every path that another takes, name by name: each name of a path of `narrow` is taken by a
 * segment of `wide`, in the same place. It then also holds for paths of which only parts are known, which is how a
 * shell's globs are compared; and wherever home and workspace are. May say no although the sets are nested, never yes
 * although they are not.
 */
export function pathIncludes(wide: PathAlternative, narrow: PathAlternative, globs: GlobRelation): boolean {
  if (wide.base === narrow.base) return languageIncludes(segmentsOf(wide), segmentsOf(narrow), globs);
  return wide.base === 'root' && languageIncludes(segmentsOf(wide), unanchored(narrow), globs);
}

/** Whether some path is taken by both; where the places are not known, whether there might be one. */
export function languagesMeet(one: PathLanguage, other: PathLanguage, globs: GlobRelation): boolean {
  const last = [one.at(-1), other.at(-1)];
  if (last[0] !== undefined && last[1] !== undefined && !segmentsMeet(last[0], last[1], globs)) return false;
  let after: boolean[] = [];
  for (let a = one.length; a >= 0; a -= 1) {
    const row: boolean[] = [];
    const here = one[a];
    for (let b = other.length; b >= 0; b -= 1) {
      const there = other[b];
      row[b] =
        (here === undefined && there === undefined) ||
        (here === ANY_FOLDERS && (after[b] === true || (there !== undefined && row[b + 1] === true))) ||
        (there === ANY_FOLDERS && (row[b + 1] === true || (here !== undefined && after[b] === true))) ||
        (here !== undefined &&
          there !== undefined &&
          here !== ANY_FOLDERS &&
          there !== ANY_FOLDERS &&
          after[b + 1] === true &&
          globs.meets(here, there));
    }
    after = row;
  }
  return after[0] ?? false;
}

function segmentsMeet(one: PathLanguage[number], other: PathLanguage[number], globs: GlobRelation): boolean {
  return one === ANY_FOLDERS || other === ANY_FOLDERS || globs.meets(one, other);
}

/** Walks `narrow` and keeps the set of places in `wide` that took the same names. */
function languageIncludes(wide: PathLanguage, narrow: PathLanguage, globs: GlobRelation): boolean {
  const queue: { readonly place: number; readonly wides: readonly number[] }[] = [
    { place: 0, wides: reached(wide, [0]) },
  ];
  const seen = new Set<string>();
  for (let at = 0; at < queue.length; at += 1) {
    const here = queue[at];
    if (here === undefined) break;
    const { place, wides } = here;
    const key = `${place} ${wides.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const segment = narrow[place];
    if (segment === undefined) {
      if (!wides.includes(wide.length)) return false;
      continue;
    }
    if (wides.length === 0) return false;
    if (segment === ANY_FOLDERS) {
      queue.push({ place: place + 1, wides }, { place, wides: stepped(wide, wides, ANY_NAME, globs) });
    } else queue.push({ place: place + 1, wides: stepped(wide, wides, segment, globs) });
  }
  return true;
}

function stepped(
  wide: PathLanguage,
  places: readonly number[],
  name: NameGlob,
  globs: GlobRelation,
): readonly number[] {
  const next: number[] = [];
  for (const place of places) {
    const segment = wide[place];
    if (segment === ANY_FOLDERS) next.push(place);
    else if (segment !== undefined && globs.includes(segment, name)) next.push(place + 1);
  }
  return reached(wide, next);
}

function reached(wide: PathLanguage, places: readonly number[]): readonly number[] {
  const all = new Set<number>();
  for (const start of places) {
    all.add(start);
    for (let place = start; wide[place] === ANY_FOLDERS; place += 1) all.add(place + 1);
  }
  return [...all].sort((a, b) => a - b);
}
