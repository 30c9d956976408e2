/** What a pattern's text tells about its matches. */
export interface PatternFacts {
  /** Every match holds one of these, in any ASCII case. Lower case; null where there is nothing of use. */
  readonly literals: readonly string[] | null;
  /** Whether it holds an anchor of a line or of the text. */
  readonly isAnchored: boolean;
  /** Whether a repetition in it has no upper bound. */
  readonly isUnbounded: boolean;
}

/** Shorter parts are in every text. */
const LEAST_LITERAL_LENGTH = 3;

/**
 * Reads a pattern that the engine has already accepted. Only what stands outside of groups and classes is taken for
 * literal: what is not understood gives no literal, and never a wrong one.
 */
export function patternFacts(pattern: string): PatternFacts {
  const branches: string[][] = [['']];
  let [depth, isAnchored, isUnbounded] = [0, false, false];
  for (const token of tokens(pattern)) {
    const parts = branches.at(-1) ?? [];
    const last = parts.length - 1;
    isAnchored ||= /^(?:\^|\$|\\[AzZ])$/.test(token);
    isUnbounded ||= /^(?:[*+]|\{\d+,\})/.test(token);
    if (depth === 0 && token === '|') branches.push(['']);
    else if (depth === 0 && isLiteral(token)) parts[last] += token.slice(-1).toLowerCase();
    // What stands before such a repetition may be missing.
    else if (depth === 0 && /^(?:[*?]|\{0)/.test(token)) parts.splice(last, 1, parts[last]?.slice(0, -1) ?? '', '');
    else parts.push('');
    if (token.startsWith('(') && !token.endsWith(')')) depth += 1;
    else if (token === ')') depth -= 1;
  }
  const literals = branches.map((parts) => parts.toSorted((a, b) => b.length - a.length)[0] ?? '');
  // Quoted runs have a syntax of their own.
  const isUseful = !pattern.includes('\\Q') && literals.every(isUsefulLiteral);
  return { literals: isUseful ? [...new Set(literals)] : null, isAnchored, isUnbounded };
}

function isUsefulLiteral(literal: string): boolean {
  return literal.length >= LEAST_LITERAL_LENGTH && /[a-z0-9]/.test(literal);
}

/** A character that means itself, escaped or not. */
function isLiteral(token: string): boolean {
  return /^(?:\\[!-/:-@[-`{-~]|[A-Za-z0-9 _:@#/=,;!"'%&<>~`-])$/.test(token);
}

/** Classes, escapes, heads and ends of groups, repetitions, and single characters, one after the other. */
function* tokens(pattern: string): Generator<string> {
  for (let at = 0; at < pattern.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(pattern)?.[0] ?? pattern.charAt(at);
    yield token;
    at += token.length;
  }
}

const TOKEN = new RegExp(
  [
    String.raw`\[\^?\]?(?:\\[\s\S]|\[:\^?[a-z]+:\]|[^\]\\])*\]`,
    String.raw`\\(?:[pP]\{[^}]*\}|[pP].|x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|[0-7]{1,3}|[\s\S])`,
    String.raw`\(\?P?<[A-Za-z0-9_]+>`,
    String.raw`\(\?[A-Za-z-]*[:)]`,
    String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})\??`,
  ].join('|'),
  'y',
);
