import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PII_DETECTORS, scanner, SECRET_DETECTORS } from '../detect/index.ts';
import {
  jsonRestorer,
  LEAST_KNOWN_LENGTH,
  maskMemory,
  maskText,
  placeholders,
  restoreText,
  textRestorer,
} from './index.ts';
import type { MaskAction, MaskFinding, MaskMemory } from './index.ts';
import { cutAt, EMAIL, keyOf, PERSON, SECRET } from './mask-fixtures.ts';
import { tokensIn } from './token-shape.ts';
import { edgeRule } from './word-edge.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const ADDRESS = 'mia.wolf@example.org';

test('what was found is masked, left or taken out', () => {
  const memory = fresh();
  const text = `a ${ADDRESS} b`;
  const { token } = tokenFor(memory, ADDRESS);
  assert.deepEqual(maskText(text, findings(text, ADDRESS, 'leave'), memory), { text, used: [], forgotten: 0 });
  assert.deepEqual(maskText(text, findings(text, ADDRESS, 'mask'), memory), {
    text: `a ${token} b`,
    used: [{ start: 2, end: 22, by: token, action: 'mask', detectorId: EMAIL, seenBy: 'finding' }],
    forgotten: 0,
  });
  assert.equal(maskText(text, findings(text, ADDRESS, 'redact'), fresh()).text, 'a [removed: pii/email] b');
});

test('a value that was seen once is masked wherever it stands, also where it is written in another way', () => {
  const memory = fresh();
  const key = 'pass"word\n2';
  maskText(`x ${key}`, findings(`x ${key}`, key, 'mask'), memory);
  for (const spelling of [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)]) {
    const masked = maskText(`in .${spelling}.`, [], memory);
    assert.match(masked.text, /^in \.qzEMAIL[0-9a-z]{16}\.$/);
    assert.equal(restored(masked.text, memory), `in .${spelling}.`);
    assert.equal(masked.used[0]?.seenBy, 'memory');
  }
});

test('a value that was taken out once is taken out wherever it stands', () => {
  const memory = fresh();
  maskText(ADDRESS, findings(ADDRESS, ADDRESS, 'redact'), memory);
  assert.equal(maskText(`x ${ADDRESS}`, [], memory).text, 'x [removed: pii/email]');
});

for (const { name, ranges, want } of [
  {
    name: 'ranges that overlap are one value, of the longer',
    ranges: [
      [0, 5, PERSON],
      [3, 12, EMAIL],
    ],
    want: 'EMAIL0-12',
  },
  {
    name: 'a range within another is no value here',
    ranges: [
      [0, 12, EMAIL],
      [2, 6, PERSON],
    ],
    want: 'EMAIL0-12',
  },
  {
    name: 'of equal ranges the first id counts',
    ranges: [
      [0, 12, PERSON],
      [0, 12, EMAIL],
    ],
    want: 'EMAIL0-12',
  },
  {
    name: 'of ranges as long, the left one counts',
    ranges: [
      [4, 12, EMAIL],
      [0, 8, PERSON],
    ],
    want: 'PERSON0-12',
  },
  {
    name: 'ranges that border on each other are two',
    ranges: [
      [0, 4, EMAIL],
      [4, 8, PERSON],
    ],
    want: 'EMAIL0-4 PERSON4-8',
  },
  { name: 'a range beyond the text ends with it', ranges: [[12, 99, EMAIL]], want: 'EMAIL12-16' },
  {
    name: 'a range that is none is none',
    ranges: [
      [5, 5, EMAIL],
      [7, 3, EMAIL],
      [Number.NaN, 4, EMAIL],
    ],
    want: '',
  },
] as const)
  test(name, () => {
    const text = 'abcd-1234-efgh-5';
    for (const list of [ranges, ranges.toReversed()]) {
      const { used } = maskText(
        text,
        list.map(([startUtf16, endUtf16, detectorId]) => ({ startUtf16, endUtf16, detectorId, action: 'mask' })),
        fresh(),
      );
      assert.equal(used.map(({ by, start, end }) => `${by.slice(2, -16)}${start}-${end}`).join(' '), want);
    }
  });

test('a range is taken out whole if any part of it is', () => {
  const text = 'abcd-1234-efgh-5';
  const masked = maskText(text, [range(0, 12, 'mask', EMAIL), range(10, 13, 'redact', SECRET)], fresh());
  assert.equal(masked.text, '[removed: secret/sample-token]h-5'.replace('h-5', text.slice(13)));
});

test('a range never halves a character', () => {
  const memory = fresh();
  const masked = maskText('a😀b😀c', [range(2, 5, 'mask', EMAIL)], memory);
  assert.match(masked.text, /^aqzEMAIL[0-9a-z]{16}c$/);
  assert.equal(restored(masked.text, memory), 'a😀b😀c');
});

