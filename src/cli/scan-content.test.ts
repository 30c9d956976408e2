import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectorId } from '../core/ids.ts';
import { scanner } from '../detect/index.ts';
import type { Detector } from '../detect/index.ts';
import { scanContent } from './scan-content.ts';
import type { ContentScan, ScanTools } from './scan-content.ts';
import { contentForm, formReader } from './scan-form.ts';

/** Finds `needle-` and the digits behind it. */
const NEEDLE: Detector = {
  how: 'keyword',
  id: detectorId('secret/needle'),
  keywords: ['needle-'],
  reachBytes: 32,
  matchAt({ latin1 }, start, end) {
    const digits = /^\d{1,8}/.exec(latin1.slice(end, end + 9))?.[0] ?? '';
    return digits === '' ? null : { start, end: end + digits.length, confidence: 0.9 };
  },
};

const TOOLS: ScanTools = {
  text: scanner([NEEDLE]),
  binary: scanner([NEEDLE]),
  source: 'repository-file',
  hashOf: null,
};

const scan = (chunks: readonly Uint8Array[], tools = TOOLS): Promise<ContentScan> =>
  scanContent(Readable.from(chunks), 'a.txt', tools);
const places = ({ findings }: ContentScan): readonly string[] =>
  findings.map(({ start, end }) => `${start.line}:${start.column}-${end.line}:${end.column}`);

for (const { name, text, want } of [
  { name: 'the first character', text: 'needle-1', want: ['1:1-1:9'] },
  { name: 'behind line feeds', text: '\n\r\n x needle-12 y', want: ['3:4-3:13'] },
  { name: 'columns count code units', text: 'é😀 needle-1', want: ['1:5-1:13'] },
  { name: 'two in a line', text: 'needle-1 needle-2\nneedle-3', want: ['1:1-1:9', '1:10-1:18', '2:1-2:9'] },
  { name: 'nothing', text: 'needle- 1', want: [] },
  { name: 'nothing at all', text: '', want: [] },
])
  test(`places: ${name}`, async () => assert.deepEqual(places(await scan([Buffer.from(text)])), want));

test('UTF-16 is read with and without a byte order mark, in either order, cut within a character', async () => {
  const text = 'some words 😀\n before needle-77 and behind';
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const bytes of [
    Buffer.concat([Buffer.of(0xff, 0xfe), little]),
    Buffer.concat([Buffer.of(0xfe, 0xff), big]),
    little,
    big,
  ]) {
    const found = await scan([bytes.subarray(0, 3), bytes.subarray(3, 25), bytes.subarray(25)]);
    assert.match(found.form, /^utf-16/);
    assert.deepEqual(places(found), ['2:9-2:18']);
  }
});

test('in a binary content, runs of printable characters keep their places', async () => {
  const noise = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 32));
  const { form, findings } = await scan([Buffer.concat([noise, Buffer.from('\0needle-5\0'), noise])]);
  assert.equal(form, 'binary');
  assert.deepEqual(
    findings.map(({ startByte, endByte }) => [startByte, endByte]),
    [[3001, 3009]],
  );
});

test('a zero in a text does not make it binary', () => {
  assert.equal(contentForm(Buffer.from(`${'a line of a text\n'.repeat(9)}\0`)), 'text');
});

test('how a binary content is cut does not change what is read of it', () => {
  const bytes = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          bytes,
          fc.string({ maxLength: 20 }).map((text) => Buffer.from(text)),
        ),
      ),
      (parts) => {
        const whole = formReader('binary');
        const cut = formReader('binary');
        const want = Buffer.concat([whole.push(Buffer.concat(parts)), whole.end()]);
        assert.deepEqual(Buffer.concat([...parts.map((part) => cut.push(part)), cut.end()]), want);
        assert.equal(want.length, Buffer.concat(parts).length);
      },
    ),
  );
});

test('a line of 8 MB is scanned, and what lies across the pieces is found at its place', async () => {
  const piece = 1024 * 1024;
  const line = Buffer.alloc(8 * piece, 'x');
  const at = [0, piece - 4, 3 * piece - 1, 5 * piece + 7, 8 * piece - 9];
  for (const from of at) line.write('needle-7', from);
  const { findings } = await scan([Buffer.from('first\n'), line]);
  assert.deepEqual(
    findings.map(({ start }) => [start.line, start.column]),
    at.map((from) => [2, from + 1]),
  );
});

test('any bytes in any cut give the same places', async () => {
  const words = fc.constantFrom('needle-1', 'needle-', '2', '\n', 'é', '😀', ' ', '\u{1F468}\u200d');
  const parts = fc.array(
    fc.oneof(
      words.map((word) => Buffer.from(word)),
      fc.uint8Array({ maxLength: 3, min: 32 }),
    ),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      const cut = [Buffer.from('a text, not a binary one\n'), ...given];
      assert.deepEqual(await scan(cut), await scan([Buffer.concat(cut)]));
    }),
  );
});

test('so many findings that nobody reads them end the scan of a content, and that is said', async () => {
  const { findings, isCut } = await scan([Buffer.from('needle-1\n'.repeat(300_000))]);
  assert.equal(isCut, true);
  assert.equal(findings.length, 10_000);
});

test('findings that overlap all over a long text take no square of time', async () => {
  const dense: Detector = {
    ...NEEDLE,
    keywords: ['ab'],
    reachBytes: 200,
    // Each begins within the one before it and ends behind it.
    matchAt: ({ latin1 }, start) => ({ start, end: Math.min(latin1.length, start + 150), confidence: 0.9 }),
  };
  const tools = { ...TOOLS, text: scanner([dense]) };
  const timeMs = async (bytes: Buffer): Promise<number> => {
    const start = process.cpuUsage();
    await scan([bytes], tools);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  const text = Buffer.alloc(1_000_000, `ab${'.'.repeat(98)}`);
  await timeMs(text.subarray(0, 100_000));
  const shortMs = await timeMs(text.subarray(0, 100_000));
  const longMs = await timeMs(text);
  assert.ok(longMs < 40 * shortMs + 100, `${shortMs} ms, then ${longMs} ms`);
});

test('hashes are those of the bytes that were found, and only where they are wanted', async () => {
  const tools = { ...TOOLS, hashOf: (value: Uint8Array) => Buffer.from(value).toString('hex') };
  const { findings } = await scan([Buffer.from('é\n needle-42 x')], tools);
  assert.deepEqual(
    findings.map(({ hash }) => hash),
    [Buffer.from('needle-42').toString('hex')],
  );
  assert.deepEqual(
    (await scan([Buffer.from('needle-42')])).findings.map(({ hash }) => hash),
    [null],
  );
});
