import { isPlainInString, jsonGrammar } from './json-grammar.ts';
import type { StreamRestorer } from './restore-text.ts';
import { canonicalToken, LONGEST_TOKEN, NO_TOKEN, SHAPE_START, shapeStep, WHOLE_TOKEN } from './token-shape.ts';
import type { TokenLookup } from './token-space.ts';

const ESCAPE_LENGTH = 6;
/** Most code units that are held back: all letters of a token but one written as `\uXXXX`, and that one begun. */
export const MOST_HELD_IN_JSON = LONGEST_TOKEN * ESCAPE_LENGTH - 1;

const [QUOTE, BACKSLASH, BIG_Q, SMALL_Q] = [0x22, 0x5c, 0x51, 0x71];

/**
 * Restores tokens in the strings and keys of one JSON document that comes in fragments, cut anywhere, also within escapes.
 *
 * The result is JSON whenever the document is: the same document with tokens replaced in its strings, every other byte as
 * it came. Letters of a token may be written as `\u` escapes. Up to where a text stops being JSON it is treated as such, and
 * from there on it passes unchanged; so does a token outside of strings.
 *
 * Held back are at most {@link MOST_HELD_IN_JSON} code units: a tail that could become a token, or an unfinished escape.
 * A push reads its fragment and what was held, each character at most twice; the nesting takes one entry per open bracket.
 */
export function jsonRestorer(lookup: TokenLookup): StreamRestorer {
  let grammar = jsonGrammar();
  let held = '';
  return {
    push: (chunk) => {
      const text = held + chunk;
      held = '';
      let out = '';
      let [at, sent] = [0, 0];
      while (at < text.length && grammar.place() !== 'broken') {
        if (grammar.place() === 'outside') {
          at = grammar.read(text, at);
          continue;
        }
        at = plainEnd(text, at);
        const code = text.charCodeAt(at);
        if (at === text.length) break;
        if (code === QUOTE) {
          grammar.closeString();
          at += 1;
          continue;
        }
        const seen = tokenAt(text, at);
        if (seen.kind === 'cut') {
          held = text.slice(at);
          return out + text.slice(sent, at);
        }
        if (seen.kind === 'wrong') grammar.breakOff();
        else {
          const value = seen.kind === 'token' ? lookup(canonicalToken(seen.shape)) : null;
          if (value !== null) {
            out += text.slice(sent, at) + JSON.stringify(value).slice(1, -1);
            sent = seen.end;
          }
          at = seen.end;
        }
      }
      return out + text.slice(sent);
    },
    isHolding: () => held !== '',
    end: () => {
      const rest = held;
      held = '';
      grammar = jsonGrammar();
      return rest;
    },
  };
}

/** The end of characters that neither end the string nor could begin a token. */
function plainEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (!isPlainInString(code) || code === SMALL_Q || code === BIG_Q) return at;
  }
  return text.length;
}

type Seen =
  | { readonly kind: 'token'; readonly shape: string; readonly end: number }
  /** No token begins here: go on behind the first character. */
  | { readonly kind: 'character'; readonly end: number }
  /** The text ends before it can be told. */
  | { readonly kind: 'cut' }
  /** No JSON string holds this. */
  | { readonly kind: 'wrong' };

function tokenAt(text: string, start: number): Seen {
  const first = characterAt(text, start);
  if (first.kind !== 'character') return first;
  let state = shapeStep(SHAPE_START, first.code);
  let shape = String.fromCharCode(first.code);
  let end = first.end;
  while (state !== NO_TOKEN && state !== WHOLE_TOKEN) {
    const next = characterAt(text, end);
    if (next.kind === 'cut') return next;
    // What is wrong further on is met there again.
    if (next.kind === 'wrong') break;
    state = shapeStep(state, next.code);
    shape += String.fromCharCode(next.code);
    end = next.end;
  }
  return state === WHOLE_TOKEN ? { kind: 'token', shape, end } : { kind: 'character', end: first.end };
}

type Character = { readonly kind: 'character'; readonly code: number; readonly end: number };
const CUT = { kind: 'cut' } as const;
const WRONG = { kind: 'wrong' } as const;
const SHORT_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['"', 0x22],
  ['\\', 0x5c],
  ['/', 0x2f],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/** One character of a string as it is written. The closing quote is `wrong` here: no token holds it. */
function characterAt(text: string, at: number): Character | typeof CUT | typeof WRONG {
  if (at >= text.length) return CUT;
  const code = text.charCodeAt(at);
  if (isPlainInString(code)) return { kind: 'character', code, end: at + 1 };
  if (code !== BACKSLASH) return WRONG;
  const letter = text[at + 1];
  if (letter === undefined) return CUT;
  const short = SHORT_ESCAPES.get(letter);
  if (short !== undefined) return { kind: 'character', code: short, end: at + 2 };
  if (letter !== 'u') return WRONG;
  const digits = text.slice(at + 2, at + ESCAPE_LENGTH);
  if (!/^[0-9a-fA-F]*$/.test(digits)) return WRONG;
  return digits.length < 4 ? CUT : { kind: 'character', code: Number.parseInt(digits, 16), end: at + ESCAPE_LENGTH };
}
