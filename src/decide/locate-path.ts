import { resolve } from 'node:path/posix';
import type { NameToken, PathStep } from '../core/path-pattern-glob.ts';
import { ANY_FOLDERS } from '../core/path-pattern.ts';
import {
  FOLDERS,
  GLOB_ANY,
  GLOB_ONE,
  GLOB_RUN,
  LISTED,
  MARK,
  UNKNOWN,
  UNKNOWN_WORDS,
  withoutUnknown,
} from './shell-word.ts';

/** A file as a command names it, in every way in which the name can be read. */
export interface LocatedPath {
  /** Folders that the text is relative to; none where it is absolute or they are not known. */
  readonly bases: readonly string[];
  /** Absolute and normalised; a part that is not known is read as some name, and once more as nothing. */
  readonly paths: readonly string[];
  /** What is known of the path, step by step; null where all of it is known. */
  readonly steps: readonly (readonly PathStep[])[] | null;
  /** The folder that it is relative to is not known, or the text itself begins with what is not known or leads up from it. */
  readonly isAdrift: boolean;
}

/** What `find` prints without a test on names. */
const FOUND_BELOW = new RegExp(`^(.*)/${FOLDERS}/${UNKNOWN}${GLOB_RUN}$`, 's');

/** Names that stand for any number of folders, which may be none: `**`, and what another program found. */
const ANY_DEPTH = /^[\uDC02\uDC04]{2,}$|[\uDC05\uDC06]/;

/** A name that no rule is about, in place of what is not known. */
export const SOME_NAME = 'x';

/** Resolves the text of a word against the folders in which its command may run. */
export function locate(text: string, folders: readonly string[] | null): LocatedPath {
  const isAbsolute = text.startsWith('/');
  const bases = isAbsolute ? ROOT : folders;
  const ownBases = isAbsolute ? NONE : (folders ?? NONE);
  if (bases !== null && !MARK.test(text)) {
    const paths = distinctPaths(bases, [text]);
    return { bases: ownBases, paths, steps: null, isAdrift: false };
  }
  const isAdrift = bases === null || startsUnknown(text) || leadsUpFromAny(text);
  const paths = distinctPaths(bases ?? ROOT, MARK.test(text) ? readingsOf(text) : [text]);
  const steps = (isAdrift || bases === null ? [null] : bases).map((base) => stepsOf(text, base));
  return { bases: ownBases, paths, steps, isAdrift };
}

/**
 * The paths that the kernel would walk: absolute as joined, not normalised. None where the text has parts that are not
 * known, or the folders are not.
 */
export function walkedPaths(text: string, folders: readonly string[] | null): readonly string[] {
  if (MARK.test(text)) return NONE;
  if (text.startsWith('/')) return [text];
  return folders?.map((base) => joined(base, text)) ?? NONE;
}

const ROOT: readonly string[] = ['/'];
const NONE: readonly string[] = [];

function distinctPaths(bases: readonly string[], readings: readonly string[]): readonly string[] {
  const paths: string[] = [];
  for (const base of bases) {
    for (const reading of readings) {
      const path = resolved(base, reading);
      if (!paths.includes(path)) paths.push(path);
    }
  }
  return paths;
}

/** A name that is empty, `.` or `..`, so that a path with it is not normalised. */
const ODD_NAME = /\/\.{0,2}(?:\/|$)/;

/** As `resolve` does, which takes far longer on the paths that most words are. */
function resolved(base: string, text: string): string {
  const path = text.startsWith('/') ? text : joined(base, text);
  return path.startsWith('/') && !ODD_NAME.test(path) ? path : withoutSlash(resolve(base, text));
}

function joined(base: string, text: string): string {
  return `${base === '/' ? '' : base}/${text}`;
}

function startsUnknown(text: string): boolean {
  return text.startsWith(UNKNOWN) || text.startsWith(UNKNOWN_WORDS);
}

/** Whether `..` stands behind a name that may be no folder at all, or a link: where that leads, nothing in the text tells. */
function leadsUpFromAny(text: string): boolean {
  if (!text.includes('..')) return false;
  const names = text.split('/');
  const first = names.findIndex((name) => ANY_DEPTH.test(name));
  return first >= 0 && names.includes('..', first);
}

function readingsOf(text: string): readonly string[] {
  const named = text.replaceAll(/[\uDC00-\uDC06]/g, SOME_NAME);
  const empty = withoutUnknown(text).replaceAll(/[\uDC00-\uDC06]/g, SOME_NAME);
  // Where `find` starts at a file, the file itself is what it finds.
  const start = FOUND_BELOW.exec(text)?.[1];
  const readings = named === empty || empty === '' ? [named] : [named, empty];
  return start === undefined || start === '' || MARK.test(start) ? readings : [...readings, start];
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The path as steps for comparison with patterns; a base of null is any folder. */
function stepsOf(text: string, base: string | null): readonly PathStep[] {
  const steps: PathStep[] =
    base === null
      ? [ANY_FOLDERS]
      : base
          .split('/')
          .filter((name) => name !== '')
          .map(nameTokens);
  for (const name of text.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      // How far up from what is not known this leads is not known: anything may lie there.
      if (steps.includes(ANY_FOLDERS)) steps.splice(0, steps.length, ANY_FOLDERS);
      else steps.pop();
    } else if (name.includes(UNKNOWN) || name.includes(UNKNOWN_WORDS) || name.includes(LISTED)) {
      // An unknown part may hold slashes: what stands around it may end up in different folders.
      const first = name.search(MARK);
      if (first > 0) steps.push([...nameTokens(name.slice(0, first)), 'anything']);
      steps.push(ANY_FOLDERS);
      const tail = name.slice(name.search(/[\uDC00-\uDC06][^\uDC00-\uDC06]*$/) + 1);
      if (tail !== '') steps.push(['anything', ...nameTokens(tail)]);
    } else if (name.includes(FOLDERS) || /^[\uDC02\uDC04]{2,}$/.test(name)) steps.push(ANY_FOLDERS);
    else steps.push(nameTokens(name));
  }
  return steps;
}

/** A name as tokens for comparison with others, its marks among them. */
export function nameTokens(name: string): readonly NameToken[] {
  return name
    .toLowerCase()
    .split('')
    .map((character): NameToken => {
      if (character === GLOB_RUN) return 'run';
      if (character === GLOB_ONE) return 'one';
      return character === GLOB_ANY || MARK.test(character) ? 'anything' : { character };
    });
}
