/** Most texts that the braces of one pattern may stand for; more is a slip of the pen or an attack on the compiler. */
export const MAX_BRACE_ALTERNATIVES = 1_024;

/** What went wrong with the braces of a pattern, and where in the text (UTF-16 code units). */
export interface BraceProblem {
  readonly at: number;
  readonly problem: string;
}

/** Where the first brace that does not pair stands, or null where all do. */
export function braceProblem(text: string): BraceProblem | null {
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') open.push(at);
    if (text[at] !== '}') continue;
    if (open.pop() === undefined) return { at, problem: 'this `}` closes nothing' };
  }
  const unclosed = open[0];
  return unclosed === undefined ? null : { at: unclosed, problem: 'this `{` is not closed' };
}

/**
 * The texts that a pattern with paired braces stands for, in order; null where there are more than
 * {@link MAX_BRACE_ALTERNATIVES}. `a{b,c}d` gives `abd` and `acd`; braces nest.
 */
export function expandBraces(text: string): readonly string[] | null {
  const open = text.indexOf('{');
  if (open < 0) return [text];
  const close = closingBrace(text, open);
  const rest = expandBraces(text.slice(close + 1));
  if (rest === null) return null;
  const expanded: string[] = [];
  for (const choice of braceChoices(text.slice(open + 1, close))) {
    const middles = expandBraces(choice);
    if (middles === null || expanded.length + middles.length * rest.length > MAX_BRACE_ALTERNATIVES) return null;
    for (const middle of middles) for (const tail of rest) expanded.push(text.slice(0, open) + middle + tail);
  }
  return expanded;
}

/** Where the brace that was opened at `open` is closed. The braces of `text` must pair. */
export function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** The choices between the commas of a brace group, given what stands between its braces. */
export function braceChoices(inside: string): readonly string[] {
  const choices: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < inside.length; at += 1) {
    if (inside[at] === '{') depth += 1;
    if (inside[at] === '}') depth -= 1;
    if (inside[at] !== ',' || depth > 0) continue;
    choices.push(inside.slice(start, at));
    start = at + 1;
  }
  choices.push(inside.slice(start));
  return choices;
}
