const NAME = /[A-Za-z_]\w*/g;
const STEP_BEFORE = /(?<=(?:\+\+|--)\s*)/y;
// Subscripts may hold subscripts.
const WRITE_BEHIND_ELEMENT = /\]*\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)/y;
const WRITE_BEHIND = /\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)/y;

/**
 * The variables that an arithmetic expression writes: `x = 1`, `x[i] += 1`, `x++`, `--x`.
 *
 * Linear in the length of the text, which may be as long and as odd as whoever wrote the command likes.
 */
export function writtenNames(text: string): ReadonlySet<string> {
  const written = new Set<string>();
  // The end of the subscript that is next, and whether a write stands behind it: many names may share one.
  let [subscriptEnd, isSubscriptWritten] = [0, false];
  for (const { index, 0: name } of text.matchAll(NAME)) {
    const end = index + name.length;
    if (text.charAt(end) === '[' && subscriptEnd <= end) {
      const close = text.indexOf(']', end);
      subscriptEnd = close < 0 ? Number.POSITIVE_INFINITY : close + 1;
      isSubscriptWritten = close >= 0 && isAt(WRITE_BEHIND_ELEMENT, text, subscriptEnd);
    }
    const isElement = text.charAt(end) === '[' && isSubscriptWritten;
    if (isElement || isAt(WRITE_BEHIND, text, end) || isAt(STEP_BEFORE, text, index)) written.add(name);
  }
  return written;
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
