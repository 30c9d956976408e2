/** The ends of the texts that came last, by where texts of their kind come from. */
export interface SeamTails {
  readonly read: string;
  readonly said: string;
}

/** Which texts may have been torn apart from one another: what tools gave, or what people and files say. */
export type SeamKind = keyof SeamTails;

export const NO_TAILS: SeamTails = { read: '', said: '' };

/** No credential that detectors know is longer than this without its first half being seen. */
const TAIL_LENGTH = 256;

/** The tails behind one more text. Short texts add up, so that a value in many pieces is one again. */
export function tailsBehind(tails: SeamTails, kind: SeamKind, text: string): SeamTails {
  const tail = text.length >= TAIL_LENGTH ? text.slice(-TAIL_LENGTH) : (tails[kind] + text).slice(-TAIL_LENGTH);
  return kind === 'read' ? { read: tail, said: tails.said } : { read: tails.read, said: tail };
}

/** The texts on both sides of a place where one ends and the next begins, and where that is. */
export interface Seam {
  readonly text: string;
  readonly at: number;
  /** Line breaks that the second text begins with. */
  readonly lead: number;
}

/** The seam in front of a text, line breaks there left out; null where nothing can go across it. */
export function seamBefore(tails: SeamTails, kind: SeamKind, text: string): Seam | null {
  const tail = tails[kind].replace(/[\r\n]+$/, '');
  const lead = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const next = text.slice(lead, lead + TAIL_LENGTH);
  if (tail === '' || next === '' || BLANK.test(tail.slice(-1)) || BLANK.test(next.charAt(0))) return null;
  return { text: tail + next, at: tail.length, lead };
}

const BLANK = /\s/;
