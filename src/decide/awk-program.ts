import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/**
 * Whether an awk program runs other programs, opens files or shows the environment by itself: `system`, `getline`, pipes,
 * redirected output. A program that cannot be read might.
 */
export function awkRunsPrograms(program: ShellWord): boolean {
  const { text } = program;
  if (MARK.test(text)) return true;
  const ways = text.includes('/') ? READINGS : READINGS.slice(0, 1);
  const [first, ...others] = ways.map((way) => runs(text, way));
  return first !== false || others.includes(true);
}

/** What programs do not agree on, where a slash may begin a regular expression or divide. */
interface Reading {
  /** It divides behind `if (x)`, as behind any parenthesis. */
  readonly dividesAfterBlock: boolean;
  /** It divides behind `length` without parentheses. */
  readonly dividesAfterLength: boolean;
}

const READINGS: readonly Reading[] = [false, true].flatMap((dividesAfterBlock) =>
  [true, false].map((dividesAfterLength) => ({ dividesAfterBlock, dividesAfterLength })),
);

/** Names that do more than compute. */
const REACHES_OUT = /^(?:system|getline|ENVIRON|ARGV|ARGC|SYMTAB|extension)$/;
/** The same behind a number without a blank: where a number ends is not the same for all of them. */
const REACHES_OUT_BEHIND = /^[\d.].*(?:system|getline|ENVIRON|ARGV|ARGC|SYMTAB|extension)/;
/** Words that no division can follow. */
const EXPECTS_OPERAND =
  /^(?:BEGIN|END|BEGINFILE|ENDFILE|print|printf|return|in|do|else|case|default|delete|exit|function|func|next|nextfile|break|continue|if|while|for|switch)$/;
const BLOCK = /^(?:if|while|for|switch)$/;
/** Signs behind which a statement goes on in the next line. */
const CONTINUES = /^(?:,|&&|\|\||\?|:|\{|do|else)$/;

const TOKEN =
  /[A-Za-z_]\w*|[\d.][\w.]*|\\\r?\n|[ \t\r]+|#[^\n]*|"(?:[^"\\\n]|\\[^])*(?:"|$)?|\+\+|--|&&|\|\||[-+*/%^=!<>]=|[^]/y;

/** One reading of a program; null where it is none that awk would take. */
function runs(text: string, { dividesAfterBlock, dividesAfterLength }: Reading): boolean | null {
  const parentheses: boolean[] = [];
  let last = '';
  let isValue = false;
  let isPrinting = false;
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0] ?? '';
    const isDivision = isValue && (last !== 'block)' || dividesAfterBlock) && (last !== 'length' || dividesAfterLength);
    if (token.startsWith('/') && !isDivision) {
      const end = endOfRegExp(text, at);
      if (end === null) return null;
      at = end + 1;
      [last, isValue] = ['/', true];
      continue;
    }
    at += token.length;
    if (/^(?:[ \t\r]|\\\r?\n|#)/.test(token)) continue;
    if (token === '\n') {
      if (CONTINUES.test(last)) continue;
      isPrinting = false;
    }
    if (REACHES_OUT.test(token) || REACHES_OUT_BEHIND.test(token) || token === '@' || token === '|') return true;
    if (token.startsWith('>') && isPrinting) return true;
    if (token === '(') parentheses.push(BLOCK.test(last));
    const isBlock = token === ')' && parentheses.pop() === true;
    if (/^[;{}]$/.test(token)) isPrinting = false;
    if (/^printf?$/.test(token)) isPrinting = true;
    // `x++ / 2` and `++x / 2`: the value stays what it was.
    if (token !== '++' && token !== '--') isValue = /^[\w."$)\]]/.test(token) && !EXPECTS_OPERAND.test(token);
    if (token === '$') isValue = false;
    last = isBlock ? 'block)' : token;
  }
  return false;
}

/** Where a regular expression ends; null where it does not, or where programs do not agree on it. */
function endOfRegExp(text: string, start: number): number | null {
  let plain: number | null = null;
  let open: number | null = null;
  let isOdd = false;
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at += 1) {
    const character = text[at];
    if (character === '\\') {
      at += 1;
      // In brackets it is an escape to some, and a character to others.
      if (open !== null && /[[\]]/.test(text[at] ?? '')) isOdd = true;
    } else if (character === '/') {
      plain ??= at;
      if (open === null) return isOdd && plain !== at ? null : at;
    } else if (character === '[' && open === null) {
      open = at + (text[at + 1] === '^' ? 1 : 0);
      if (text[open + 1] === ']') isOdd = true;
    } else if (character === '[') {
      const named = /^\[:[a-z]+:\]/.exec(text.slice(at, at + 16))?.[0];
      if (named === undefined) isOdd = true;
      else at += named.length - 1;
    } else if (character === ']' && open !== null && at > open + 1) open = null;
  }
  return null;
}
