import type { ShapedWord } from './command-shape.ts';
import { SYSTEM_FOLDERS, hint, mayWrite, place, valuesGiven } from './path-candidate.ts';
import type { LinkUse, PathCandidate } from './path-candidate.ts';
import { lastName, linkKind } from './link-kind.ts';
import { GLOB_ONE } from './shell-word.ts';

/** The files of `cp`, `mv`, `ln` and `install`: sources are read, the target and what lands in it are written. */
export function copyPlaces(
  program: string,
  shape: readonly ShapedWord[],
  texts: readonly string[],
  isDeep: boolean,
): readonly PathCandidate[] {
  const target = valuesGiven(shape, 't', ['target-directory']).at(-1) ?? null;
  const isFolderMaking =
    program === 'install' && shape.some((shaped) => shaped.kind === 'option' && /^-[A-Za-z]*d/.test(shaped.word.text));
  if (isFolderMaking) return texts.map((text) => place(text, 'write'));
  const sources = target === null && texts.length > 1 ? texts.slice(0, -1) : texts;
  const into = target ?? (texts.length > 1 ? (texts.at(-1) ?? '.') : '.');
  const kind = linkKind(program, shape);
  const links: LinkUse = program === 'mv' ? 'moved' : 'followed';
  const landed = sources.map((text) => `${into}/${lastName(text)}`);
  return [
    // Where a symbolic link leads is decided when something is done behind it. A hard link is the file itself, and never seen as a link.
    ...sources.map((text) => ({
      ...place(text, 'read', isDeep),
      isPlace: kind !== 'symbolic' || text.startsWith('/'),
      links,
    })),
    ...(kind === 'symbolic' ? sources.flatMap((text) => linkedPlaces(text, into)) : []),
    // The kernel makes no hard link to what belongs to another user.
    ...(kind === 'hard'
      ? sources.filter((text) => !SYSTEM_FOLDERS.test(text)).map((text) => place(text, 'write', true))
      : []),
    ...(program === 'mv' ? sources.map((text) => ({ ...place(text, 'write', true), links })) : []),
    place(into, 'write', isDeep || program === 'ln' || program === 'mv'),
    ...landed.map((text) => ({ ...place(text, 'write', isDeep), links })),
    // What lay there is kept under its name with the suffix.
    ...valuesGiven(shape, 'S', ['suffix']).flatMap((suffix) =>
      [into, ...landed].map((text) => place(`${text}${suffix}`, 'write')),
    ),
  ];
}

/** The files of `split`: one that is read, and those whose names begin with the second operand. */
export function splitPlaces(shape: readonly ShapedWord[], texts: readonly string[]): readonly PathCandidate[] {
  const [file, prefix] = texts;
  const length = Number.parseInt(valuesGiven(shape, 'a', ['suffix-length'])[0] ?? '', 10);
  const ending = valuesGiven(shape, '', ['additional-suffix'])[0] ?? '';
  const letters = GLOB_ONE.repeat(length >= 1 && length <= MAX_SUFFIX_LENGTH ? length : 2);
  return [
    ...(file === undefined ? [] : [place(file, 'read')]),
    ...(prefix === undefined ? [] : [place(prefix, 'write'), place(`${prefix}${letters}${ending}`, 'write')]),
    ...folderOf(prefix ?? ''),
  ];
}

/** Longest suffix that `split` is taken to make; a name that goes on longer is none that a rule spells. */
const MAX_SUFFIX_LENGTH = 40;

/** The files of `patch`: what it changes, what it reads, and where the file as it was is kept. */
export function patchPlaces(shape: readonly ShapedWord[], texts: readonly string[]): readonly PathCandidate[] {
  const [changed, ...read] = texts;
  const prefixes = valuesGiven(shape, 'BY', ['prefix', 'basename-prefix']);
  return [
    ...(changed === undefined ? [] : [place(changed, 'write')]),
    ...read.map((text) => place(text, 'read')),
    ...prefixes.flatMap((prefix) => [place(`${prefix}${changed ?? ''}`, 'write'), ...folderOf(prefix)]),
    ...valuesGiven(shape, 'z', ['suffix']).map((suffix) => place(`${changed ?? ''}${suffix}`, 'write')),
  ];
}

/** The folder in which files get names that are not all known. */
function folderOf(prefix: string): readonly PathCandidate[] {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  return folder === '' ? [] : [mayWrite(folder)];
}

/** What is linked can be written under the link's name later; a symbolic link's text is relative to where it lies. */
function linkedPlaces(text: string, into: string): readonly PathCandidate[] {
  if (SYSTEM_FOLDERS.test(text)) return [];
  const folder = into.slice(0, into.lastIndexOf('/') + 1);
  const readings = text.startsWith('/') || folder === '' ? [text] : [text, `${folder}${text}`, `${into}/${text}`];
  return readings.map((reading) => ({ ...place(reading, 'write', true), isPlace: false }));
}

/** The files of `tar`: the archive, the folder it works in, and its members. */
export function tarPlaces(shape: readonly ShapedWord[], texts: readonly string[]): readonly PathCandidate[] {
  const words = shape.map((shaped) => shaped.word);
  const letters = shape.map(({ kind, word }, index) => (kind === 'option' || index === 0 ? word.text : '')).join(' ');
  const isOldStyle = words[0] !== undefined && !words[0].text.startsWith('-');
  const isCreating = /(?:^|\s)-?[A-Za-z]*[cruA]|--(?:create|append|update)/.test(
    isOldStyle ? (words[0]?.text ?? '') : letters,
  );
  // `tar xfC x D`: the letters take the words behind them in turn.
  const oldLetters = isOldStyle ? (words[0]?.text ?? '').replaceAll(/[^fCTXbHVIFgKLN]/g, '') : '';
  const oldValues = (wanted: string): readonly string[] =>
    oldLetters.split('').flatMap((letter, at) => {
      const value = words[at + 1]?.text;
      return value !== undefined && wanted.includes(letter) ? [value] : [];
    });
  const members = isOldStyle ? texts.slice(1 + oldLetters.length) : texts;
  const archives = [...valuesGiven(shape, 'f', ['file']), ...oldValues('f')].map((text) => place(text, 'write'));
  return [
    ...archives.map((archive) => ({ ...archive, access: isCreating ? ('write' as const) : ('read' as const) })),
    ...[...valuesGiven(shape, 'C', ['directory', 'one-top-level']), ...oldValues('C')].map((folder) =>
      place(folder, isCreating ? 'read' : 'write', true),
    ),
    ...[...valuesGiven(shape, 'TX', ['files-from', 'exclude-from']), ...oldValues('TX')]
      .filter((list) => list !== '-')
      .map((list) => place(list, 'read')),
    ...oldValues('g').map((snapshot) => place(snapshot, 'write')),
    ...valuesGiven(shape, '', ['transform', 'xform']).flatMap(transformedNames),
    ...members.map((text) => (isCreating ? place(text, 'read', true) : hint(text))),
  ];
}

/** The name that an expression of `tar --transform` puts in: `s,FROM,TO,`. */
function transformedNames(expression: string): readonly PathCandidate[] {
  const name = expression.split(expression.charAt(1))[2];
  return name === undefined || name === '' ? [] : [mayWrite(name)];
}
