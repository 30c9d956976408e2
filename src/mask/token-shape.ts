import { TOKEN_CLASSES } from './token-class.ts';
import type { TokenClass } from './token-class.ts';

/** Characters of a placeholder's tag: 16 of base 32 are 80 bits of a keyed hash. */
export const TAG_LENGTH = 16;

/**
 * Base 32 without `i`, `l` and `o`, which people read as digits, and without `q`: a placeholder has one q, its first
 * letter. So no two overlap, and no text around one makes another of it.
 */
export const TAG_ALPHABET = '0123456789abcdefghjkmnprstuvwxyz';

const MARK = 'qz';

/** Length of the longest placeholder, in UTF-16 code units. A stream holds back one less than this. */
export const LONGEST_TOKEN = MARK.length + Math.max(...TOKEN_CLASSES.map(({ length }) => length)) + TAG_LENGTH;

/** Writes a placeholder, `qzEMAIL` and the tag. */
export function tokenOf(tokenClass: TokenClass, tag: string): string {
  return `${MARK}${tokenClass}${tag}`;
}

// Without the flag `u`, case is ignored for ASCII alone: no letter elsewhere counts as one of these.
const TOKEN = new RegExp(`${MARK}(?:${TOKEN_CLASSES.join('|')})[${TAG_ALPHABET}]{${TAG_LENGTH}}`, 'gi');

/** Each text of a placeholder's shape, in any case, in order. They never overlap. Linear in the text. */
export function tokensIn(text: string): Iterable<RegExpExecArray> {
  return text.matchAll(TOKEN);
}

/** The text with each shape of a placeholder replaced by what `by` says of it. Linear in the text and what is put in. */
export function replaceTokens(text: string, by: (shape: string) => string): string {
  return text.replace(TOKEN, by);
}

/** A shape in the case in which placeholders are given: mark and tag in small letters, the class in capitals. */
export function canonicalToken(shape: string): string {
  const tagAt = shape.length - TAG_LENGTH;
  return MARK + shape.slice(MARK.length, tagAt).toUpperCase() + shape.slice(tagAt).toLowerCase();
}

/** Where reading a placeholder stands: {@link NO_TOKEN}, {@link WHOLE_TOKEN}, or any other number for a part of one. */
export type ShapeState = number;
export const NO_TOKEN: ShapeState = 0;
export const WHOLE_TOKEN: ShapeState = 1;
/** Before the first letter. */
export const SHAPE_START: ShapeState = 2;

const ASCII = 128;
const STEPS = shapeSteps();

/** The state behind one more UTF-16 code unit, for a state that is neither of the two ends. One look-up. */
export function shapeStep(state: ShapeState, code: number): ShapeState {
  return code < ASCII ? (STEPS[state * ASCII + code] ?? NO_TOKEN) : NO_TOKEN;
}

/** Where the tail of the text begins that could become a placeholder; the text's length if none. Reads only that tail. */
export function openTokenAt(text: string): number {
  const from = Math.max(0, text.length - LONGEST_TOKEN + 1);
  const tail = text.slice(from);
  // Nothing but the last q can be the beginning, for there is no q further on in a placeholder.
  const at = Math.max(tail.lastIndexOf('q'), tail.lastIndexOf('Q'));
  if (at === -1) return text.length;
  let state = SHAPE_START;
  for (let index = at; index < tail.length && state !== NO_TOKEN && state !== WHOLE_TOKEN; index += 1)
    state = shapeStep(state, tail.charCodeAt(index));
  return state === NO_TOKEN || state === WHOLE_TOKEN ? text.length : from + at;
}

/** The shape as a table: a tree of mark and classes, whose leaves lead into one chain of tag characters. */
function shapeSteps(): Uint8Array {
  const steps: number[] = Array.from({ length: SHAPE_START * ASCII }, () => NO_TOKEN);
  const newState = (): ShapeState => {
    for (let code = 0; code < ASCII; code += 1) steps.push(NO_TOKEN);
    return steps.length / ASCII - 1;
  };
  const lead = (from: ShapeState, letter: string, to: ShapeState): void => {
    for (const form of [letter.toLowerCase(), letter.toUpperCase()]) steps[from * ASCII + form.charCodeAt(0)] = to;
  };
  const start = newState();
  const tag = Array.from({ length: TAG_LENGTH }, newState);
  for (const [index, state] of tag.entries())
    for (const letter of TAG_ALPHABET) lead(state, letter, tag[index + 1] ?? WHOLE_TOKEN);
  for (const tokenClass of TOKEN_CLASSES) {
    const word = MARK + tokenClass;
    let state = start;
    for (let at = 0; at < word.length; at += 1) {
      const known = steps[state * ASCII + word.charCodeAt(at)] ?? NO_TOKEN;
      const isLast = at === word.length - 1;
      const next = isLast ? (tag[0] ?? NO_TOKEN) : known === NO_TOKEN ? newState() : known;
      lead(state, word.charAt(at), next);
      state = next;
    }
  }
  return Uint8Array.from(steps);
}
