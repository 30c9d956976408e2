import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LONGEST_TOKEN, restoreText, textRestorer } from './index.ts';
import { cutAt, HARD_VALUES, knownSession, tokenText } from './mask-fixtures.ts';
import { canonicalToken, openTokenAt, tokensIn } from './token-shape.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const { space, tokens } = knownSession();
const [token = '', second = ''] = tokens;
const [value = '', secondValue = ''] = HARD_VALUES;
const FORGED = 'qzEMAIL0000000000000000';

for (const { name, text, want } of [
  { name: 'a token alone', text: token, want: value },
  { name: 'a token in a sentence', text: `To ${token}.`, want: `To ${value}.` },
  { name: 'a token within a word', text: `x${token}y`, want: `x${value}y` },
  { name: 'a plural stays behind', text: `the ${token}s`, want: `the ${value}s` },
  { name: 'capitals', text: token.toUpperCase(), want: value },
  { name: 'small letters', text: token.toLowerCase(), want: value },
  { name: 'two without anything between', text: token + second, want: value + secondValue },
  { name: 'one begun, then one', text: `qzEMAIL${token}`, want: `qzEMAIL${value}` },
  { name: 'a token that nobody gave stays', text: `a ${FORGED} b`, want: `a ${FORGED} b` },
  { name: 'half a token stays', text: token.slice(0, -1), want: token.slice(0, -1) },
  { name: 'the end of a token stays', text: token.slice(1), want: token.slice(1) },
])
  test(name, () => {
    assert.equal(restoreText(text, space.valueOf), want);
    for (let at = 0; at <= text.length; at += 1) assert.equal(streamed(cutAt(text, [at])), want);
  });

test('a value that is put in is not looked up again', () => {
  const lookup = (wanted: string): string | null => (wanted === token ? second : wanted === second ? 'wrong' : null);
  assert.equal(restoreText(token, lookup), second);
  assert.equal(streamed(token.split(''), lookup), second);
});

test('how a text is cut never changes what leaves, and little is held back', (t) => {
  let cuts = 0;
  fc.assert(
    fc.property(
      tokenText(tokens),
      fc.array(fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200)), { maxLength: 8 }),
      (text, triples) => {
        const want = restoreText(text, space.valueOf);
        for (let at = 0; at <= text.length; at += 1, cuts += 1) assert.equal(streamed(cutAt(text, [at])), want);
        for (const triple of triples) assert.equal(streamed(cutAt(text, triple)), want);
        assert.equal(streamed(text.split('')), want);
        cuts += triples.length + 1;
        for (const { 0: shape } of tokensIn(want)) assert.ok(isForeign(shape, text));
      },
    ),
    { numRuns: RUNS },
  );
  t.diagnostic(`${cuts} ways of cutting`);
});

test('what could begin no token leaves at once, and a beginning waits at its first letter', () => {
  fc.assert(
    fc.property(tokenText(tokens), fc.string(), (text, next) => {
      const restorer = textRestorer(() => null);
      const first = restorer.push(text);
      assert.equal(first, text.slice(0, openTokenAt(text)));
      assert.ok(text.length - first.length < LONGEST_TOKEN);
      const later = restorer.push(`-${next}-`);
      assert.equal(first + later, `${text}-${next}-`);
    }),
    { numRuns: RUNS },
  );
});

test('a million letters of token beginnings are never more than one beginning behind', () => {
  const hostile = 'qzEMAILqzEMAIL000000000000000qqzqzPERSON'.repeat(25_000);
  const restorer = textRestorer(() => null);
  let behind = 0;
  let read = 0;
  for (const letter of hostile) {
    // What one push reads: what is held and its chunk.
    read += behind + 1;
    behind += 1 - restorer.push(letter).length;
    assert.ok(behind < LONGEST_TOKEN);
  }
  assert.equal(restorer.end().length, behind);
  assert.ok(read <= hostile.length * LONGEST_TOKEN);
});

test('a lookup is asked once for each shape, however the text is cut', () => {
  const asked: string[] = [];
  const text = `${FORGED} ${FORGED}${FORGED}`.repeat(50);
  streamed(text.split(''), (shape) => {
    asked.push(shape);
    return null;
  });
  assert.equal(asked.length, 150);
});

test('after its end a restorer is as it was made', () => {
  const restorer = textRestorer(space.valueOf);
  assert.equal(restorer.push(token.slice(0, 9)), '');
  assert.equal(restorer.end(), token.slice(0, 9));
  assert.equal(restorer.push(token.slice(9)) + restorer.end(), token.slice(9));
});

function streamed(chunks: readonly string[], lookup = space.valueOf): string {
  const restorer = textRestorer(lookup);
  return chunks.map((chunk) => restorer.push(chunk)).join('') + restorer.end();
}

/** A shape that is left: nobody gave it, or it was made of a value and the letters around its place. */
function isForeign(shape: string, text: string): boolean {
  return space.valueOf(canonicalToken(shape)) === null || !text.includes(shape);
}
