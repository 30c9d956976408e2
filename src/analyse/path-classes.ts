import { ANY_FOLDERS } from '../core/path-pattern.ts';
import { MAX_PATH_STATES, MAX_PATH_STEPS } from './bounds.ts';
import type { KeptNames } from './kept-names.ts';
import type { NameGlob } from './name-glob.ts';
import type { PathLanguage } from './path-language.ts';

/** A set of paths, and the group for which it counts: paths are told apart by groups, not by their members. */
export interface GroupedPaths {
  readonly language: PathLanguage;
  readonly group: number;
}

/** Paths that the same groups take, by the shortest of them. */
export interface PathClass {
  readonly path: string;
  /** Groups that take it, ascending. */
  readonly taken: readonly number[];
}

export interface PathClasses {
  readonly classes: readonly PathClass[];
  /** Whether every path belongs to one of the classes; false where the automaton grew over its bound. */
  readonly isComplete: boolean;
  /** How many steps between states were made. */
  readonly steps: number;
}

/** How far to look. */
export interface PathSearch {
  /** Leave out what group 0 can no longer take: what is asked is often only about that one. */
  readonly isWithinFirst: boolean;
  /** Groups behind whose folders nothing has to be told apart. */
  readonly settled: ReadonlySet<number>;
  /** The group of which group 0 is a part, if any. */
  readonly family: number | null;
  readonly names: KeptNames;
  /** Most steps between states. */
  readonly maxSteps: number;
}

/**
 * Parts all absolute, normalised paths into classes by which groups take them, shortest first: the reachable states of
 * the joint deterministic automaton over names.
 */
export function pathClasses(paths: readonly GroupedPaths[], search: PathSearch): PathClasses {
  const byTaken = new Map<string, PathClass>();
  const start = tidied(
    paths.flatMap(({ language }, index) => placesFrom(language, 0).map((place) => codeOf(paths, index, place))),
    paths,
    search,
  );
  const seen = new Set([start.join()]);
  const queue: { readonly state: readonly number[]; readonly path: string }[] = [{ state: start, path: '' }];
  let isComplete = true;
  let steps = 0;
  for (let at = 0; at < queue.length; at += 1) {
    const here = queue[at];
    if (here === undefined) break;
    const taken = here.state.filter((code) => code < 0).map(groupOf);
    const known = [...new Set(taken)].sort((a, b) => a - b);
    if (!byTaken.has(known.join()))
      byTaken.set(known.join(), { path: here.path === '' ? '/' : here.path, taken: known });
    const onward = onwardFrom(paths, here.state);
    const { classes, isComplete: isWhole } = search.names(onward.globs);
    isComplete &&= isWhole;
    const done = new Set<string>();
    for (const { name, taken: which } of classes) {
      const effect = [...new Set(which.map((index) => onward.effects[index] ?? ''))].sort().join(' ');
      if (done.has(effect)) continue;
      done.add(effect);
      steps += 1;
      if (steps > search.maxSteps) return { classes: [...byTaken.values()], isComplete: false, steps };
      const codes = [
        ...onward.staying,
        ...effect.split(' ').flatMap((each) => (each === '' ? [] : each.split(',').map(Number))),
      ];
      const state = tidied(codes, paths, search);
      steps += codes.length;
      if (search.isWithinFirst && !state.some((code) => isOfFirst(code, paths))) continue;
      if (state.some((code) => isAbsorbed(code) && search.settled.has(groupOf(code)))) continue;
      const key = state.join();
      if (seen.has(key)) continue;
      if (seen.size >= MAX_PATH_STATES) return { classes: [...byTaken.values()], isComplete: false, steps };
      seen.add(key);
      queue.push({ state, path: `${here.path}/${name}` });
    }
  }
  return { classes: [...byTaken.values()], isComplete, steps };
}

/** The shortest path that a language takes; null where there is none. */
export function shortestPath(language: PathLanguage, names: KeptNames): string | null {
  const search = { isWithinFirst: true, settled: new Set<number>(), family: null, names, maxSteps: MAX_PATH_STEPS };
  const { classes } = pathClasses([{ language, group: 0 }], search);
  return classes.find(({ taken }) => taken[0] === 0)?.path ?? null;
}

/**
 * A state is a list of codes. A place in a language is `index * STRIDE + place`. Below zero stand groups: odd numbers
 * for one that takes the path, even ones for one that takes it and all below it.
 */
const STRIDE = 8_192;

const takenBy = (group: number): number => -2 * group - 1;
const absorbedBy = (group: number): number => -2 * group - 2;
const isAbsorbed = (code: number): boolean => code < 0 && code % 2 === 0;
const groupOf = (code: number): number => Math.floor((-code - 1) / 2);

function codeOf(paths: readonly GroupedPaths[], index: number, place: number): number {
  const { language, group } = paths[index] ?? { language: [], group: 0 };
  if (place === language.length) return takenBy(group);
  return place === language.length - 1 && language[place] === ANY_FOLDERS ? absorbedBy(group) : index * STRIDE + place;
}

function isOfFirst(code: number, paths: readonly GroupedPaths[]): boolean {
  return code < 0 ? groupOf(code) === 0 : paths[Math.floor(code / STRIDE)]?.group === 0;
}

/** Sorted, each once, without what a group that takes everything below makes idle. */
function tidied(codes: readonly number[], paths: readonly GroupedPaths[], search: PathSearch): readonly number[] {
  const idle = new Set<number>();
  for (const code of codes) {
    if (!isAbsorbed(code)) continue;
    idle.add(groupOf(code));
    if (groupOf(code) === 0 && search.family !== null) idle.add(search.family);
  }
  const kept = codes.filter((code) => {
    const group = code < 0 ? groupOf(code) : (paths[Math.floor(code / STRIDE)]?.group ?? 0);
    return !idle.has(group) || (isAbsorbed(code) && (group === 0 || !(idle.has(0) && group === search.family)));
  });
  return [...new Set(kept)].sort((a, b) => a - b);
}

interface Onward {
  /** Codes that any name leads to. */
  readonly staying: readonly number[];
  readonly globs: readonly NameGlob[];
  /** For each glob the codes that its names lead to besides, joined by commas. */
  readonly effects: readonly string[];
}

function onwardFrom(paths: readonly GroupedPaths[], state: readonly number[]): Onward {
  const staying: number[] = [];
  const byKey = new Map<string, { readonly glob: NameGlob; readonly codes: Set<number> }>();
  for (const code of state) {
    if (code < 0) {
      if (isAbsorbed(code)) staying.push(code);
      continue;
    }
    const [index, place] = [Math.floor(code / STRIDE), code % STRIDE];
    const language = paths[index]?.language ?? [];
    const segment = language[place];
    if (segment === undefined) continue;
    if (segment === ANY_FOLDERS) {
      staying.push(...placesFrom(language, place).map((next) => codeOf(paths, index, next)));
      continue;
    }
    const known = byKey.get(segment.key) ?? { glob: segment, codes: new Set<number>() };
    for (const next of placesFrom(language, place + 1)) known.codes.add(codeOf(paths, index, next));
    byKey.set(segment.key, known);
  }
  const waited = [...byKey.values()];
  return {
    staying,
    globs: waited.map(({ glob }) => glob),
    effects: waited.map(({ codes }) => [...codes].sort((a, b) => a - b).join()),
  };
}

/** A place and those behind any folders that begin there. */
function placesFrom(language: PathLanguage, place: number): readonly number[] {
  const places = [place];
  for (let next = place; language[next] === ANY_FOLDERS; next += 1) places.push(next + 1);
  return places;
}
