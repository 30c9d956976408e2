import type { ShapedWord } from './command-shape.ts';
import { hint, optionFiles, place } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';

/** The files of `cp`, `mv`, `ln` and `install`: sources are read, the target and what lands in it are written. */
export function copyPlaces(
  program: string,
  shape: readonly ShapedWord[],
  texts: readonly string[],
  isDeep: boolean,
): readonly PathCandidate[] {
  const target = targetDirectory(shape);
  const isFolderMaking =
    program === 'install' && shape.some((shaped) => shaped.kind === 'option' && /^-[A-Za-z]*d/.test(shaped.word.text));
  if (isFolderMaking) return texts.map((text) => place(text, 'write'));
  const sources = target === null && texts.length > 1 ? texts.slice(0, -1) : texts;
  const into = target ?? (texts.length > 1 ? (texts.at(-1) ?? '.') : '.');
  const isSymbolic = program === 'ln';
  return [
    // A link to a file lets it be read under another name later; where it lies outside is decided then.
    ...sources.map((text) => ({ ...place(text, 'read', isDeep), isPlace: !isSymbolic || text.startsWith('/') })),
    ...(program === 'mv' ? sources.map((text) => place(text, 'write', true)) : []),
    place(into, 'write', isDeep || isSymbolic || program === 'mv'),
    ...sources.map((text) =>
      place(`${into}/${text.slice(text.replace(/\/+$/, '').lastIndexOf('/') + 1)}`, 'write', isDeep),
    ),
  ];
}

function targetDirectory(shape: readonly ShapedWord[]): string | null {
  for (const [index, { kind, word }] of shape.entries()) {
    if (kind !== 'option') continue;
    const attached = /^(?:-[A-Za-z]*t|--target-directory=)(.+)$/s.exec(word.text)?.[1];
    if (attached !== undefined) return attached;
    if (/^(?:-[A-Za-z]*t|--target-directory)$/.test(word.text)) return shape[index + 1]?.word.text ?? null;
  }
  return null;
}

/** The files of `tar`: the archive, the folder it works in, and its members. */
export function tarPlaces(shape: readonly ShapedWord[], texts: readonly string[]): readonly PathCandidate[] {
  const words = shape.map((shaped) => shaped.word);
  const letters = shape.map(({ kind, word }, index) => (kind === 'option' || index === 0 ? word.text : '')).join(' ');
  const isOldStyle = words[0] !== undefined && !words[0].text.startsWith('-');
  const isCreating = /(?:^|\s)-?[A-Za-z]*[cruA]|--(?:create|append|update)/.test(
    isOldStyle ? (words[0]?.text ?? '') : letters,
  );
  const hasOldArchive = isOldStyle && words[0]?.text.includes('f') === true;
  const members = isOldStyle ? texts.slice(hasOldArchive ? 2 : 1) : texts;
  const archives = [
    ...optionFiles(words, /^(?:-[A-Za-z]*f|--file)$/),
    ...(hasOldArchive && words[1] !== undefined ? [place(words[1].text, 'write')] : []),
  ];
  return [
    ...archives.map((archive) => ({ ...archive, access: isCreating ? ('write' as const) : ('read' as const) })),
    ...optionFiles(words, /^(?:-C|--directory)$/).map((folder) => ({
      ...folder,
      isDeep: true,
      access: isCreating ? ('read' as const) : ('write' as const),
    })),
    ...optionFiles(words, /^(?:-T|--files-from)$/).map((list) => ({ ...list, access: 'read' as const })),
    ...members.map((text) => (isCreating ? place(text, 'read', true) : hint(text))),
  ];
}
