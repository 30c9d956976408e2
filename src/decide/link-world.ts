import { resolve } from 'node:path/posix';
import { namesMeet } from '../core/path-pattern-glob.ts';
import type { FileEyes } from './file-check.ts';
import { shellGlob } from './glob-text.ts';
import { lastName } from './link-kind.ts';
import { unfollowed } from './linked-paths.ts';
import { nameTokens } from './locate-path.ts';
import type { MadeLink } from './made-links.ts';
import { SYSTEM_FOLDERS } from './path-candidate.ts';
import { FOLDERS, MARK } from './shell-word.ts';

/** The file system as it is once a command line has made its links. */
export interface LinkWorld {
  /** As `FileEyes.realPath`, the made links among those that are followed. */
  readonly realPath: (absolutePath: string) => string;
  /** Absolute globs that one, absolute and with marks, also stands for behind made links. */
  readonly globsThrough: (glob: string) => readonly GlobThrough[];
  /** Whether anything so far led through a link of which it is not known where it leads. */
  readonly isUnclear: () => boolean;
}

/** A glob behind a made link, with marks as far as it has any. */
export interface GlobThrough {
  readonly glob: string;
  /** Of a copy only the links are of interest. */
  readonly way: MadeLink['way'];
  /** The made link is the last name. */
  readonly isLast: boolean;
}

/** How often made links are still gone through for one command line. */
export interface HopBudget {
  left: number;
}

/** Far more than a sane command line asks for. */
const MAX_HOPS = 1_000;

/** A full budget. */
export function hopBudget(): HopBudget {
  return { left: MAX_HOPS };
}

interface PlacedLink extends MadeLink {
  /** The folder, its links followed. */
  readonly real: string;
}

/** The world in which some links are made, as it is now but for them. */
export function linkWorld(links: readonly MadeLink[], eyes: FileEyes, budget: HopBudget): LinkWorld {
  const seen = eyes.realPath ?? resolved;
  const placed: PlacedLink[] = [];
  const known = new Map<string, string>();
  let isUnclear = false;
  for (const link of links)
    for (const told of toldLinks(link, links, eyes.expandGlob, follow))
      placed.push({ ...told, real: follow(told.folder) });
  known.clear();
  return { realPath: follow, globsThrough, isUnclear: () => isUnclear };

  function follow(path: string): string {
    const before = known.get(path);
    if (before !== undefined) return before;
    const real = walk(path);
    known.set(path, real);
    return real;
  }

  function walk(path: string): string {
    const names = path.split('/');
    for (const [at, name] of names.entries()) {
      const alike = placed.filter((link) => isNamed(link, name));
      if (alike.length === 0) continue;
      if (budget.left <= 0) {
        isUnclear = true;
        break;
      }
      const folder = seen(names.slice(0, at).join('/') || '/');
      const led = new Set<string>();
      for (const link of alike) {
        const real = link.real === folder ? through(link, name, names.slice(at + 1)) : null;
        if (real !== null) led.add(real);
      }
      const [first, ...others] = led;
      // Which of them it is by then is not known.
      if (others.length > 0) isUnclear = true;
      if (first !== undefined) return first;
    }
    return seen(path);
  }

  /** Where a path leads behind a made link; null where that is not elsewhere. */
  function through(link: PlacedLink, name: string, rest: readonly string[]): string | null {
    budget.left -= 1;
    const target = targetOf(link, name);
    if (budget.left < 0 || target === null) {
      isUnclear = true;
      return null;
    }
    const real = follow([target, ...rest].join('/'));
    if (link.way === 'followed') return real;
    const source = unfollowed(target, follow);
    if (real === source || real.startsWith(`${source}/`)) return null;
    // A link that is told from where it lies leads elsewhere from another folder, and its text is not known.
    if (!isBeside(source, link.real) && !SYSTEM_FOLDERS.test(real)) isUnclear = true;
    return real;
  }

  function globsThrough(glob: string): readonly GlobThrough[] {
    const names = glob.split('/');
    const first = names.findIndex((name) => MARK.test(name));
    return names.flatMap((name, at) => {
      // What `find` lists, it found without going through links.
      if (first < 0 || at < first || name.includes(FOLDERS)) return [];
      if (budget.left <= 0) {
        isUnclear = true;
        return [];
      }
      return placed
        .filter(
          (link) => mayBe(name, link) && (at > first || link.real === follow(names.slice(0, at).join('/') || '/')),
        )
        .flatMap((link) => {
          budget.left -= 1;
          const target = budget.left < 0 ? null : targetOf(link, link.name);
          if (target === null) isUnclear = true;
          const rest = names.slice(at + 1);
          return target === null
            ? []
            : [{ glob: [target, ...rest].join('/'), way: link.way, isLast: rest.length === 0 }];
        });
    });
  }
}

/** A link whose target is a glob, by what that stands for now. */
function toldLinks(
  link: MadeLink,
  all: readonly MadeLink[],
  expandGlob: FileEyes['expandGlob'],
  follow: (path: string) => string,
): readonly MadeLink[] {
  const { glob } = link;
  const hits = glob === null ? null : (expandGlob?.(shellGlob(glob)) ?? null);
  if (glob === null || hits === null) return [link];
  const [only, ...others] = hits;
  if (only !== undefined && others.length === 0) return link.way === 'copy' ? [{ ...link, target: only }] : [link];
  // Several files are put into a folder, which gets no other name.
  if (only !== undefined) return [];
  // What it finds once it is reached may be what was made before.
  const last = lastName(glob);
  const front = glob.slice(0, -lastName(glob).length);
  const mayFind = (made: MadeLink): boolean =>
    made !== link && mayMeet(last, made.name) && (MARK.test(front) || follow(front) === follow(made.folder));
  return all.some(mayFind) ? [link] : [];
}

function resolved(path: string): string {
  return resolve(path);
}

function targetOf({ target, real, keepsName }: PlacedLink, name: string): string | null {
  if (target === null) return null;
  const path = target.startsWith('/') ? target : `${real}/${target}`;
  return keepsName ? `${path}/${name}` : path;
}

/** Letters of the longest name that a file can have; patterns that are longer are not compared. */
const LONGEST_NAME = 255;

/** Whether two names with marks may be one; true where they are too long to tell. */
function mayMeet(one: string, other: string): boolean {
  if (one.length > LONGEST_NAME || other.length > LONGEST_NAME) return true;
  return namesMeet(nameTokens(one), nameTokens(other));
}

/** Some file systems do not mind case. */
function isNamed({ name }: MadeLink, met: string): boolean {
  if (!MARK.test(name)) return name === met || name.toLowerCase() === met.toLowerCase();
  return met !== '' && met !== '.' && met !== '..' && mayMeet(name, met);
}

function mayBe(glob: string, { name }: MadeLink): boolean {
  return /^[\uDC02\uDC04]{2,}$/.test(glob) || mayMeet(name, glob);
}

function isBeside(path: string, folder: string): boolean {
  return path.slice(0, path.lastIndexOf('/')) === (folder === '/' ? '' : folder);
}
