import { ANY_FOLDERS } from './path-pattern.ts';
import type { PathPattern } from './path-pattern.ts';
import type { PathPlaces } from './path-pattern-match.ts';

/**
 * One character of a name that is only partly known: itself, or a mark. `one` is any single character, `run` any run
 * of them as a shell's `*`, and `anything` a run that may also begin with a dot, where nothing is known.
 * `one` and `run` at the start of a name do not stand for a dot, as in bash without `dotglob`.
 */
export type NameToken = { readonly character: string } | 'one' | 'run' | 'anything';

/** A folder or file name in a path that is only partly known; {@link ANY_FOLDERS} is any number of unknown folders. */
export type PathStep = typeof ANY_FOLDERS | readonly NameToken[];

/** Tells whether a path from the root of which only parts are known could be one that a pattern covers. */
export type PathReach = (steps: readonly PathStep[], places: PathPlaces) => boolean;

/** Prepares a pattern to be compared with paths that are only partly known. */
export function pathReach(pattern: PathPattern): PathReach {
  const alternatives = pattern.alternatives.map((segments) =>
    segments.map((segment): Segment => (segment === ANY_FOLDERS ? ANY_FOLDERS : patternSegment(segment))),
  );
  return (steps, places) => {
    const base = pattern.base === 'root' ? '' : pattern.base === 'home' ? places.homeDir : places.workspace;
    const front =
      base === ''
        ? []
        : base
            .split('/')
            .filter((name) => name !== '')
            .map(literalSegment);
    return alternatives.some(
      (segments) =>
        !endsApart(segments, steps) && pathsMeet(front.length === 0 ? segments : [...front, ...segments], steps),
    );
  };
}

/** Whether the last names alone rule a meeting out, which they nearly always do. */
function endsApart(segments: readonly Segment[], steps: readonly PathStep[]): boolean {
  const segment = segments.at(-1);
  const step = steps.at(-1);
  if (segment === undefined || step === undefined || segment === ANY_FOLDERS || step === ANY_FOLDERS) return false;
  return !namesMeet(segment, step);
}

type Segment = typeof ANY_FOLDERS | readonly NameToken[];

/** Whether some path is one that both sides stand for: a table over both, filled from their ends. */
function pathsMeet(wanted: readonly Segment[], steps: readonly PathStep[]): boolean {
  let after: boolean[] = [];
  for (let inWanted = wanted.length; inWanted >= 0; inWanted -= 1) {
    const row: boolean[] = [];
    const segment = wanted[inWanted];
    for (let inSteps = steps.length; inSteps >= 0; inSteps -= 1) {
      const step = steps[inSteps];
      row[inSteps] = meetHere(segment, step, {
        skipBoth: after[inSteps + 1] ?? false,
        skipSegment: after[inSteps] ?? false,
        skipStep: row[inSteps + 1] ?? false,
        isEnd: segment === undefined && step === undefined,
      });
    }
    after = row;
  }
  return after[0] ?? false;
}

interface Onward {
  readonly skipBoth: boolean;
  readonly skipSegment: boolean;
  readonly skipStep: boolean;
  readonly isEnd: boolean;
}

function meetHere(segment: Segment | undefined, step: PathStep | undefined, onward: Onward): boolean {
  if (onward.isEnd) return true;
  if (segment === ANY_FOLDERS && (onward.skipSegment || (step !== undefined && onward.skipStep))) return true;
  if (step === ANY_FOLDERS && (onward.skipStep || (segment !== undefined && onward.skipSegment))) return true;
  if (segment === undefined || step === undefined || segment === ANY_FOLDERS || step === ANY_FOLDERS) return false;
  return onward.skipBoth && namesMeet(segment, step);
}

/** Whether some name is one that both the pattern's segment and the partly known name stand for. */
export function namesMeet(segment: readonly NameToken[], name: readonly NameToken[]): boolean {
  // Bash: a wildcard that a name begins with does not stand for a dot there. Where the pattern begins with a wildcard
  // too, some name without the dot is assumed: the answer is then yes too often, never no.
  if ((name[0] === 'one' || name[0] === 'run') && isDot(segment[0])) return false;
  if (charactersDiffer(segment[0], name[0]) || charactersDiffer(segment.at(-1), name.at(-1))) return false;
  let after: boolean[] = [];
  for (let inSegment = segment.length; inSegment >= 0; inSegment -= 1) {
    const row: boolean[] = [];
    const wanted = segment[inSegment];
    for (let inName = name.length; inName >= 0; inName -= 1) {
      const known = name[inName];
      const isSkippable = (isRun(wanted) && after[inName] === true) || (isRun(known) && row[inName + 1] === true);
      const isTakenByRun =
        (isRun(wanted) && known !== undefined && row[inName + 1] === true) ||
        (isRun(known) && wanted !== undefined && after[inName] === true);
      const isEnd = wanted === undefined && known === undefined;
      row[inName] =
        isEnd || isSkippable || isTakenByRun || (charactersMeet(wanted, known) && after[inName + 1] === true);
    }
    after = row;
  }
  return after[0] ?? false;
}

function charactersDiffer(wanted: NameToken | undefined, known: NameToken | undefined): boolean {
  return typeof wanted === 'object' && typeof known === 'object' && wanted.character !== known.character;
}

function charactersMeet(wanted: NameToken | undefined, known: NameToken | undefined): boolean {
  if (wanted === undefined || known === undefined || isRun(wanted) || isRun(known)) return false;
  return typeof wanted === 'string' || typeof known === 'string' || wanted.character === known.character;
}

function isRun(token: NameToken | undefined): boolean {
  return token === 'run' || token === 'anything';
}

function isDot(token: NameToken | undefined): boolean {
  return typeof token === 'object' && token.character === '.';
}

function literalSegment(name: string): readonly NameToken[] {
  return name
    .toLowerCase()
    .split('')
    .map((character) => ({ character }));
}

function patternSegment(segment: string): readonly NameToken[] {
  return segment
    .toLowerCase()
    .split('')
    .map((character) => (character === '*' ? 'run' : character === '?' ? 'one' : { character }));
}