test('a value in which a token of ours stands is the value with that token restored', () => {
  const memory = fresh();
  const { token } = tokenFor(memory, ADDRESS);
  const whole = `Mia <${ADDRESS}>`;
  const text = `To Mia <${token}>`;
  for (const end of [text.length, text.length - 5]) {
    const masked = maskText(text, [range(3, end, 'mask', PERSON)], memory);
    assert.equal(masked.used.length, 1);
    const got = restored(masked.text, memory);
    assert.equal(got, end === text.length ? `To ${whole}` : `To ${whole}`);
    assert.deepEqual([...tokensIn(got)], []);
  }
});

test("a token that stands in a text unasked is nobody's, now and later", () => {
  const { token } = tokenFor(fresh(), ADDRESS);
  const memory = fresh();
  const text = `${token} and ${ADDRESS}`;
  const masked = maskText(text, findings(text, ADDRESS, 'mask'), memory).text;
  assert.ok(masked.startsWith(`${token} and qzEMAIL`));
  assert.ok(!masked.endsWith(token));
  assert.equal(restored(masked, memory), text);
});

test('findings within our own writing are nothing', () => {
  const memory = fresh();
  const text = `${ADDRESS} abc-secret-1 removed secret`;
  const first = maskText(
    text,
    [
      ...findings(text, ADDRESS, 'mask'),
      range(21, 33, 'redact', SECRET),
      range(34, 41, 'mask', PERSON),
      range(42, 48, 'mask', PERSON),
    ],
    memory,
  );
  const at = first.text.indexOf('[');
  assert.deepEqual(
    maskText(
      first.text,
      [range(0, 23, 'redact', SECRET), range(4, 9, 'mask', SECRET), range(at + 3, at + 9, 'mask', EMAIL)],
      memory,
    ).text,
    first.text,
  );
});

test('what finds no token is taken out', () => {
  const memory = maskMemory(placeholders(keyOf(1), { maxValues: 0 }), { maxValues: 0 });
  const masked = maskText(ADDRESS, findings(ADDRESS, ADDRESS, 'mask'), memory);
  assert.equal(masked.text, '[removed: pii/email]');
  assert.equal(masked.used[0]?.action, 'redact');
  assert.ok(masked.forgotten > 0);
});

const plain = fc.string({
  unit: fc.constantFrom(
    'a',
    'B',
    ' ',
    '_',
    '.',
    '\n',
    '"',
    '\\',
    '7',
    'é',
    'q',
    'z',
    'qzEMAIL',
    '[removed: ',
    ']',
    '😀',
    '\ud83d',
  ),
  maxLength: 12,
});
const planted = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '7', '-', '"', '\\', '\n', 'é', '😀'), minLength: 8, maxLength: 14 }),
  fc.constantFrom(
    'qzEMAIL',
    'qzSECRET0123456789abcde',
    'removed',
    '[removed: secret/sample-token',
    'Ann',
    'Ann Lee',
    ADDRESS,
    '😀😀😀',
  ),
);
const scenes = fc.uniqueArray(planted, { minLength: 1, maxLength: 5 }).chain((values) =>
  fc.record({
    values: fc.constant(values),
    actions: fc.array(fc.constantFrom<MaskAction>('mask', 'mask', 'mask', 'redact'), { minLength: 5, maxLength: 5 }),
    texts: fc.array(
      fc.array(fc.oneof(plain, fc.constantFrom(...values)), { maxLength: 10 }).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 3 },
    ),
    /** A detector that sees only every so many occurrences. */
    seesEach: fc.integer({ min: 1, max: 3 }),
  }),
);

