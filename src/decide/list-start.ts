import { normalize, resolve } from 'node:path/posix';
import { MARK, UNKNOWN, hasUnknown } from './shell-word.ts';

/** A name and then `..`: behind a link that leads elsewhere than it says. */
const LEADS_BACK = /[^/.][^/]*\/+(?:\.\/+)*\.\.(?:\/|$)/;

/**
 * The folder below which all lies that is found from some start folders: the start itself where there is one, else one
 * above all of them. Not known where that cannot be told.
 *
 * @param folders in which the starts are, where they are not absolute.
 */
export function listStart(starts: readonly string[], folders: readonly string[] | null): string {
  const [first = '.', ...others] = starts;
  if (others.length === 0) return first;
  const known = starts.map(knownFront);
  if (known.some((start) => start === null || LEADS_BACK.test(start))) return UNKNOWN;
  const fronts = known.map((start) => start ?? '');
  const isAbsolute = fronts.some((start) => start.startsWith('/'));
  const [folder] = folders ?? [];
  if (!isAbsolute) return commonStart(fronts.map((start) => normalize(start)));
  if (fronts.every((start) => start.startsWith('/'))) return commonStart(fronts.map((start) => normalize(start)));
  if (folder === undefined || folders?.length !== 1) return UNKNOWN;
  return commonStart(fronts.map((start) => resolve(folder, start)));
}

/** The folders of a start in front of its first glob; null where it begins with what is not known. */
function knownFront(start: string): string | null {
  const at = start.search(MARK);
  if (at < 0) return start;
  const front = start.slice(0, start.lastIndexOf('/', at) + 1);
  return front === '' && hasUnknown(start) ? null : front || '.';
}

/** The longest path that all of some normalised ones begin with; up as far as the one that leads up furthest. */
function commonStart(starts: readonly string[]): string {
  const split = starts.map((start) => start.split('/').filter((name) => name !== '' && name !== '.'));
  const ups = split.map((names) => names.filter((name) => name === '..').length);
  const most = Math.max(...ups);
  if (ups.some((up) => up !== most)) return Array(most).fill('..').join('/');
  const [first = [], ...others] = split;
  const end = first.findIndex((name, at) => others.some((names) => names[at] !== name));
  const shared = (end < 0 ? first : first.slice(0, end)).join('/');
  return starts[0]?.startsWith('/') === true ? `/${shared}` : shared || '.';
}
