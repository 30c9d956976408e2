import { parse } from 'unbash';
import { MAX_BRACE_WORDS } from './caps.ts';
import type { Word, WordPart } from './syntax.ts';

/**
 * The words that the brace expansions of one word give, before any other expansion, as bash does it; null where that
 * cannot be told or where they are more than {@link MAX_BRACE_WORDS}. A word without braces gives itself.
 */
export function braceWords(word: Word): readonly Word[] | null {
  const first = word.parts?.findIndex((part) => part.type === 'BraceExpansion') ?? -1;
  if (first < 0 || word.parts === undefined) return [word];
  const texts = expandedTexts(word.parts, MAX_BRACE_WORDS);
  if (texts === null) return null;
  const words: Word[] = [];
  for (const text of texts) {
    // An empty alternative in an empty word: bash drops it.
    if (text === '') continue;
    const reread = rereadWord(text);
    if (reread === null) return null;
    words.push(reread);
  }
  return words;
}

function expandedTexts(parts: readonly WordPart[], most: number): readonly string[] | null {
  let texts: readonly string[] = [''];
  for (const part of parts) {
    const choices = part.type === 'BraceExpansion' ? braceChoices(part.text, most) : [part.text];
    if (choices === null || texts.length * choices.length > most) return null;
    texts = texts.flatMap((text) => choices.map((choice) => text + choice));
  }
  return texts;
}

function braceChoices(text: string, most: number): readonly string[] | null {
  const inside = text.slice(1, -1);
  const sequence = /^(-?\d{1,9}|[A-Za-z])\.\.(-?\d{1,9}|[A-Za-z])(?:\.\.(-?\d{1,9}))?$/.exec(inside);
  if (sequence !== null) return sequenceOf(sequence[1] ?? '', sequence[2] ?? '', sequence[3] ?? '1', most);
  const pieces = splitAtCommas(inside);
  if (pieces === null || pieces.length < 2) return null;
  const choices: string[] = [];
  for (const piece of pieces) {
    const inner = piece.includes('{') ? innerChoices(piece, most) : [piece];
    if (inner === null || choices.length + inner.length > most) return null;
    choices.push(...inner);
  }
  return choices;
}

function innerChoices(piece: string, most: number): readonly string[] | null {
  const word = rereadWord(piece);
  return word === null ? null : expandedTexts(word.parts ?? [literalPart(piece)], most);
}

function literalPart(text: string): WordPart {
  return { type: 'Literal', pos: 0, end: text.length, value: text, text };
}

function sequenceOf(from: string, to: string, stepText: string, most: number): readonly string[] | null {
  const isNumeric = /\d/.test(from) && /\d/.test(to);
  if (!isNumeric && (/\d/.test(from) || /\d/.test(to))) return null;
  const start = isNumeric ? Number(from) : (from.codePointAt(0) ?? 0);
  const end = isNumeric ? Number(to) : (to.codePointAt(0) ?? 0);
  const step = Math.max(1, Math.abs(Number(stepText)));
  if (Math.abs(end - start) / step >= most) return null;
  // Bash pads to the widest end where one has a leading zero.
  const isPadded = isNumeric && (/^-?0\d/.test(from) || /^-?0\d/.test(to));
  const width = isPadded ? Math.max(from.length, to.length) : 0;
  const items: string[] = [];
  for (let at = start; start <= end ? at <= end : at >= end; at += start <= end ? step : -step) {
    items.push(isNumeric ? String(at).padStart(width, '0') : String.fromCodePoint(at));
  }
  return items;
}

/** Splits at the commas that stand outside of quotes, expansions and inner braces; null where something is left open. */
function splitAtCommas(text: string): readonly string[] | null {
  const pieces: string[] = [];
  const open: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const inside = open.at(-1);
    if (character === '\\' && inside !== "'") at += 1;
    else if (inside !== undefined && character === inside) open.pop();
    else if (inside === "'" || inside === '`') continue;
    else if (character === "'" && inside === '"') continue;
    else if (character === "'" || character === '"' || character === '`') open.push(character);
    else if (character === '(' && inside !== '"') open.push(')');
    else if (character === '$' && text[at + 1] === '(') {
      open.push(')');
      at += 1;
    } else if (character === '{' && (inside !== '"' || text[at - 1] === '$')) open.push('}');
    else if (character === ',' && open.length === 0) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(text.slice(start));
  return open.length === 0 ? pieces : null;
}

function rereadWord(text: string): Word | null {
  const script = parse(`: ${text}`);
  const command = script.commands[0]?.command;
  if (script.commands.length !== 1 || script.errors !== undefined || command?.type !== 'Command') return null;
  const [only, ...others] = command.suffix;
  return only?.type === 'Word' && others.length === 0 && command.prefix.length === 0 && only.text === text
    ? only
    : null;
}
