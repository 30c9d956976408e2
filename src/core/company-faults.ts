import { RE2JS } from 're2js';
import {
  LEAST_WORD_LENGTH,
  MATCH_REACH_BYTES,
  MAX_LITERAL_LENGTH,
  MAX_PATTERNS,
  MAX_PATTERN_LENGTH,
  MAX_PROGRAM_SIZE,
  MAX_WORDS,
  MAX_WORD_BYTES,
} from './company-lists.ts';
import type { CompanyLists, CompanyPattern, WordList } from './company-lists.ts';
import { patternFacts } from './pattern-facts.ts';

/** Longest match of a pattern without a literal part, in instructions of the engine: none is longer than there are. */
const MAX_LOOSE_PROGRAM_SIZE = MATCH_REACH_BYTES;

/** What is wrong with a company's lists, a sentence for each fault, which names lists and quotes no word of them. */
export function companyFaults({ words, patterns }: CompanyLists): readonly string[] {
  const names = [...words, ...patterns].map(({ name }) => name);
  const count = words.reduce((sum, list) => sum + list.words.length, 0);
  return [
    ...names
      .filter((name) => !/^[a-z0-9][a-z0-9-]{0,59}$/.test(name))
      .map(() => 'a name is of lower-case letters, digits and dashes'),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `\`${name}\` is there twice`),
    ...(count > MAX_WORDS ? [`there are over ${MAX_WORDS} words`] : []),
    ...(patterns.length > MAX_PATTERNS ? [`there are over ${MAX_PATTERNS} patterns`] : []),
    ...words.flatMap(wordFaults),
    ...patterns.flatMap(patternFaults),
  ];
}

function wordFaults({ name, words }: WordList): readonly string[] {
  const isOdd = (word: string): boolean =>
    word.trim().length < LEAST_WORD_LENGTH ||
    Buffer.byteLength(word.normalize('NFC').toUpperCase(), 'utf8') > MAX_WORD_BYTES ||
    /\p{Cc}/u.test(word);
  return words.flatMap((word, at) =>
    isOdd(word)
      ? [
          `word ${at + 1} of \`${name}\` has under ${LEAST_WORD_LENGTH} characters, over ${MAX_WORD_BYTES} bytes, or is no line of text`,
        ]
      : [],
  );
}

function patternFaults({ name, pattern }: CompanyPattern): readonly string[] {
  if (pattern.length > MAX_PATTERN_LENGTH)
    return [`the pattern of \`${name}\` has over ${MAX_PATTERN_LENGTH} characters`];
  const engine = compiled(pattern);
  if (engine === null) return [`the pattern of \`${name}\` is none of RE2's`];
  const { literals, isAnchored, isUnbounded } = patternFacts(pattern);
  if (isAnchored) return [`the pattern of \`${name}\` has an anchor: it is looked for anywhere`];
  if (engine.testExact('')) return [`the pattern of \`${name}\` matches nothing at all, which is everywhere`];
  if (engine.programSize() > MAX_PROGRAM_SIZE) return [`the pattern of \`${name}\` is too large`];
  if (literals?.some((literal) => literal.length > MAX_LITERAL_LENGTH) === true)
    return [`the pattern of \`${name}\` has a literal part of over ${MAX_LITERAL_LENGTH} characters`];
  if (literals === null && (isUnbounded || engine.programSize() > MAX_LOOSE_PROGRAM_SIZE))
    return [
      `the pattern of \`${name}\` needs a literal part of three characters, or short matches without \`*\` and \`+\``,
    ];
  return [];
}

function compiled(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}
