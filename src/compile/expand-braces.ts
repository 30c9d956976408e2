/** Words that one pattern may expand to before it is left to the guard alone. */
export const MAX_EXPANSIONS = 64;

/**
 * Expands `{a,b}` alternatives, nested ones too, in reading order.
 *
 * @returns null where there are more than {@link MAX_EXPANSIONS}.
 */
export function expandBraces(text: string): readonly string[] | null {
  const open = text.indexOf('{');
  if (open === -1) return [text];
  const parts: string[] = [];
  let [depth, from, close] = [0, open + 1, -1];
  for (let at = open; at < text.length && close === -1; at += 1) {
    const letter = text[at];
    if (letter === '{') depth += 1;
    if (letter === ',' && depth === 1) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    if (letter === '}') {
      depth -= 1;
      if (depth === 0) {
        parts.push(text.slice(from, at));
        close = at;
      }
    }
  }
  if (close === -1) return [text];
  const [head, tail] = [text.slice(0, open), text.slice(close + 1)];
  const found: string[] = [];
  for (const part of parts) {
    const rest = expandBraces(`${part}${tail}`);
    if (rest === null) return null;
    for (const word of rest) found.push(`${head}${word}`);
    if (found.length > MAX_EXPANSIONS) return null;
  }
  return found;
}
