import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { SSE_CODEC } from './sse-codec.ts';

const RUNS = process.env['SLOW'] === '1' ? 100_000 : 2_000;

/** One unit as the standard has it read, decoder and lines, with what we refuse beyond it; the name of its event too. */
function byTheStandard(unit: Buffer, isFirst: boolean): readonly [name: string, data: string] | 'refused' {
  let name = '';
  const data: string[] = [];
  for (const line of new TextDecoder('utf-8', { ignoreBOM: !isFirst }).decode(unit).split(/\r\n|\n|\r/)) {
    const [, field = '', value = ''] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
    if (line === '' || line.startsWith(':')) continue;
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
    else if (field !== 'id' && field !== 'retry') return 'refused';
  }
  return [name, data.join('\n')];
}

const NAMES = ['', 'message', 'message_start', 'content_block_delta', 'ping', 'error'];

function readByTheStandard(unit: Buffer, isFirst: boolean): JsonObject | null | 'refused' {
  const read = byTheStandard(unit, isFirst);
  if (read === 'refused') return 'refused';
  const [name, data] = read;
  if (data === '') return null;
  try {
    const value: unknown = JSON.parse(data);
    if (isJsonObject(value)) return value;
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
  }
  return NAMES.includes(name) ? 'refused' : null;
}

function readOrRefused(unit: Buffer, isFirst: boolean): JsonObject | null | 'refused' {
  try {
    return SSE_CODEC.read(unit, isFirst);
  } catch (error) {
    assert.equal((error as Error).name, 'UnreadableReply');
    return 'refused';
  }
}

const pieces = fc.oneof(
  fc.constantFrom('event: ', 'event:', 'data: ', 'data:', 'data', 'id: 1', 'retry', ': c', 'x: y', '\ufeff', ' ', ':'),
  fc.constantFrom('\n', '\n', '\n\n', '\r', '\r\n', 'ping', 'x', '{}', '{"a":"é"}', '{"a":', '1}', '[]', '\u2028'),
  fc.constantFrom('event: ping\n', 'event: x\n', 'data: {"a":1}\n', '\n'),
);

test('an event is read as the standard has it, in whatever form it comes', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), fc.boolean(), (parts, isFirst) => {
      const unit = Buffer.from(parts.join(''));
      assert.deepEqual(readOrRefused(unit, isFirst), readByTheStandard(unit, isFirst));
    }),
    { numRuns: RUNS },
  );
});

const DELTA_PARTS = fc.oneof(
  fc.constantFrom(
    ' ',
    '"',
    '\\',
    '\\n',
    '\\u0041',
    '}',
    ' }',
    '}}',
    '\n',
    '\r',
    '\t',
    '\u0000',
    '\u007f',
    '\u2028',
    '😀',
  ),
  fc.constantFrom('","text":"', '","index":1,"x":"', '"},"delta":{"type":"text_delta","text":"'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

test('a delta in the form of the service is read as JSON has it, or as what it is', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('0', '7', '999999', '00', '01', '-1', '1.0', '1e3', '1234567', '"1"', '', ' 2'),
      fc.constantFrom('text_delta","text', 'input_json_delta","partial_json', 'text_delta","partial_json', 'x","text'),
      fc.array(DELTA_PARTS, { maxLength: 4 }).map((parts) => parts.join('')),
      fc.constantFrom('"}}', '"} } ', '"}   }', '"},"x":1}', '"}', '"}}}', '"}}x'),
      fc.constantFrom('\n\n', '\n', '\r\n\r\n', '\n\r', '\ndata: 1\n\n', '\nid: 1\n\n', '\n\n\n'),
      (index, kind, text, close, end) => {
        const json = `{"type":"content_block_delta","index":${index},"delta":{"type":"${kind}":"${text}${close}`;
        const unit = Buffer.from(`event: content_block_delta\ndata: ${json}${end}`);
        assert.deepEqual(readOrRefused(unit, false), readByTheStandard(unit, false));
      },
    ),
    { numRuns: RUNS },
  );
});

test('a delta that is nearly in the form of the service costs what its length costs', () => {
  const head =
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta",';
  const startedAt = process.cpuUsage().user;
  for (const rest of ['"text":"', '"text":"\\n', '"text":""}'])
    for (const part of ['x', '\\n', '\\u', ' ', '}', 'x\\"'])
      for (let n = 0; n < 100; n += 1) {
        const unit = Buffer.from(`${head}${rest}${part.repeat(1_900 / part.length)}`);
        assert.equal(readOrRefused(unit, false), 'refused');
      }
  assert.ok(process.cpuUsage().user - startedAt < 1_000_000);
});

test('bytes that are no UTF-8 are read as a decoder reads them', () => {
  const hostile = fc.array(
    fc.oneof(fc.nat(255), fc.constantFrom(0xe2, 0x80, 0xa8, 0xf0, 0x9f, 0xed, 0xa0, 0xc0, 0x22)),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(hostile, fc.boolean(), (bytes, isUsual) => {
      const unit = Buffer.concat([
        Buffer.from(isUsual ? 'event: x\ndata: {"a":"' : 'data: {"a":"'),
        Buffer.from(bytes),
        Buffer.from('"}\n\n'),
      ]);
      assert.deepEqual(readOrRefused(unit, false), readByTheStandard(unit, false));
    }),
    { numRuns: RUNS },
  );
});

