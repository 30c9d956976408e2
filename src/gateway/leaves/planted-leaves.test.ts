import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Span } from '../json-spans.ts';
import type { MessageFormat } from '../message-format.ts';
import type { MessageLeaves } from './leaf.ts';
import { messageLeaves } from './message-leaves.ts';
import { jsonString, spliced } from './splice.ts';

const RUNS = process.env['SLOW'] === '1' ? 50_000 : 600;

/** Stands for a text that is to be found; the number is its place in the order of the leaves. */
const mark = (): { readonly planted: true } => ({ planted: true });

type Template = unknown;

const input = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constant(mark()),
    fc.integer(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.array(tie('node'), { maxLength: 3 }).map((values) => ({ plantedKeys: values })),
  ),
})).node;

const text = fc.constant({ type: 'text', text: mark() });
const cited = fc.constant({
  text: mark(),
  type: 'text',
  citations: [{ type: 'page_location', cited_text: mark(), start_page_number: 1 }],
});
const image = fc.constant({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGVsbG8=' } });
const document = fc.constantFrom<Template>(
  { type: 'document', title: mark(), source: { type: 'text', data: mark(), media_type: 'text/plain' } },
  { type: 'document', source: { type: 'content', content: [{ type: 'text', text: mark() }] }, context: mark() },
  { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' }, title: mark() },
);
const found = fc.constant({
  type: 'search_result',
  source: mark(),
  title: mark(),
  content: [{ type: 'text', text: mark() }],
});
const thinking = fc.constant({ type: 'thinking', thinking: 'to be "kept"\n', signature: 'Eo9/==' });
const call = input.map((node) => ({ type: 'tool_use', id: 'toolu_1', name: 'Edit', input: node }));
const result = fc
  .oneof(fc.constant(mark()), fc.array(fc.oneof(text, image, document, found), { maxLength: 3 }))
  .map((content) => ({ tool_use_id: 'toolu_1', type: 'tool_result', content, is_error: false }));
const unknown = fc.constant({ type: 'hologram', id: 'h1', note: mark(), parts: [mark(), 5] });

const messages = fc.oneof(
  fc.record({
    role: fc.constant('user'),
    content: fc.array(fc.oneof(text, image, document, found, result, unknown), {
      minLength: 1,
      maxLength: 6,
      size: 'max',
    }),
  }),
  fc.record({
    role: fc.constant('assistant'),
    content: fc.array(fc.oneof(text, cited, thinking, call, unknown), { minLength: 1, maxLength: 6, size: 'max' }),
  }),
  fc.constant({ content: mark(), role: 'user' }),
);

const converse = fc.record({
  role: fc.constant('assistant'),
  content: fc.array(
    fc.oneof(
      fc.constantFrom<Template>(
        { text: mark() },
        { image: { format: 'png', source: { bytes: 'aGVsbG8=' } } },
        { document: { format: 'txt', name: 'a name', source: { text: mark() }, context: mark() } },
        { guardContent: { text: { text: mark(), qualifiers: ['query'] } } },
        { reasoningContent: { reasoningText: { text: 'to be kept', signature: 'Eo9/==' } } },
        {
          citationsContent: {
            content: [{ text: mark() }],
            citations: [{ title: mark(), sourceContent: [{ text: mark() }] }],
          },
        },
        { cachePoint: { type: 'default' } },
      ),
      input.map((node) => ({ toolUse: { toolUseId: 't1', name: 'Edit', input: node } })),
      input.map((node) => ({
        toolResult: { toolUseId: 't1', content: [{ text: mark() }, { json: node }], status: 'success' },
      })),
    ),
    { minLength: 1, maxLength: 6, size: 'max' },
  ),
});

const character = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('\ud800', '\udfff', '"', '\\', '\n', '/', '\u2028'),
);
const words = fc.array(
  fc.array(character, { maxLength: 6 }).map((parts) => parts.join('')),
  { minLength: 1, maxLength: 20 },
);
const spellings = fc.array(fc.constantFrom<(word: string) => string>(JSON.stringify, escapedWhole, slashed), {
  minLength: 1,
  maxLength: 9,
});

for (const [format, templates] of [
  ['messages', messages],
  ['converse', converse],
] as const) {
  test(`all that is planted is found, nothing else, and every other byte stays: ${format}`, () => {
    fc.assert(
      fc.property(templates, words, spellings, fc.constantFrom('', ' ', '\n\t'), (template, texts, spell, blank) => {
        const planted: string[] = [];
        const text = (): string => {
          // Keys must differ, and must not look like the names that need no look.
          const word = `${texts[planted.length % texts.length] ?? ''} ${planted.length}`;
          planted.push(word);
          return word;
        };
        const write = (value: string): string => (spell[planted.length % spell.length] ?? JSON.stringify)(value);
        const bytes = Buffer.from(blank + printed(template, () => write(text()), blank) + blank);
        const whole = { start: 0, end: bytes.length };

        const leaves = read(bytes, whole, format);
        assert.deepEqual(
          leaves.leaves.map((leaf) => leaf.text),
          planted,
        );

        const same = spliced(
          bytes,
          whole,
          leaves.leaves.map((leaf) => ({ span: leaf.span, by: jsonString(leaf.text) })),
        );
        assert.deepEqual(JSON.parse(same.toString()), JSON.parse(bytes.toString()));

        const other = spliced(
          bytes,
          whole,
          leaves.leaves.map(({ span }, index) => ({ span, by: jsonString(`qz${index}`) })),
        );
        const again = read(other, { start: 0, end: other.length }, format);
        assert.deepEqual(
          again.leaves.map((leaf) => leaf.text),
          planted.map((_, index) => `qz${index}`),
        );
        assert.deepEqual(between(other, again), between(bytes, leaves));
        assert.deepEqual(
          again.leaves.map((leaf) => leaf.place),
          leaves.leaves.map((leaf) => leaf.place),
        );
      }),
      { numRuns: RUNS },
    );
  });
}

function read(bytes: Buffer, span: Span, format: MessageFormat): MessageLeaves {
  const leaves = messageLeaves(bytes, span, format);
  assert.ok(leaves !== null);
  return leaves;
}

/** The bytes that are in no leaf. */
function between(bytes: Buffer, { leaves }: MessageLeaves): readonly string[] {
  const starts = [0, ...leaves.map((leaf) => leaf.span.end)];
  const ends = [...leaves.map((leaf) => leaf.span.start), bytes.length];
  return starts.map((start, index) => bytes.toString('utf8', start, ends[index]));
}

/** A template as JSON, with blanks, and `plant` called for each text to be found in the order of the bytes. */
function printed(value: unknown, plant: () => string, blank: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${value.map((element) => printed(element, plant, blank)).join(`${blank},${blank}`)}]`;
  if ('planted' in value) return plant();
  if ('plantedKeys' in value && Array.isArray(value.plantedKeys)) {
    return `{${value.plantedKeys.map((element: unknown) => `${plant()}:${blank}${printed(element, plant, blank)}`).join()}}`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}${blank}:${printed(member, plant, blank)}`,
  );
  return `{${blank}${members.join(`,${blank}`)}${blank}}`;
}

function escapedWhole(word: string): string {
  return `"${word.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

function slashed(word: string): string {
  return JSON.stringify(word).replaceAll('/', '\\/');
}
