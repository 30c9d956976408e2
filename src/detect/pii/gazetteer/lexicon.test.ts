import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { folded } from './fold.ts';
import { GIVEN_NAMES } from './given-names.ts';
import { COMMON, GIVEN, PLACE, lexicon } from './lexicon.ts';
import { PLACES } from './places.ts';

test('a word has the bits of the lists that hold it', () => {
  const words = lexicon(() => [
    { words: '\nanna,rose,\nsan marino,\n', bit: GIVEN },
    { words: new Set(['rose', 'table']), bit: COMMON },
  ]);
  assert.deepEqual(
    ['anna', 'rose', 'table', 'san marino', 'san', '', 'ann', 'marino'].map((word) => words.of(word)),
    [GIVEN, GIVEN | COMMON, COMMON, GIVEN, 0, 0, 0, 0],
  );
});

test('words in bytes are words in lower case', () => {
  const words = lexicon(() => [{ words: ['anna'], bit: GIVEN }]);
  for (const written of ['anna', 'Anna', 'ANNA']) assert.equal(words.ofBytes(Buffer.from(`x${written}x`), 1, 5), GIVEN);
  assert.equal(words.ofBytes(Buffer.from('annA!'), 0, 5), 0);
});

test('every word of a list is found, and hardly any other', () => {
  const all = lexicon(() => [
    { words: GIVEN_NAMES, bit: GIVEN },
    { words: PLACES, bit: PLACE },
  ]);
  for (const name of GIVEN_NAMES.split(/[,\n]+/).filter((each) => each !== ''))
    assert.ok((all.of(name) & GIVEN) !== 0, name);
  const random = fc.sample(
    fc.string({ unit: fc.constantFrom(...Array.from('qxzjkvwy')), minLength: 9, maxLength: 12 }),
    {
      numRuns: 2_000,
      seed: 1,
    },
  );
  assert.ok(random.filter((word) => all.of(word) !== 0).length < 3);
});

test('lists are folded: lower case, without marks', () => {
  for (const list of [GIVEN_NAMES, PLACES])
    for (const word of list.split(/[,\n]+/)) assert.equal(folded(word), word, word);
  assert.deepEqual(['Šárka', 'KØBENHAVN', 'Straße', 'Łódź', 'Þór', 'ΛΕΥΚΩΣΊΑ'].map(folded), [
    'sarka',
    'kobenhavn',
    'strasse',
    'lodz',
    'thor',
    'λευκωσια',
  ]);
});
