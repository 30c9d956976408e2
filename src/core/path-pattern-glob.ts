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

/** Whether a path from the root of which only parts are known could be one that the pattern covers. */
export function couldMatchPath(pattern: PathPattern, steps: readonly PathStep[], places: PathPlaces): boolean {
  const base = pattern.base === 'root' ? '' : pattern.base === 'home' ? places.homeDir : places.workspace;
  const front = base.split('/').filter((name) => name !== '');
  return pattern.alternatives.some((segments) => {
    const wanted: Segment[] = [
      ...front.map(literalSegment),
      ...segments.map((segment) => (segment === ANY_FOLDERS ? ANY_FOLDERS : patternSegment(segment))),
    ];
    return pathsMeet(wanted, steps);
  });
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
  return [...name.toLowerCase()].map((character) => ({ character }));
}

function patternSegment(segment: string): readonly NameToken[] {
  return [...segment.toLowerCase()].map((character) =>
    character === '*' ? 'run' : character === '?' ? 'one' : { character },
  );
}
