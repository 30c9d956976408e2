/** Kinds of ASCII characters as bits; a byte outside of ASCII has none. */
export const DIGIT = 1;
export const LOWER = 2;
export const UPPER = 4;
export const HEX_LETTER = 8;
/** Stands in names beside letters and digits: `_`. */
export const UNDERSCORE = 16;
/** Stands in names of options, headers and properties: `-` and `.`. */
export const NAME_MARK = 32;
/** Stands in base64 beside letters and digits: `+ / =`. */
export const BASE64_MARK = 64;

const LETTER = LOWER | UPPER;
const ALPHANUMERIC = LETTER | DIGIT;

const KINDS = Uint8Array.from({ length: 256 }, (_, code) => kindOf(String.fromCharCode(code)));

/** The bits of the character at a place of the text; 0 outside of it. */
export function kindAt(text: string, at: number): number {
  return at < 0 || at >= text.length ? 0 : (KINDS[text.charCodeAt(at) & 0xff] ?? 0);
}

export function isLetter(kind: number): boolean {
  return (kind & LETTER) !== 0;
}

export function isAlphanumeric(kind: number): boolean {
  return (kind & ALPHANUMERIC) !== 0;
}

function kindOf(character: string): number {
  let kind = 0;
  if (/\d/.test(character)) kind |= DIGIT;
  if (/[a-z]/.test(character)) kind |= LOWER;
  if (/[A-Z]/.test(character)) kind |= UPPER;
  if (/[a-fA-F]/.test(character)) kind |= HEX_LETTER;
  if (character === '_') kind |= UNDERSCORE;
  if (/[-.]/.test(character)) kind |= NAME_MARK;
  if (/[+/=]/.test(character)) kind |= BASE64_MARK;
  return kind;
}
