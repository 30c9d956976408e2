/** A word as gazetteers hold it: lower case, without marks above and below its letters. */
export function folded(word: string): string {
  const plain = word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return /^[\x20-\x7e]*$/.test(plain)
    ? plain
    : plain.replace(/[ßøđłæœþðıħ‘’ʻ]/g, (letter) => LETTERS[letter] ?? letter);
}

const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ð: 'd',
  ı: 'i',
  ħ: 'h',
  '‘': "'",
  '’': "'",
  ʻ: "'",
};
