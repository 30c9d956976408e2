import { MAX_NAME_STATES } from './bounds.ts';
import { takes } from './name-glob.ts';
import type { GlobToken, NameGlob } from './name-glob.ts';

/** Names that the same globs take, by the shortest of them. */
export interface NameClass {
  readonly name: string;
  /** Indices of the globs that take it, ascending. */
  readonly taken: readonly number[];
}

export interface NameClasses {
  readonly classes: readonly NameClass[];
  /** Whether every name belongs to one of the classes; false where the automaton grew over its bound. */
  readonly isComplete: boolean;
  /** How many places in globs were walked: what it cost. */
  readonly steps: number;
}

/**
 * Parts all names that are not empty into classes by which globs take them: the reachable states of the joint
 * deterministic automaton of all globs, shortest member first. `.` and `..` are left out where `isFile`.
 */
export function nameClasses(globs: readonly NameGlob[], isFile: boolean, maxStates = MAX_NAME_STATES): NameClasses {
  const start = globs.flatMap((glob, index) => closed(glob, index, [0]));
  // The start itself is no name: a name may lead back into its state.
  const seen = new Set<string>();
  const minded = mindedLetters(globs);
  const queue: { readonly state: readonly number[]; readonly name: string }[] = [{ state: start, name: '' }];
  const byTaken = new Map<string, NameClass>();
  let steps = 0;
  for (let at = 0; at < queue.length; at += 1) {
    const here = queue[at];
    if (here === undefined) break;
    for (const character of charactersAt(globs, here.state, here.name, isFile, minded)) {
      const name = here.name + character;
      const state = stepped(globs, here.state, character);
      steps += here.state.length;
      // Until a third character, dots alone are told apart from what else leads into the same state.
      const isDots = isFile && (name === '.' || name === '..');
      const key = isDots ? `${name} ${state.join()}` : state.join();
      if (seen.has(key)) continue;
      if (seen.size >= maxStates) return { classes: [...byTaken.values()], isComplete: false, steps };
      seen.add(key);
      queue.push({ state, name });
      if (isDots) continue;
      const taken = ends(globs, state);
      const known = taken.join();
      if (!byTaken.has(known)) byTaken.set(known, { name, taken });
    }
  }
  return { classes: [...byTaken.values()], isComplete: true, steps };
}

/** Longest glob that states can count in. */
const STRIDE = 8_192;

/**
 * Characters that lead to different states from here: those that a glob waits for, lower case first, and one that none
 * does. Capitals only where some glob minds them.
 */
function charactersAt(
  globs: readonly NameGlob[],
  state: readonly number[],
  name: string,
  isFile: boolean,
  minded: ReadonlySet<string>,
): readonly string[] {
  const waited = new Set<string>();
  for (const position of state) {
    const glob = globs[Math.floor(position / STRIDE)];
    const token = tokenAt(glob, position);
    if (glob === undefined || token === undefined || typeof token === 'string') continue;
    waited.add(token.character);
    const capital = token.character.toUpperCase();
    if (glob.isCaseless && minded.has(token.character)) waited.add(capital);
  }
  if (isFile) {
    waited.delete('/');
    if (name === '' || name === '.') waited.add('.');
  }
  return [...[...waited].sort(lowerFirst), otherThan(waited)];
}

function lowerFirst(a: string, b: string): number {
  const [capitalA, capitalB] = [a !== a.toLowerCase(), b !== b.toLowerCase()];
  if (capitalA !== capitalB) return capitalA ? 1 : -1;
  return a < b ? -1 : 1;
}

/** Letters, in lower case, that a glob which minds case holds. */
function mindedLetters(globs: readonly NameGlob[]): ReadonlySet<string> {
  const minded = new Set<string>();
  for (const glob of globs.filter((each) => !each.isCaseless)) {
    for (const token of glob.tokens) if (typeof token !== 'string') minded.add(token.character.toLowerCase());
  }
  return minded;
}

const PLAIN_CHARACTERS = 'xyzqjwvkbacdefghilmnoprstu0123456789XYZQJWVKBACDEFGHILMNOPRSTU_';

function otherThan(waited: ReadonlySet<string>): string {
  for (const character of PLAIN_CHARACTERS) if (!waited.has(character)) return character;
  for (let code = 0xc0; ; code += 1) {
    const character = String.fromCharCode(code);
    if (!waited.has(character)) return character;
  }
}

function stepped(globs: readonly NameGlob[], state: readonly number[], character: string): readonly number[] {
  const next: number[] = [];
  for (let at = 0; at < state.length;) {
    const index = Math.floor((state[at] ?? 0) / STRIDE);
    const glob = globs[index];
    const places: number[] = [];
    for (; at < state.length && Math.floor((state[at] ?? 0) / STRIDE) === index; at += 1) {
      const place = (state[at] ?? 0) % STRIDE;
      const token = glob?.tokens[place];
      if (glob === undefined || token === undefined || !takes(token, character, glob.isCaseless)) continue;
      places.push(token === 'run' ? place : place + 1);
    }
    if (glob !== undefined && places.length > 0) next.push(...closed(glob, index, places));
  }
  return next;
}

/** Positions of one glob with those behind its stars. What lies in front of the last star reached adds nothing. */
function closed(glob: NameGlob, index: number, places: readonly number[]): readonly number[] {
  const all = new Set<number>();
  let lastRun = 0;
  for (const start of places) {
    let place = start;
    all.add(place);
    while (glob.tokens[place] === 'run') {
      lastRun = Math.max(lastRun, place);
      place += 1;
      all.add(place);
    }
  }
  return [...all]
    .filter((place) => place >= lastRun)
    .sort((a, b) => a - b)
    .map((place) => index * STRIDE + place);
}

function ends(globs: readonly NameGlob[], state: readonly number[]): readonly number[] {
  const taken: number[] = [];
  for (const position of state) {
    const index = Math.floor(position / STRIDE);
    if (position % STRIDE === globs[index]?.tokens.length) taken.push(index);
  }
  return taken;
}

function tokenAt(glob: NameGlob | undefined, position: number): GlobToken | undefined {
  return glob?.tokens[position % STRIDE];
}
