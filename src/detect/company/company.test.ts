import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import type { ScanScene } from '../scan/detector.ts';
import { scanner } from '../scan/scanner.ts';
import { streamScanner } from '../scan/stream-scanner.ts';
import type { CompanyLists } from '../../core/company-lists.ts';
import { companyDetectors, companyFaults } from './index.ts';
import { patternFacts } from '../../core/pattern-facts.ts';

const SCENE: ScanScene = { source: 'tool-result', path: null };
const words = (...list: string[]): CompanyLists => ({ words: [{ name: 'own', words: list }], patterns: [] });
const pattern = (text: string): CompanyLists => ({ words: [], patterns: [{ name: 'own', pattern: text }] });
const found = (lists: CompanyLists, text: string): readonly string[] =>
  scanner(companyDetectors(lists))
    .scanText(text, SCENE)
    .map(({ startUtf16, endUtf16 }) => text.slice(startUtf16, endUtf16));

for (const { name, lists, text, want } of [
  {
    name: 'a word in any case',
    lists: words('Nightjar'),
    text: 'nightjar NIGHTJAR Nightjar',
    want: ['nightjar', 'NIGHTJAR', 'Nightjar'],
  },
  {
    name: 'a part of a name in code',
    lists: words('Nightjar'),
    text: 'nightjarClient my_nightjar useNightjarHook',
    want: ['nightjar', 'nightjar', 'Nightjar'],
  },
  { name: 'no part of another word', lists: words('Nightjar'), text: 'nightjars fortnightjar nightjar2', want: [] },
  {
    name: 'several words',
    lists: words('Project Blue Heron'),
    text: 'the project blue heron is',
    want: ['project blue heron'],
  },
  { name: 'the longest of several', lists: words('Heron', 'Heron Bank'), text: 'Heron Bank', want: ['Heron Bank'] },
  {
    name: 'letters beyond ASCII, with a part in ASCII',
    lists: words('Müllermann'),
    text: 'müllermann, MÜLLERMANN',
    want: ['müllermann', 'MÜLLERMANN'],
  },
  {
    name: 'letters beyond ASCII alone',
    lists: words('Жар-птица'),
    text: 'о Жар-птица и жар-птица',
    want: ['Жар-птица', 'жар-птица'],
  },
  { name: 'no part of a word in another alphabet', lists: words('ßaum'), text: 'éßaum ßaumé', want: [] },
  {
    name: 'a pattern with a literal',
    lists: pattern('KD-\\d{6}'),
    text: 'KD-123456 kd-123456 KD-12',
    want: ['KD-123456'],
  },
  {
    name: 'a literal in the middle',
    lists: pattern('[A-Z]{2}acme\\d+'),
    text: 'XYacme77 acme77 ABacme1',
    want: ['XYacme77', 'ABacme1'],
  },
  {
    name: 'alternatives with a literal each',
    lists: pattern('red-\\d|blue-\\d'),
    text: 'red-1 blue-2 green-3',
    want: ['red-1', 'blue-2'],
  },
  { name: 'a pattern in any case', lists: pattern('(?i)kunde-\\d{3}'), text: 'KUNDE-123', want: ['KUNDE-123'] },
  {
    name: 'a pattern without a literal',
    lists: pattern('\\b[A-Z]{2}\\d{4}\\b'),
    text: 'x AB1234, CD5678y EF9012',
    want: ['AB1234', 'EF9012'],
  },
  { name: 'a pattern beyond ASCII', lists: pattern('Zürich-\\d'), text: 'é Zürich-7', want: ['Zürich-7'] },
  {
    name: 'two hits beside each other',
    lists: pattern('id-\\d{2}:'),
    text: 'id-11:id-22:',
    want: ['id-11:', 'id-22:'],
  },
])
  test(`finds: ${name}`, () => assert.deepEqual(found(lists, text), want));

for (const { name, lists, want } of [
  { name: 'lookahead', lists: pattern('(?=a)b'), want: "the pattern of `own` is none of RE2's" },
  { name: 'an anchor', lists: pattern('^abc'), want: 'the pattern of `own` has an anchor: it is looked for anywhere' },
  {
    name: 'a pattern of nothing',
    lists: pattern('a*'),
    want: 'the pattern of `own` matches nothing at all, which is everywhere',
  },
  {
    name: 'no literal and no bound',
    lists: pattern('[a-z]+\\d'),
    want: 'the pattern of `own` needs a literal part of three characters, or short matches without `*` and `+`',
  },
  {
    name: 'a literal part that is longer than any keyword',
    lists: pattern(`${'"'.repeat(121)}a\\d`),
    want: 'the pattern of `own` has a literal part of over 120 characters',
  },
  { name: 'a huge pattern', lists: pattern('abcd([a-z]{1,33}\\d?){1,30}'), want: 'the pattern of `own` is too large' },
  {
    name: 'a short word',
    lists: words('fine', 'ab'),
    want: 'word 2 of `own` has under 3 characters, over 120 bytes, or is no line of text',
  },
  {
    name: 'a word over two lines',
    lists: words('one\ntwo'),
    want: 'word 1 of `own` has under 3 characters, over 120 bytes, or is no line of text',
  },
  {
    name: 'a name that is none',
    lists: { words: [{ name: 'A B', words: [] }], patterns: [] },
    want: 'a name is of lower-case letters, digits and dashes',
  },
  {
    name: 'one name for two',
    lists: { words: [{ name: 'own', words: [] }], patterns: [{ name: 'own', pattern: 'abc' }] },
    want: '`own` is there twice',
  },
] satisfies readonly { name: string; lists: CompanyLists; want: string }[])
  test(`refuses: ${name}`, () => {
    assert.equal(companyFaults(lists)[0], want);
    assert.throws(() => companyDetectors(lists), TypeError);
  });

