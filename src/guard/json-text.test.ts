import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../core/json.ts';
import { jsonText, seamedText, withSpansReplaced } from './json-text.ts';

/** Takes every `needle` out of a value, as a finding would. */
function withoutNeedles(value: Json, by = '-'): Json | null {
  const spans = [...jsonText(value).text.matchAll(/needle/g)].map(({ index }) => ({
    start: index,
    end: index + 'needle'.length,
    by,
  }));
  return withSpansReplaced(value, spans);
}

for (const { name, value, text } of [
  { name: 'a text', value: 'one\ntwo', text: 'one\ntwo' },
  { name: 'an object', value: { a: 'short', b: 'two\nlines', n: 4111 }, text: 'a: short\nb\ntwo\nlines\nn: 4111\n' },
  {
    name: 'nesting',
    value: { file: { content: 'x' }, list: ['y', { z: true }] },
    text: 'file\ncontent: x\n\nlist\ny\nz\n\n\n\n',
  },
  { name: 'nothing', value: null, text: '' },
])
  test(`the text of ${name}`, () => assert.equal(jsonText(value).text, text));

for (const { name, value, want } of [
  { name: 'a text', value: 'a needle b needle', want: 'a - b -' },
  {
    name: 'texts of objects and lists',
    value: { a: 'needle', b: ['x', 'needle\nneedle'] },
    want: { a: '-', b: ['x', '-\n-'] },
  },
  { name: 'a value without any', value: { a: 'x', n: 1, t: true, z: null }, want: { a: 'x', n: 1, t: true, z: null } },
  { name: 'a key alone', value: { needle: 'x' }, want: null },
  { name: 'a key alone that a text follows', value: { a: 'needle', needle: true }, want: null },
] satisfies readonly { name: string; value: Json; want: Json }[])
  test(`parts are taken out of ${name}`, () => assert.deepEqual(withoutNeedles(value), want));

test('a part that goes over several texts is taken out of each of them', () => {
  const value = ['first half-', 'second half'];
  const { text } = jsonText(value);
  const span = { start: text.indexOf('half-'), end: text.indexOf('second') + 'second'.length, by: '*' };
  assert.deepEqual(withSpansReplaced(value, [span]), ['first *', '* half']);
});

test('a number keeps its kind', () => {
  const value = { card: 4_111_111_111, other: 7 };
  const { text } = jsonText(value);
  const start = text.indexOf('4111');
  assert.deepEqual(withSpansReplaced(value, [{ start, end: start + 10, by: 'x' }]), { card: 0, other: 7 });
});

test('a part that begins in the name of a field is not taken out by its text alone', () => {
  const value = { other: 'x', password: 'needle' };
  const { text } = jsonText(value);
  const from = text.indexOf('password');
  const cut = (start: number): Json | null => withSpansReplaced(value, [{ start, end: text.length - 1, by: '-' }]);
  for (const start of [from - 1, from, from + 3, from + 'password'.length - 1]) assert.equal(cut(start), null);
  assert.deepEqual(cut(from + 'password'.length), { other: 'x', password: '-' });
});

test('encoded content of a picture is counted and not read, and text that only claims to be one is read', () => {
  const picture = 'QUJD'.repeat(100);
  const value = { type: 'image', file: { type: 'image/png', base64: picture } };
  assert.deepEqual(
    { ...jsonText(value), text: jsonText(value).text.includes(picture) },
    { text: false, unreadCount: 1 },
  );
  assert.deepEqual(withoutNeedles(value), value);
  for (const data of ['a needle in words that can be read', 'needle'])
    assert.deepEqual(withoutNeedles({ type: 'image', data }), { type: 'image', data: data.replace('needle', '-') });
});

for (const { name, value, want } of [
  {
    name: 'parts of MCP content',
    value: [{ type: 'text', text: 'ab' }, { type: 'image', data: 'x' }, { type: 'text', text: 'c' }, { text: 'd' }],
    want: { text: 'abcd', seams: [2, 3] },
  },
  { name: 'both outputs of a command', value: { stdout: 'ab', stderr: 'c' }, want: { text: 'abc', seams: [2] } },
  { name: 'one output alone', value: { stdout: 'ab', stderr: '' }, want: null },
  { name: 'one part alone', value: [{ type: 'text', text: 'ab' }], want: null },
  { name: 'a text', value: 'ab', want: null },
] satisfies readonly { name: string; value: Json; want: ReturnType<typeof seamedText> }[])
  test(`what is read as one: ${name}`, () => assert.deepEqual(seamedText(value), want));

test('whatever stands where, no part of it is left and nothing else is changed', () => {
  const words = fc.array(fc.constantFrom('needle', ' ', 'a', '\n', 'é', '😀', '\ud800', '-'), { maxLength: 12 });
  const texts = words.map((each) => each.join(''));
  const keys = fc.constantFrom('a', 'b', 'type', 'text', '__proto__', 'content');
  const { tree } = fc.letrec<{ tree: Json; leaf: Json }>((tie) => ({
    leaf: fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null)),
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 4 }) as fc.Arbitrary<Json>,
      fc.dictionary(keys, tie('tree'), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const copy = JSON.stringify(value);
      const made = withoutNeedles(value, '');
      const again = JSON.parse(copy.replaceAll('needle', '')) as Json;
      assert.equal(JSON.stringify(made), JSON.stringify(again));
      assert.equal(JSON.stringify(value), copy);
    }),
  );
});
