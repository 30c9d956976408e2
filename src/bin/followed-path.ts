import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LookBudget } from './look-budget.ts';

/** Links to what is not there that are followed one after another, as Linux does (path_resolution(7)). */
const MAX_LINKS = 40;
/** Names in a path of which following all costs as much as one look: the system walks to each of them from the root. */
const NAMES_OF_A_LOOK = 20;

/** What is done with a failure to look at something: it counts as not there where this returns, else this throws. */
export type LookFailure = (error: unknown) => void;

/** A failure of the file system means that nobody with this process' rights finds anything there. */
export const ownFailure: LookFailure = (error) => {
  if (!(error instanceof Error && 'code' in error)) throw error;
};

/**
 * Where a path leads once every link on the way is followed, as the kernel walks it: `..` is the parent of where a link leads. The
 * part that does not exist yet is kept as written, behind a link too.
 *
 * @param failed told what a failure means.
 * @param looks what following may cost; a path of ordinary depth costs a few.
 * @returns null where that is more than is left.
 */
export function followedPath(path: string, failed: LookFailure, looks: LookBudget): string | null {
  let missing: readonly string[] = [];
  let at = path;
  for (let links = 0; ; links += 1) {
    const walked = at;
    const names = [...walked.matchAll(/[^/]+/g)];
    if (!looks.spend(1 + Math.floor((names.length / NAMES_OF_A_LOOK) ** 2))) return null;
    const upTo = (count: number): string => {
      const last = names[count - 1];
      return last === undefined ? (walked.startsWith('/') ? '/' : '.') : walked.slice(0, last.index + last[0].length);
    };
    const from = (count: number): readonly string[] => names.slice(count).map(([name]) => name);
    const there = realStart(upTo, names.length, failed);
    if (there === null) return path;
    if (there.count === names.length) return join(there.real, ...missing);
    // What a link leads to can be made by writing through the link.
    const target = links < MAX_LINKS ? linkTarget(upTo(there.count + 1)) : null;
    if (target === null) return join(there.real, ...from(there.count), ...missing);
    missing = [...from(there.count + 1), ...missing];
    at = target.startsWith('/') ? target : `${there.real}/${target}`;
  }
}

interface RealStart {
  readonly real: string;
  /** How many names of the path it is. */
  readonly count: number;
}

/**
 * The longest beginning of a path that exists. Where a beginning does not, no longer one does: so it is searched for by halves, a path
 * of two thousand names that are not there being as cheap to ask for as a short one.
 */
function realStart(upTo: (count: number) => string, count: number, failed: LookFailure): RealStart | null {
  const realOf = (names: number): string | null => looked(() => realpathSync.native(upTo(names)), failed);
  const isThere = (names: number): boolean =>
    looked(() => statSync(upTo(names), { throwIfNoEntry: false }) ?? null, failed) !== null;
  const all = realOf(count);
  if (all !== null) return { real: all, count };
  const found = longest(count, isThere);
  const real = realOf(found);
  if (real !== null) return { real, count: found };
  // What is there can still be too long a path to be told.
  const told = longest(found, (names) => realOf(names) !== null);
  const start = realOf(told);
  return start === null ? null : { real: start, count: told };
}

/** The largest number below `end` for which something holds, where it holds up to some number and never from there on; else 0. */
function longest(end: number, holds: (count: number) => boolean): number {
  let [most, least] = [0, end];
  while (least - most > 1) {
    const middle = Math.floor((most + least) / 2);
    if (holds(middle)) most = middle;
    else least = middle;
  }
  return most;
}

function looked<T>(look: () => T | null, failed: LookFailure): T | null {
  try {
    return look();
  } catch (error) {
    failed(error);
    return null;
  }
}

function linkTarget(path: string): string | null {
  return looked(() => readlinkSync(path), ownFailure);
}