for (const { text, literals } of [
  { text: 'abc', literals: ['abc'] },
  { text: 'KD-\\d{6}', literals: ['kd-'] },
  { text: 'abcd?', literals: ['abc'] },
  { text: 'abcd*ef', literals: ['abc'] },
  { text: 'abcd{0,2}', literals: ['abc'] },
  { text: 'abcd+efghi', literals: ['efghi'] },
  { text: 'ab{2}cd', literals: null },
  { text: '(abc)?def', literals: ['def'] },
  { text: '(abc|xyz)', literals: null },
  { text: 'abc|xyz', literals: ['abc', 'xyz'] },
  { text: 'abc|x', literals: null },
  { text: '(?i)abc', literals: ['abc'] },
  { text: '(?:x|y)abc', literals: ['abc'] },
  { text: '[abc]{3}', literals: null },
  { text: '[]abc]x', literals: null },
  { text: 'a\\.bc', literals: ['a.bc'] },
  { text: 'a.bcd', literals: ['bcd'] },
  { text: '\\Qabc\\E', literals: null },
  { text: '---', literals: null },
])
  test(`the literal part of ${text}`, () => assert.deepEqual(patternFacts(text).literals, literals));

test('every match of a pattern holds one of its literals', () => {
  const atom = fc.constantFrom('a', 'bc', 'abc', '-x1', '\\d', '[a-c]', '(?:a|bc)', '(abc)', '\\.', '.', '|', 'q7z');
  const repeat = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,1}', '+?');
  const patterns = fc
    .array(fc.tuple(atom, repeat), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.map(([one, times]) => (one === '|' ? one : one + times)).join(''));
  fc.assert(
    fc.property(
      patterns,
      fc.string({ unit: fc.constantFrom(...'abcx1-.7qz'.split('')), maxLength: 30 }),
      (text, subject) => {
        const { literals } = patternFacts(text);
        fc.pre(literals !== null);
        const matcher = RE2JS.compile(text).matcher(subject);
        while (matcher.find()) {
          const match = (matcher.group() ?? '').toLowerCase();
          assert.ok(
            literals.some((literal) => match.includes(literal)),
            `${text} on ${match}`,
          );
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('how a stream is cut does not change what is covered', () => {
  const parts = scanner(
    companyDetectors({
      words: [{ name: 'words', words: ['Nightjar', 'Zürich'] }],
      patterns: [
        { name: 'id', pattern: 'KD-\\d+' },
        { name: 'code', pattern: '\\b[A-Z]{2}\\d{4}\\b' },
      ],
    }),
  );
  const text = fc
    .array(fc.constantFrom('nightjar', 'Zür', 'ich', 'KD-', '12', 'AB1', '234', ' ', 'é', 'x'), { maxLength: 60 })
    .map((list) => list.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), (whole, at) => {
      const bytes = Buffer.from(whole);
      const stream = streamScanner(parts, { scene: SCENE, gatherBytes: 1 });
      const cuts = [0, ...at.map((place) => Math.min(place, bytes.length)).toSorted((a, b) => a - b), bytes.length];
      const told = cuts.flatMap((place, index) => stream.push(bytes.subarray(cuts[index - 1] ?? 0, place)));
      const covered = (list: readonly { readonly start: number; readonly end: number }[]): readonly number[] =>
        [
          ...new Set(
            list.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, offset) => start + offset)),
          ),
        ].toSorted((a, b) => a - b);
      assert.deepEqual(covered([...told, ...stream.end()]), covered(parts.rawMatches(bytes, 0, bytes.length, SCENE)));
    }),
  );
});

for (const { name, lists, text } of [
  { name: 'a word again and again', lists: words('aaa', 'aaaa'), text: 'a'.repeat(100_000) },
  { name: 'a word beyond ASCII', lists: words('éé'.repeat(10)), text: 'é'.repeat(50_000) },
  { name: 'a literal again and again', lists: pattern('\\w*abc\\w*\\d'), text: 'abc'.repeat(33_000) },
  {
    name: 'a loose pattern that nearly matches everywhere',
    lists: pattern('[a-z]{1,20}[a-z]{1,20}\\d'),
    text: 'a'.repeat(100_000),
  },
])
  test(`100 kB of the worst for ${name} takes no square of time`, () => {
    const own = scanner(companyDetectors(lists));
    const timeMs = (bytes: Buffer): number => {
      const startMs = performance.now();
      own.scan(bytes, SCENE);
      return performance.now() - startMs;
    };
    const bytes = Buffer.from(text);
    timeMs(bytes.subarray(0, 10_000));
    const smallMs = timeMs(bytes.subarray(0, 10_000));
    const largeMs = timeMs(bytes);
    // Ten times the text may take a hundred times as long only where time goes with its square.
    assert.ok(largeMs < 40 * smallMs + 100, `${smallMs} ms, then ${largeMs} ms`);
  });
