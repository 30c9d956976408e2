import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../core/json.ts';
import { jsonRestorer, MOST_HELD_IN_JSON, restoreText } from './index.ts';
import { cutAt, HARD_VALUES, knownSession, tokenText } from './mask-fixtures.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const { space, tokens } = knownSession();
const [token = ''] = tokens;
const [value = ''] = HARD_VALUES;
const words = tokenText(tokens);
const documents = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    words,
    fc.constantFrom(null, true, false, 0, -1.5e-7, 12_345_678_901),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(words, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members) as Json),
  ),
})).value;

/** A document as text, some letters of it as escapes, blanks between its parts. */
const written = fc
  .tuple(documents, fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }), fc.constantFrom(0, 1, '\t', ' \n'))
  .map(([document, dice, blank]) => escaped(JSON.stringify(document, null, blank), dice));

test('how a document is cut never changes what leaves, and it is the document with its strings restored', (t) => {
  let cuts = 0;
  fc.assert(
    fc.property(
      written,
      fc.array(fc.tuple(fc.nat(900), fc.nat(900), fc.nat(900)), { maxLength: 8 }),
      (text, triples) => {
        const whole = streamed([text]);
        assert.deepEqual(leaves(JSON.parse(whole)), leaves(mapped(JSON.parse(text))));
        for (let at = 0; at <= text.length; at += 1, cuts += 1) assert.equal(streamed(cutAt(text, [at])), whole);
        for (const triple of triples) assert.equal(streamed(cutAt(text, triple)), whole);
        assert.equal(streamed(text.split('')), whole);
        cuts += triples.length + 1;
      },
    ),
    { numRuns: RUNS },
  );
  t.diagnostic(`${cuts} ways of cutting`);
});

test('a document without tokens leaves as it came, byte for byte', () => {
  fc.assert(
    fc.property(written, (text) =>
      assert.equal(
        streamed(text.split(''), () => null),
        text,
      ),
    ),
    { numRuns: RUNS },
  );
});

const ESCAPED = token.replace(/./g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
for (const { name, text, want } of [
  { name: 'a token in a string', text: `{"to":"${token}"}`, want: `{"to":"${value}"}` },
  { name: 'a token in a key', text: `{"${token}":1}`, want: `{"${value}":1}` },
  { name: 'a token all in escapes', text: `["${ESCAPED}"]`, want: `["${value}"]` },
  { name: 'a token behind an escaped backslash', text: `["\\\\${token}"]`, want: `["\\\\${value}"]` },
  { name: 'a backslash, then letters like an escape', text: '["\\\\u0071zEMAIL"]', want: '["\\\\u0071zEMAIL"]' },
  { name: 'a document that is one string', text: `"${token}"`, want: `"${value}"` },
  {
    name: 'a value with quotes and backslashes is escaped',
    text: `"${tokens[1] ?? ''}"`,
    want: JSON.stringify(HARD_VALUES[1]),
  },
  { name: 'half a character is escaped', text: `"${tokens[3] ?? ''}"`, want: '"half \\ud83d"' },
  { name: 'a token outside of strings stays', text: `{"a": ${token}}`, want: `{"a": ${token}}` },
  { name: 'plain text stays, also in quotes', text: `He said "${token}".`, want: `He said "${token}".` },
  { name: 'what follows a document stays', text: `{} "${token}"`, want: `{} "${token}"` },
  { name: 'what follows a fault stays', text: `["${token}",,"${token}"]`, want: `["${value}",,"${token}"]` },
  { name: 'a wrong bracket is a fault', text: `[["a"},"${token}"]`, want: `[["a"},"${token}"]` },
  { name: 'a wrong escape is a fault', text: `["\\x ${token}"]`, want: `["\\x ${token}"]` },
  { name: 'a wrong escape within a token is a fault', text: `["qzEM\\q${token}"]`, want: `["qzEM\\q${token}"]` },
  { name: 'a control character in a string is a fault', text: `["\n${token}"]`, want: `["\n${token}"]` },
  { name: 'a byte order mark is a fault', text: `\ufeff"${token}"`, want: `\ufeff"${token}"` },
  { name: 'a number that is none is a fault', text: `[01,"${token}"]`, want: `[01,"${token}"]` },
  { name: 'a word that is none is a fault', text: `[trie,"${token}"]`, want: `[trie,"${token}"]` },
  { name: 'a key without a colon is a fault', text: `{"a" "${token}"}`, want: `{"a" "${token}"}` },
  { name: 'a comma at the end is a fault', text: `["a",] "${token}"`, want: `["a",] "${token}"` },
  {
    name: 'all kinds of values may stand before',
    text: `[-0.5e+7,1E9,0,true,false,null,{},[],"${token}"]`,
    want: `[-0.5e+7,1E9,0,true,false,null,{},[],"${value}"]`,
  },
  { name: 'a document that ends within a token', text: `["${token.slice(0, -1)}`, want: `["${token.slice(0, -1)}` },
  { name: 'a document that ends within an escape', text: `["a\\u00`, want: `["a\\u00` },
])
  test(name, () => {
    for (let at = 0; at <= text.length; at += 1) assert.equal(streamed(cutAt(text, [at])), want);
    assert.equal(streamed(text.split('')), want);
  });

test('up to a fault a text is restored, and from there on it stays, byte for byte', () => {
  fc.assert(
    fc.property(documents, words, (document, rest) => {
      const good = JSON.stringify([document]);
      const text = `${good}!${rest}"${token}"`;
      assert.equal(streamed(text.split('')), `${streamed([good])}!${rest}"${token}"`);
    }),
    { numRuns: RUNS },
  );
});

test('the parser of the language and ours agree on what JSON is', () => {
  // The token is restored if, and only if, some text makes JSON of what ends with it.
  fc.assert(
    fc.property(
      fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom(...'[]{},:"0123456789.eE+-truefalsn \\/b'.split('')) })),
      (text) => {
        const probe = `[${text}\n,"${token}"]`;
        assert.equal(streamed([probe]) !== probe, isJsonUpToToken(probe));
      },
    ),
    { numRuns: RUNS * 5 },
  );
});

