/** Which ends of a value must be ends of a word where it stands: letters next to it would make it part of another word. */
export interface EdgeRule {
  readonly before: boolean;
  readonly after: boolean;
}

/** Words of up to so many letters are also parts of others: `Ann` of `Annex`, `Christian` of `Christianity`. */
const LONGEST_COMMON_WORD = 15;
/** With digits or signs in it, less is enough to be no part of anything by chance. */
const LONGEST_COMMON_MIX = 7;

/** No value that needs an edge is longer. */
export const LONGEST_WITH_EDGE = Math.max(LONGEST_COMMON_WORD, LONGEST_COMMON_MIX);

const LETTERS_ONLY = /^[\p{L}\p{M}' .’-]+$/u;
const WORD = /[\p{L}\p{M}\p{N}]/u;
/** Scripts that write no blanks between words: there, every neighbour is a letter. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** A short value stands only between word edges; an end that is no letter or digit needs none. */
export function edgeRule(value: string): EdgeRule {
  const longest = LETTERS_ONLY.test(value) ? LONGEST_COMMON_WORD : LONGEST_COMMON_MIX;
  if (value.length > longest) return { before: false, after: false };
  return { before: isSpacedWord(characterAfter(value, 0)), after: isSpacedWord(characterBefore(value, value.length)) };
}

/** Whether the range keeps the rule: an underscore is an edge, for names are parts of names. */
export function keepsEdges(rule: EdgeRule, text: string, start: number, end: number): boolean {
  if (rule.before && WORD.test(characterBefore(text, start))) return false;
  return !(rule.after && WORD.test(characterAfter(text, end)));
}

function isSpacedWord(character: string): boolean {
  return WORD.test(character) && !UNSPACED.test(character);
}

function characterAfter(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function characterBefore(text: string, at: number): string {
  if (at === 0) return '';
  const pair = at > 1 ? characterAfter(text, at - 2) : '';
  return pair.length === 2 ? pair : (text[at - 1] ?? '');
}
