/** A character that a policy must not hold. */
export interface HiddenCharacter {
  readonly message: string;
  /** UTF-16 offset in the text. */
  readonly offset: number;
}

// Control characters and those that change the order in which a line is shown let a policy read otherwise than it acts,
// and reach terminals with the reason of a rule. A lone carriage return, U+0085, U+2028 and U+2029 end a line for some
// readers and not for others.
const HIDDEN = /(?![\t\n]|\r\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Finds characters that nobody sees, in the order of the text, and stops after `most` of them. */
export function hiddenCharacters(text: string, most: number): readonly HiddenCharacter[] {
  const found: HiddenCharacter[] = [];
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (found.length >= most) break;
    const codePoint = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    found.push({ message: `the character U+${codePoint} cannot be seen and is not used in a policy`, offset: index });
  }
  return found;
}