for (const { name, unit, want } of [
  {
    name: 'the form of the service',
    unit: 'event: x\ndata: {"a": {"b" : ["c","é"] }, "n":1e2}   \n\n',
    want: 'event: x\ndata: {"a": {"b" : ["c","new"] }, "n":1e2}   \n\n',
  },
  {
    name: 'CR LF, a comment, an id, no blank',
    unit: ': c\r\nid: 7\r\ndata:{"a":{"b":["c","é"]}}\r\nevent: x\r\n\r\n',
    want: ': c\r\nid: 7\r\ndata:{"a":{"b":["c","new"]}}\r\nevent: x\r\n\r\n',
  },
  {
    name: 'data over lines',
    unit: 'data: {"a":\n: c\ndata:{"b":["c",\nid: 7\ndata\ndata: "é"]}}\n\n',
    want: 'data: {"a": {"b":["c",  "new"]}}\n: c\nid: 7\n\n',
  },
  { name: 'an empty line of data first', unit: 'data\rdata:{"a":{"b":["","é"]}}\r\r', want: null },
  { name: 'the mark of UTF-8', unit: '\ufeffdata: {"a":{"b":["c","é"]}}\n\n', want: null },
  { name: 'the second half of a line end', unit: '\nevent: x\r\ndata: {"a":{"b":["c","é"]}}\r\n\r', want: null },
  { name: 'no blank line', unit: 'data: {"a":{"b":[1,\ndata:"é"]}}', want: 'data: {"a":{"b":[1, "new"]}}\n' },
] satisfies readonly { name: string; unit: string; want: string | null }[])
  test(`a text in an event is replaced, and nothing else: ${name}`, () => {
    const edited = SSE_CODEC.withStrings(Buffer.from(unit), [{ path: ['a', 'b', 1], text: 'new' }]);
    if (want === null) {
      const old = SSE_CODEC.read(Buffer.from(unit), true);
      const expected: unknown = JSON.parse(JSON.stringify(old).replace('é', 'new'));
      assert.deepEqual(SSE_CODEC.read(edited, true), expected);
    } else assert.equal(edited.toString(), want);
  });

test('bytes that are no UTF-8 stay in an edited event', () => {
  const [before, after] = [Buffer.from('data: {"a":"old","b":"'), Buffer.from('"}\n\n')];
  const unit = Buffer.concat([before, Buffer.from([0xff, 0xe2, 0x80]), after]);
  const edited = SSE_CODEC.withStrings(unit, [{ path: ['a'], text: 'new' }]);
  assert.ok(
    edited.equals(Buffer.concat([Buffer.from('data: {"a":"new","b":"'), Buffer.from([0xff, 0xe2, 0x80]), after])),
  );
});

test('an edit changes an event as it would its JSON, in whatever lines it stands', () => {
  const strings = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(
      fc.record({ a: fc.array(strings, { minLength: 1, maxLength: 3 }), b: fc.record({ c: strings }) }),
      strings,
      fc.constantFrom('\n', '\r', '\r\n'),
      fc.constantFrom(0, 1),
      (event, text, end, blank) => {
        const lines = JSON.stringify(event, null, blank).split('\n');
        const unit = Buffer.from([': c', ...lines.map((line) => `data: ${line}`), 'id: 1', end].join(end));
        const at = event.a.length - 1;
        const edited = SSE_CODEC.withStrings(unit, [
          { path: ['b', 'c'], text },
          { path: ['a', at], text },
        ]);
        assert.deepEqual(SSE_CODEC.read(edited, false), { a: event.a.with(at, text), b: { c: text } });
      },
    ),
    { numRuns: RUNS },
  );
});

for (const { name, unit, path } of [
  { name: 'a place that is not there', unit: 'data: {"a":1}\n\n', path: ['b'] },
  { name: 'a place that holds no text', unit: 'data: {"a":1}\n\n', path: ['a'] },
  { name: 'a key that stands twice', unit: 'data: {"a":"x","a":"y"}\n\n', path: ['a'] },
  { name: 'no data', unit: ': c\n\n', path: ['a'] },
])
  test(`not edited for certain: ${name}`, () =>
    assert.throws(() => SSE_CODEC.withStrings(Buffer.from(unit), [{ path, text: '' }]), { name: 'UnreadableReply' }));

test('what is written is one unit, and reads as the event that it was', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.integer())),
      (more) => {
        const event: JsonObject = { ...more, type: 'content_block_delta' };
        const unit = SSE_CODEC.write(event);
        assert.equal(SSE_CODEC.splitter(1 << 20).push(unit).length, 1);
        assert.deepEqual(SSE_CODEC.read(unit, false), JSON.parse(JSON.stringify(event)));
      },
    ),
    { numRuns: RUNS },
  );
});
