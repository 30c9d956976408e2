import fc from 'fast-check';
import { detectorId } from '../core/ids.ts';
import { placeholderKey, placeholders } from './index.ts';
import type { Placeholders } from './index.ts';
import { TOKEN_CLASSES } from './token-class.ts';

export const EMAIL = detectorId('pii/email');
export const PERSON = detectorId('pii/person');
export const SECRET = detectorId('secret/sample-token');

export function keyOf(byte: number): ReturnType<typeof placeholderKey> {
  return placeholderKey(new Uint8Array(32).fill(byte));
}

/** Values that are hard to write: quotes, line ends, halves of characters, parts of placeholders. */
export const HARD_VALUES: readonly string[] = [
  'mia.wolf@example.org',
  'say "no" \\ or \\u0071z',
  'line one\nline two\ttab\u0000',
  'half \ud83d',
  '\ude00 other half',
  'qzEMAIL',
  'qzSECRET0123456789abcde',
  '😀😀😀',
  '__proto__',
  '\u2028\u2029',
];

/** A session that has given a token to each hard value. */
export function knownSession(): { readonly space: Placeholders; readonly tokens: readonly string[] } {
  const space = placeholders(keyOf(7));
  const tokens = HARD_VALUES.map((value, index) => {
    const token = space.tokenFor(TOKEN_CLASSES[index % TOKEN_CLASSES.length] ?? 'TEXT', value);
    if (token === null) throw new Error('no token');
    return token;
  });
  return { space, tokens };
}

/** Pieces of which hostile texts are made: tokens whole, cut, nested, forged, in other cases, and what stands around them. */
export function tokenText(tokens: readonly string[]): fc.Arbitrary<string> {
  const token = fc.constantFrom(...tokens);
  const piece = fc.oneof(
    { weight: 3, arbitrary: token },
    token.map((text) => text.toUpperCase()),
    token.map((text) => text.toLowerCase()),
    fc.tuple(token, fc.nat(27)).map(([text, end]) => text.slice(0, end)),
    fc.tuple(token, fc.nat(27)).map(([text, start]) => text.slice(start)),
    fc.constantFrom(
      'q',
      'Q',
      'qz',
      'qzEMAIL',
      'qzEMAILqzEMAIL',
      'qzEMAIL0000000000000000',
      's',
      '_',
      ' ',
      '😀',
      '\ud83d',
      '\ude00',
      'é',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
}

/** A text in chunks, cut at some places. */
export function cutAt(text: string, places: readonly number[]): readonly string[] {
  const cuts = [0, ...places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}
