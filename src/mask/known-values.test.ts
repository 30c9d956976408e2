import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownValues, LEAST_KNOWN_LENGTH } from './known-values.ts';
import type { KnownPlace, KnownValues } from './known-values.ts';
import { EMAIL, SECRET } from './mask-fixtures.ts';
import { nextState, valueAutomaton } from './value-automaton.ts';
import { edgeRule, keepsEdges } from './word-edge.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
for (const { name, value, text, want } of [
  { name: 'a short name stands alone', value: 'Ann', text: 'Ann, Annex, JoAnn, Ann_id, (Ann)', want: [0, 19, 28] },
  { name: 'a name with a blank in it', value: 'Ann Lee', text: 'Ann Lee Ann Leech xAnn Lee', want: [0] },
  { name: 'a letter of another script is a letter', value: 'Ann', text: 'éAnn Annа Ann\u0301 𝐀Ann', want: [] },
  { name: 'a half of a character is no letter', value: 'Ann', text: '\ud83dAnn', want: [1] },
  { name: 'a name where no blanks are written', value: '王小明', text: '我叫王小明说', want: [2] },
  { name: 'a short number is no part of another', value: '1234567', text: '1234567 91234567 1234567a', want: [0] },
  { name: 'a long number is found anywhere', value: '12345678', text: '9123456789', want: [1] },
  { name: 'a long word is no part of another', value: 'Christian', text: 'Christianity Christian', want: [13] },
  { name: 'a credential is found anywhere', value: 'ghp_0a1b2c3d', text: 'xghp_0a1b2c3dx', want: [1] },
  { name: 'an end that is no letter needs no edge', value: '@ann', text: 'x@ann', want: [1] },
  { name: 'two letters are never looked for', value: 'Al', text: 'Al', want: [] },
  { name: 'case counts', value: 'Ann', text: 'ann ANN', want: [] },
  {
    name: 'a letter of the same low byte is another',
    value: 'Anton42',
    text: 'Antŏn42 \u0141nton42 Anton42',
    want: [16],
  },
])
  test(name, () => {
    const known = withValues([value]);
    assert.deepEqual(
      known.placesIn(text, 0, text.length).places.map(({ start }) => start),
      want,
    );
  });

const letters = fc.constantFrom('a', 'b', 'A', ' ', '1', '_', 'é', 'š', '😀');
const value = fc.string({ unit: letters, minLength: LEAST_KNOWN_LENGTH, maxLength: 20 });
const valueLists = fc.uniqueArray(value, { maxLength: 12 });

test('what is found is what comparing every place with every value finds', () => {
  const scene = valueLists.chain((values) =>
    fc.record({
      values: fc.constant(values),
      later: valueLists,
      parts: fc.array(fc.oneof(fc.constantFrom('ab', ...values), fc.string({ unit: letters, maxLength: 9 })), {
        maxLength: 20,
      }),
      range: fc.tuple(fc.nat(60), fc.nat(200)),
    }),
  );
  fc.assert(
    fc.property(scene, ({ values, later, parts, range }) => {
      const text = parts.join('');
      const [from, to] = [Math.min(range[0], text.length), Math.min(range[0] + range[1], text.length)];
      const known = withValues(values);
      assert.deepEqual(found(known, text, from, to), expected(values, text, from, to));
      // Values that come later are other tiers of the same search.
      for (const one of later) known.add({ value: one, detectorId: SECRET, action: 'mask' });
      assert.deepEqual(found(known, text, from, to), expected([...values, ...later], text, from, to));
    }),
    { numRuns: RUNS * 3 },
  );
});

test('values are found across the blocks in which a text is read', () => {
  const block = 1 << 16;
  for (const one of ['Ann', 'Anne', 'an-y7', 'a7-b8-c9', 'mia.wolf@example.org', 'x'.repeat(70_000)])
    for (const start of [block - 20, ...Array.from({ length: 12 }, (_, step) => block - 6 + step), 2 * block - 1]) {
      const text = `${'.'.repeat(start)}${one}${'.'.repeat(block)}`;
      assert.deepEqual(found(withValues([one]), text, 0, text.length), [[start, start + one.length]]);
    }
});

test('thousands of values, added a few at a time, are all found', () => {
  const known = knownValues();
  const values = Array.from({ length: 3_000 }, (_, index) => `user${index * 7919}@example.org`);
  for (const [index, one] of values.entries()) {
    known.add({ value: one, detectorId: EMAIL, action: 'mask' });
    if (index % 50 === 0) assert.equal(found(known, one, 0, one.length).length, 1);
  }
  const text = values.join(' ');
  assert.equal(found(known, text, 0, text.length).length, values.length);
});

test('of two values that overlap both are found, and of two within each other the longer', () => {
  const known = withValues(['abcdefgh12', 'gh12ijklmn', 'cdefgh12']);
  assert.deepEqual(found(known, 'abcdefgh12ijklmn', 0, 16), [
    [0, 10],
    [6, 16],
  ]);
});

test('of two values that begin together the longer is found, and a value at the end of a part of two others', () => {
  assert.deepEqual(found(withValues(['abcdefgh1', 'abcdefgh12']), 'abcdefgh12', 0, 10), [[0, 10]]);
  const nested = withValues(['77-1111-2222-3333', '1111-2222-4444', '111-2222']);
  assert.deepEqual(found(nested, '77-1111-2222!', 0, 13), [[4, 12]]);
});