test('no value leaves once it was seen, masking again changes nothing, and restoring gives the text back', (t) => {
  let cuts = 0;
  fc.assert(
    fc.property(scenes, ({ values, actions, texts, seesEach }) => {
      const memory = fresh();
      const again = fresh();
      const seen = new Set<string>();
      for (const text of texts) {
        const all = values.flatMap((value, index) =>
          findings(text, value, actions[index] ?? 'mask', [EMAIL, PERSON, SECRET][index % 3]),
        );
        const list = all.filter((_, index) => index % seesEach === 0);
        for (const { startUtf16, endUtf16 } of list) seen.add(text.slice(startUtf16, endUtf16));
        const masked = maskText(text, list, memory);
        assert.deepEqual(maskText(text, list.toReversed(), again), masked);
        // A part of our own marks tells nothing.
        const pieces = piecesOf(text, masked.used).flatMap((piece) => piece.split(/\[removed: [a-z/-]+\]/));
        for (const value of seen)
          if (value.length >= LEAST_KNOWN_LENGTH && !needsEdge(value))
            assert.ok(pieces.every((piece) => !piece.includes(value)));
        assert.equal(maskText(masked.text, [], memory).text, masked.text);
        const inTokens = [...tokensIn(masked.text)].map(({ 0: shape, index }) =>
          range(index + 2, index + shape.length, 'redact', SECRET),
        );
        assert.equal(
          maskText(
            masked.text,
            inTokens.filter(({ startUtf16 }) => isOurs(masked.text, startUtf16 - 2, memory)),
            memory,
          ).text,
          masked.text,
        );
        const given = masked.used.some(({ action }) => action === 'redact') ? null : text;
        const back = restored(masked.text, memory);
        if (given !== null) assert.equal(back, given);
        const json = JSON.stringify({ [masked.text]: masked.text });
        for (let at = 0; at <= masked.text.length; at += 1, cuts += 2) {
          assert.equal(streamed(textRestorer(memory.placeholders.valueOf), cutAt(masked.text, [at])), back);
          assert.deepEqual(JSON.parse(streamed(jsonRestorer(memory.placeholders.valueOf), cutAt(json, [at * 2]))), {
            [back]: back,
          });
        }
      }
    }),
    { numRuns: RUNS },
  );
  t.diagnostic(`${cuts} ways of cutting`);
});

test('the detectors find nothing more to mask in what was masked', () => {
  const scan = scanner([...SECRET_DETECTORS, ...PII_DETECTORS]);
  const memory = fresh();
  const token = `ghp_${'0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX'.slice(0, 36)}`;
  const text = `Customer: Mia Wolf <${ADDRESS}>, IBAN DE89 3704 0044 0532 0130 00\npassword = "tr0ub4dor&3-horse"\nexport GITHUB_TOKEN=${token}\nAuthorization: Bearer ${token}\n`;
  const found = (of: string): readonly MaskFinding[] =>
    scan
      .scanText(of, { source: 'tool-result', path: null })
      .map(({ detectorId, startUtf16, endUtf16 }) => ({ detectorId, startUtf16, endUtf16, action: 'mask' }));
  const masked = maskText(text, found(text), memory);
  assert.ok(masked.used.length >= 4);
  for (const value of [ADDRESS, token, 'tr0ub4dor&3-horse']) assert.ok(!masked.text.includes(value));
  assert.equal(maskText(masked.text, found(masked.text), memory).text, masked.text);
  assert.equal(restored(masked.text, memory), text);
});

test('a megabyte of tokens, of token beginnings and of one value is masked in full', () => {
  const memory = fresh();
  const { token } = tokenFor(memory, ADDRESS);
  for (const text of [token.repeat(40_000), 'qzEMAIL'.repeat(150_000), 'qzEMAIL0000000000000000'.repeat(45_000)])
    assert.equal(maskText(text, [], memory).text, text);
  const values = `${ADDRESS} `.repeat(50_000);
  maskText(ADDRESS, findings(ADDRESS, ADDRESS, 'mask'), memory);
  assert.equal(maskText(values, [], memory).text, `${token} `.repeat(50_000));
});

function fresh(): MaskMemory {
  return maskMemory(placeholders(keyOf(9)));
}

function tokenFor(memory: MaskMemory, value: string): { readonly token: string } {
  return { token: memory.placeholders.tokenFor('EMAIL', value) ?? '' };
}

function range(startUtf16: number, endUtf16: number, action: MaskAction, detectorId = EMAIL): MaskFinding {
  return { detectorId, startUtf16, endUtf16, action };
}

function findings(text: string, value: string, action: MaskAction, id = EMAIL): readonly MaskFinding[] {
  const list: MaskFinding[] = [];
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length))
    list.push(range(at, at + value.length, action, id));
  return list;
}

function restored(text: string, { placeholders: { valueOf } }: MaskMemory): string {
  return restoreText(text, valueOf);
}

function streamed(restorer: ReturnType<typeof textRestorer>, chunks: readonly string[]): string {
  return chunks.map((chunk) => restorer.push(chunk)).join('') + restorer.end();
}

function piecesOf(text: string, used: readonly { readonly start: number; readonly end: number }[]): readonly string[] {
  const borders = [{ start: 0, end: 0 }, ...used, { start: text.length, end: text.length }];
  return borders.slice(1).map(({ start }, index) => text.slice(borders[index]?.end, start));
}

function isOurs(text: string, at: number, { placeholders: { valueOf } }: MaskMemory): boolean {
  const [token] = tokensIn(text.slice(at));
  return token !== undefined && token.index === 0 && valueOf(token[0]) !== null;
}

function needsEdge(value: string): boolean {
  const { before, after } = edgeRule(value);
  return before || after;
}
