import type { ShapedWord } from './command-shape.ts';

/** What a copying program makes: another name of the same file, a link to it by its name, or neither. */
export type LinkKind = 'hard' | 'symbolic' | 'none';

/** The kind of link that a call of `ln` or `cp` makes. */
export function linkKind(program: string, shape: readonly ShapedWord[]): LinkKind {
  if (program !== 'ln' && program !== 'cp') return 'none';
  if (hasLetter(shape, 's') || hasName(shape, 'symbolic')) return 'symbolic';
  return program === 'ln' || hasLetter(shape, 'l') || hasName(shape, 'link') ? 'hard' : 'none';
}

/** Whether one of the letters is an option of its own, and no part of a value. */
export function hasLetter(shape: readonly ShapedWord[], letters: string): boolean {
  return shape.some(
    ({ kind, isShort, letters: length, word }) =>
      kind === 'option' &&
      isShort &&
      word.text
        .slice(1, 1 + length)
        .split('')
        .some((letter) => letters.includes(letter)),
  );
}

/** Whether a long option is given, or any beginning of it that is two letters or more: GNU programs take those. */
export function hasName(shape: readonly ShapedWord[], name: string): boolean {
  return shape.some(({ kind, word }) => {
    const given = kind === 'option' ? /^--([a-z][a-z-]+)$/.exec(word.text)?.[1] : undefined;
    return given !== undefined && (name.startsWith(given) || given.startsWith(name));
  });
}

/** The last name of a path: what a file is called where it is put into a folder. */
export function lastName(text: string): string {
  const path = text.replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}
