import type { ShapedWord } from './command-shape.ts';
import { SYSTEM_FOLDERS, hint, place, valuesGiven } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';

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
  const isSymbolic = program === 'ln';
  return [
    // A link to a file lets it be read under another name later; where it lies outside is decided then.
    ...sources.map((text) => ({ ...place(text, 'read', isDeep), isPlace: !isSymbolic || text.startsWith('/') })),
    ...(isSymbolic ? sources.flatMap((text) => linkedPlaces(text, into)) : []),
    ...(program === 'mv' ? sources.map((text) => place(text, 'write', true)) : []),
    place(into, 'write', isDeep || isSymbolic || program === 'mv'),
    ...sources.map((text) =>
      place(`${into}/${text.slice(text.replace(/\/+$/, '').lastIndexOf('/') + 1)}`, 'write', isDeep),
    ),
  ];
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
    ...members.map((text) => (isCreating ? place(text, 'read', true) : hint(text))),
  ];
}