for (const { name, text, from, to, want } of [
  { name: 'a range that is the whole text has edges', text: 'Ann', from: 0, to: 3, want: [[0, 3]] },
  { name: 'a text that goes on behind the range goes on with a letter', text: 'Ann.', from: 0, to: 3, want: [] },
  { name: 'a text that goes on before the range goes on with a letter', text: '.Ann', from: 1, to: 4, want: [] },
  { name: 'nothing is found beyond the range', text: 'Ann Ann Ann', from: 1, to: 10, want: [[4, 7]] },
])
  test(name, () => assert.deepEqual(found(withValues(['Ann']), text, from, to), want));

test('what was said of a value first stays', () => {
  const known = withValues(['mia.wolf@example.org']);
  known.add({ value: 'mia.wolf@example.org', detectorId: SECRET, action: 'redact' });
  assert.equal(known.placesIn('mia.wolf@example.org', 0, 20).places[0]?.known.detectorId, EMAIL);
});

test('beyond the limits a value is not looked for, and the answer says so', () => {
  const few = knownValues({ maxValues: 1 });
  assert.equal(few.add({ value: 'one-value', detectorId: EMAIL, action: 'mask' }), true);
  assert.equal(few.add({ value: 'one-value', detectorId: EMAIL, action: 'mask' }), true);
  assert.equal(few.add({ value: 'two-values', detectorId: EMAIL, action: 'mask' }), false);
  assert.equal(knownValues({ maxCharacters: 5 }).add({ value: 'sixsix', detectorId: EMAIL, action: 'mask' }), false);
});

test('a text of near misses is read once, and no code unit takes more than two steps in all', () => {
  const values = ['a'.repeat(3_000) + 'b', 'a'.repeat(2_000) + 'c', 'aaaa1', 'a'.repeat(1_000) + 'é'];
  const known = withValues(values);
  for (const size of [50_000, 200_000]) {
    const text = 'a'.repeat(size);
    assert.ok(known.placesIn(text, 0, size).compared <= size);
  }
  const automaton = valueAutomaton(values);
  const depths = depthsOf(automaton);
  let [state, steps] = [0, 0];
  const text = `${'a'.repeat(2_999)}xb`.repeat(20);
  for (let at = 0; at < text.length; at += 1) {
    const next = nextState(automaton, state, text.charCodeAt(at));
    // A step along a suffix is at least one less deep.
    steps += 1 + (depths[state] as number) + 1 - (depths[next] as number);
    state = next;
  }
  assert.ok(steps <= 2 * text.length + 2);
});

test('ordinary text is passed over, not compared', () => {
  const values = Array.from(
    { length: 1_000 },
    (_, index) => `person${index}.${(index * 7919) % 997}@mail${index % 13}.example`,
  );
  const text = 'The quick brown fox jumps over the lazy dog; 0123456789 { return value ?? null }\n'.repeat(2_000);
  assert.ok(withValues(values).placesIn(text, 0, text.length).compared < text.length / 10);
});

test('words that begin as a value does are passed over', () => {
  const words = ['anna', 'bertha', 'conrad', 'dora'];
  const values = words.flatMap((one) => words.map((other) => `${one}.${other}@mail.example`));
  const text = 'anna met bertha, and conrad saw dora. '.repeat(2_000);
  assert.ok(withValues(values).placesIn(text, 0, text.length).compared < text.length / 10);
});

function withValues(values: readonly string[]): KnownValues {
  const known = knownValues();
  for (const one of values) known.add({ value: one, detectorId: EMAIL, action: 'mask' });
  return known;
}

function found(known: KnownValues, text: string, from: number, to: number): readonly (readonly [number, number])[] {
  return known.placesIn(text, from, to).places.map(({ start, end, known: { value: one } }: KnownPlace) => {
    assert.equal(text.slice(start, end), one);
    return [start, end];
  });
}

/** The same by trying everything. */
function expected(
  values: readonly string[],
  text: string,
  from: number,
  to: number,
): readonly (readonly [number, number])[] {
  const all: (readonly [number, number])[] = [];
  for (let end = from; end <= to; end += 1) {
    const longest = values
      .filter(
        (one) => end - one.length >= from && text.startsWith(one, end - one.length) && isFree(one, text, from, end, to),
      )
      .reduce((most, { length }) => Math.max(most, length), 0);
    if (longest > 0) all.push([end - longest, end]);
  }
  return all.filter(([start, end]) => !all.some(([from, to]) => from <= start && end <= to && to - from > end - start));
}

function isFree(one: string, text: string, from: number, end: number, to: number): boolean {
  const rule = edgeRule(one);
  const start = end - one.length;
  if (rule.before && start === from && from > 0) return false;
  if (rule.after && end === to && to < text.length) return false;
  return keepsEdges(rule, text, start, end);
}

function depthsOf({ firstChild, codes }: ReturnType<typeof valueAutomaton>): Int32Array {
  const depths = new Int32Array(codes.length);
  for (let state = 0; state < codes.length; state += 1)
    for (let child = firstChild[state] as number; child < (firstChild[state + 1] as number); child += 1)
      depths[child] = (depths[state] as number) + 1;
  return depths;
}