test('no fragment is more than one token behind', () => {
  const hostile = `["${'\\u0071z\\u0045MAIL000000000000000\\u0071\\u0071z'.repeat(8_000)}"]`;
  const restorer = jsonRestorer(() => null);
  let behind = 0;
  let most = 0;
  for (const letter of hostile) {
    behind += 1 - restorer.push(letter).length;
    most = Math.max(most, behind);
  }
  assert.equal(behind, 0);
  assert.ok(most <= MOST_HELD_IN_JSON);
  const all = jsonRestorer(() => null);
  assert.equal(all.push(`"${ESCAPED.slice(0, -1)}`).length, 1);
  assert.equal(all.end().length, ESCAPED.length - 1);
});

test('a string without the beginning of a token or an escape is not held back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'abz019 é{['.split('')) })), (chunks) => {
      const restorer = jsonRestorer(space.valueOf);
      restorer.push('"');
      for (const chunk of chunks) assert.equal(restorer.push(chunk), chunk);
    }),
  );
});

test('a million brackets, and a string of a megabyte, are read to their end', () => {
  const deep = `${'['.repeat(500_000)}"${token}"${']'.repeat(500_000)}`;
  assert.equal(streamed([deep]), deep.replace(token, value));
  const open = '{"a":'.repeat(200_000);
  assert.equal(streamed([open]), open);
  const long = `"${'x'.repeat(1 << 20)}${token}"`;
  assert.equal(streamed([long]), long.replace(token, value));
});

test('twice the document asks for twice the lookups, and no more', () => {
  const asked = (times: number): number => {
    let count = 0;
    streamed([`"${`${token}qzEMAIL`.repeat(times)}"`], () => {
      count += 1;
      return null;
    });
    return count;
  };
  assert.equal(asked(500), 500);
  assert.equal(asked(1_000), 1_000);
});

function streamed(chunks: readonly string[], lookup = space.valueOf): string {
  const restorer = jsonRestorer(lookup);
  return chunks.map((chunk) => restorer.push(chunk)).join('') + restorer.end();
}

function escaped(text: string, dice: readonly number[]): string {
  let drawn = 0;
  // Letters that stand outside of strings are those of numbers and literals, which no placeholder has first.
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
    string.replace(/\\u[0-9a-f]{4}|\\.|[\s\S]/g, (unit) => {
      drawn += 1;
      if (unit.length > 1 || unit === '"' || dice[drawn % dice.length] !== 0) return unit;
      const digits = unit.charCodeAt(0).toString(16).padStart(4, '0');
      return `\\u${drawn % 2 === 0 ? digits : digits.toUpperCase()}`;
    }),
  );
}

function mapped(document: Json): Json {
  if (typeof document === 'string') return restoreText(document, space.valueOf);
  if (Array.isArray(document)) return document.map(mapped);
  if (document === null || typeof document !== 'object') return document;
  return Object.fromEntries(
    Object.entries(document).map(([key, member]) => [restoreText(key, space.valueOf), mapped(member)]),
  );
}

/** A document without its order of keys, which its own and its restored names may give differently. */
function leaves(document: Json): unknown {
  if (Array.isArray(document)) return document.map(leaves);
  if (document === null || typeof document !== 'object') return document;
  return new Map(
    Object.entries(document)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, leaves(member)]),
  );
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whether the text is JSON up to the end of the token, when its string and all brackets are closed behind it. */
function isJsonUpToToken(probe: string): boolean {
  const head = `${probe.slice(0, probe.indexOf(token) + token.length)}"`;
  const open: string[] = [];
  for (const [bracket] of head.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g))
    if (bracket === '[' || bracket === '{') open.unshift(bracket === '[' ? ']' : '}');
    else open.shift();
  return [head, `${head}:0`].some((text) => parses(text + open.join('')));
}
