import { dirname, join } from 'node:path';
import { globLooks } from './look-budget.ts';
import type { LookBudget } from './look-budget.ts';
import { globPart } from './shell-glob.ts';
import type { NameMatcher } from './shell-glob.ts';

/** Places that one glob may lead to through links before they count as too many to say. */
const MAX_LINKED = 2_000;
/** Names that following one link costs as much as. */
const LOOKS_OF_A_LINK = 4;

/** An entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export type EntryKind = 'link' | 'folder' | 'other';

/** A look at folders and links. What cannot be looked at is either not there to the look, or thrown. */
export interface FolderLook {
  /** What is in a folder; nothing where it is none. */
  readonly entries: (folder: string) => readonly FolderEntry[];
  /** What stands under an absolute path; null where nothing does. */
  readonly kindOf: (path: string) => EntryKind | null;
  /** The path with every link on the way followed, as far as it exists; null where that costs more looks than are left. */
  readonly realPath: (path: string, looks: LookBudget) => string | null;
}

/**
 * Where the files lead that lie behind a symbolic link, among those that an absolute glob stands for now: links followed, each place
 * once. Null where they are too many to say.
 *
 * Parts are those of `globPart`, and `**` as a whole part: any folders below, hidden ones not among them, none entered through
 * a link, as a shell with globstar walks; and as much as a shell without it finds. `[**]` is the same with hidden ones. With a slash at
 * its end a glob stands for folders alone.
 *
 * @param decision what the decision that this is asked for may still look at.
 */
export function linkedFiles(glob: string, look: FolderLook, decision: LookBudget): readonly string[] | null {
  const walk: Walk = { look, looks: globLooks(decision) };
  const parts = glob.split('/').filter((part) => part !== '' && part !== '.');
  // Zsh enters links by `***`.
  if (parts.some((part) => /^\*{3,}$/.test(part))) return null;
  let places: readonly Place[] | null = [{ path: '/', isLinked: false }];
  for (const [index, part] of parts.entries()) {
    places = step(walk, places, part, index === parts.length - 1);
    if (places === null) return null;
  }
  const last = parts.at(-1) ?? '';
  if (DEEP.test(last)) {
    // With globstar `a/**` is all that is below, and `a` itself.
    const within = step(walk, places, last === '**' ? '*' : '[*]', true);
    if (within === null) return null;
    places = [...places, ...within];
  }
  const linked = new Set(places.filter((place) => place.isLinked).map((place) => place.path));
  if (glob.endsWith('/')) {
    if (!walk.looks.spend(linked.size)) return null;
    for (const path of linked) if (look.kindOf(path) !== 'folder') linked.delete(path);
  }
  return linked.size > MAX_LINKED ? null : [...linked];
}

/** Parts that stand for folders at any depth. */
const DEEP = /^(?:\*\*|\[\*\*\])$/;

interface Walk {
  readonly look: FolderLook;
  readonly looks: LookBudget;
}

/** Somewhere that a glob leads, without links in its path; `isLinked` where one was followed on the way. */
interface Place {
  readonly path: string;
  readonly isLinked: boolean;
}

/** Where one part leads from some places; null where that is too much to look at. */
function step(walk: Walk, places: readonly Place[], part: string, isLast: boolean): readonly Place[] | null {
  if (part === '..') return places.map((place) => ({ ...place, path: dirname(place.path) }));
  if (DEEP.test(part)) return foldersBelow(walk, places, part === '[**]');
  const wanted = globPart(part);
  const reached = new Map<string, Place>();
  for (const place of places) {
    const next = typeof wanted === 'string' ? named(walk, place, wanted) : found(walk, place, part, wanted, isLast);
    if (next === null) return null;
    // INVARIANT: a place that is reached both ways is a linked one.
    for (const each of next) if (each.isLinked || !reached.has(each.path)) reached.set(each.path, each);
  }
  return [...reached.values()];
}

function named(walk: Walk, place: Place, name: string): readonly Place[] | null {
  if (!walk.looks.spend(1)) return null;
  const kind = walk.look.kindOf(join(place.path, name));
  if (kind === null) return [];
  const next = followed(walk, place, name, kind);
  return next === null ? null : [next];
}

function found(walk: Walk, place: Place, part: string, matches: NameMatcher, isLast: boolean): readonly Place[] | null {
  const entries = entriesOf(walk, place);
  if (entries === null) return null;
  const next: Place[] = isLast ? [] : dotFolders(place, part, matches);
  for (const { name, kind } of entries) {
    // Of the last part only what lies behind a link matters, of the others only what can hold something.
    if (kind !== 'link' && !(isLast ? place.isLinked : kind === 'folder')) continue;
    if (!matches(name)) continue;
    const each = followed(walk, place, name, kind);
    if (each === null) return null;
    next.push(each);
  }
  return next;
}

/**
 * What some shells find by a written dot and a wildcard: the folder itself and the one above it. The one above counts as linked, for it
 * lies elsewhere than the glob says.
 */
function dotFolders(place: Place, part: string, matches: NameMatcher): Place[] {
  if (!part.startsWith('.')) return [];
  const above = matches('..') ? [{ path: dirname(place.path), isLinked: true }] : [];
  return matches('.') ? [place, ...above] : above;
}

/** Places and the folders below them; a linked folder is one of them, what is below it is not. */
function foldersBelow(walk: Walk, places: readonly Place[], isHiddenFound: boolean): readonly Place[] | null {
  const folders = new Map(places.map((place) => [place.path, place]));
  const linked: Place[] = [];
  for (const place of folders.values()) {
    const entries = entriesOf(walk, place);
    if (entries === null) return null;
    for (const { name, kind } of entries) {
      if (kind === 'other' || (!isHiddenFound && name.startsWith('.'))) continue;
      const below = followed(walk, place, name, kind);
      if (below === null) return null;
      if (kind === 'link') linked.push(below);
      else if (!folders.has(below.path)) folders.set(below.path, below);
    }
  }
  return [...folders.values(), ...linked];
}

function entriesOf({ look, looks }: Walk, place: Place): readonly FolderEntry[] | null {
  if (!looks.spend(1)) return null;
  const entries = look.entries(place.path);
  return looks.spend(entries.length) ? entries : null;
}

function followed({ look, looks }: Walk, place: Place, name: string, kind: EntryKind): Place | null {
  // A name that is no text cannot be followed.
  if (name.includes('\uFFFD')) return null;
  const path = join(place.path, name);
  if (kind !== 'link') return { ...place, path };
  const real = looks.spend(LOOKS_OF_A_LINK) ? look.realPath(path, looks) : null;
  return real === null ? null : { path: real, isLinked: true };
}
