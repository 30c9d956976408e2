import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { documentReader } from './document-reader.ts';
import { madeDocx, madeDocxParts, madeOpenDocument, madeXlsx, paragraph } from './made-office.ts';
import { madePdf, shownLines } from './made-pdf.ts';
import { madeZip } from './made-zip.ts';

const reader = documentReader({ timeoutMs: 30_000 });
after(() => reader.close());

const RUNS = process.env['SLOW'] === '1' ? 5000 : 150;
const MEBI = 1024 * 1024;
const nested = (depth: number): Buffer =>
  depth === 0
    ? madeDocx(paragraph('innermost'))
    : madeDocx(paragraph(`level ${depth}`), [{ name: 'word/embeddings/a.docx', bytes: nested(depth - 1) }]);
const pdfAndDocx = Buffer.concat([madePdf({ content: shownLines('as a PDF') }), madeDocx(paragraph('as a docx'))]);

for (const { name, bytes, type = null, want } of [
  { name: 'nothing at all has no text', bytes: Buffer.alloc(0), want: 'no-text' },
  { name: 'blanks alone are no text', bytes: Buffer.from(' \n\t'), want: 'no-text' },
  { name: 'a picture is of unknown type', bytes: Buffer.from('89504e470d0a1a0a0000', 'hex'), want: 'unknown-type' },
  {
    name: 'an archive that is no office file is',
    bytes: madeZip([{ name: 'a.txt', bytes: 'text' }]),
    want: 'unknown-type',
  },
  { name: 'an archive cut short is damaged', bytes: madeDocx(paragraph('text')).subarray(0, -40), want: 'damaged' },
  { name: 'a PDF without pages is damaged', bytes: Buffer.from('%PDF-1.7\nnothing\n%%EOF'), want: 'damaged' },
  {
    name: 'an encrypted part makes the file encrypted',
    bytes: madeZip(madeDocxParts(paragraph('text')).map((entry) => ({ ...entry, isLocked: true }))),
    want: 'encrypted',
  },
  {
    name: 'an encrypted office file is',
    bytes: Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(500),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]),
    want: 'encrypted',
  },
  {
    name: 'an encrypted OpenDocument file is',
    bytes: madeOpenDocument('text', '<text:p>noise</text:p>', [
      { name: 'META-INF/manifest.xml', bytes: '<manifest:manifest><manifest:encryption-data/></manifest:manifest>' },
    ]),
    want: 'encrypted',
  },
  {
    name: 'a part that is larger than the directory says is damaged',
    bytes: madeZip(madeDocxParts(paragraph('x'.repeat(1000))).map((entry) => ({ ...entry, sizeInDirectory: 10 }))),
    want: 'damaged',
  },
  {
    name: 'elements nested without end are damaged',
    bytes: madeDocx('<a>'.repeat(100_000)),
    want: 'damaged',
  },
  {
    name: 'a part that unpacks to too much is too large',
    bytes: madeDocx('', [{ name: 'word/media/a.bin', bytes: Buffer.alloc(129 * MEBI) }]),
    want: 'too-large',
  },
  {
    name: 'parts that unpack to too much together are',
    bytes: madeDocx(
      '',
      Array.from({ length: 17 }, (_, index) => ({ name: `word/media/${index}`, bytes: Buffer.alloc(8 * MEBI) })),
    ),
    want: 'too-large',
  },
  {
    name: 'a text longer than the limit is too large',
    bytes: madeDocx(paragraph('x'.repeat(8 * MEBI + 1))),
    want: 'too-large',
  },
  {
    name: 'strings of a workbook that its cells repeat too often are',
    bytes: madeXlsx(`<row>${'<c t="s"><v>0</v></c>'.repeat(100_000)}</row>`, [`<t>${'x'.repeat(1000)}</t>`]),
    want: 'too-large',
  },
  {
    name: 'more bytes than a request can have are too large',
    bytes: Buffer.alloc(32 * MEBI + 1, 'x'),
    want: 'too-large',
  },
  { name: 'RTF whose groups do not close is damaged', bytes: Buffer.from('{\\rtf1 {text'), want: 'damaged' },
  {
    name: 'text in an encoding that nobody names is of unknown type',
    bytes: Buffer.from('gr\xfc\xdfe', 'latin1'),
    type: 'text/plain',
    want: 'unknown-type',
  },
]) {
  test(name, async () => {
    assert.deepEqual(await reader.read(bytes, type), { kind: 'unreadable', reason: want });
  });
}

for (const { name, bytes, type = null, want, isWhole } of [
  { name: 'a file that is two things is read as both', bytes: pdfAndDocx, want: 'as a PDF\nas a docx', isWhole: false },
  {
    name: 'a PDF that a reader takes for text is read as both',
    bytes: madePdf({ content: shownLines('text') }),
    type: 'text/plain',
    want: /^%PDF-1\.7[^]*%%EOF\ntext$/,
    isWhole: true,
  },
  {
    name: 'the bytes tell the type, not the name of the type',
    bytes: madeDocx(paragraph('text')),
    type: 'application/pdf',
    want: 'text',
    isWhole: true,
  },
  {
    name: 'documents within documents are read to a depth, and below it noted',
    bytes: nested(3),
    want: 'level 3\nword/embeddings/a.docx\nlevel 2\nword/embeddings/a.docx\nlevel 1\nword/embeddings/a.docx',
    isWhole: false,
  },
  {
    name: 'bytes that belong to no part are noted',
    bytes: madeZip(madeDocxParts(paragraph('text')), Buffer.from('something that stands between the parts')),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'a part with another name in front of it than in the directory is noted',
    bytes: madeZip(madeDocxParts(paragraph('text')).map((entry) => ({ ...entry, nameInFront: 'another.xml' }))),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'a comment on the archive is read',
    bytes: madeZip(madeDocxParts(paragraph('text')), Buffer.alloc(0), 'a comment'),
    want: 'a comment\ntext',
    isWhole: true,
  },
  {
    name: 'a damaged document within one that is not is noted',
    bytes: madeDocx(paragraph('text'), [{ name: 'a.pdf', bytes: '%PDF-1.7 nothing' }]),
    want: 'text\na.pdf',
    isWhole: false,
  },
  { name: 'text by its byte order mark', bytes: Buffer.from('\ufeffgrüße', 'utf16le'), want: 'grüße', isWhole: true },
  {
    name: 'text as UTF-8',
    bytes: Buffer.from('{"a":"grüße"}'),
    type: 'application/json',
    want: '{"a":"grüße"}',
    isWhole: true,
  },
]) {
  test(name, async () => {
    const answer = await reader.read(bytes, type);
    assert.equal(answer.kind, 'text', JSON.stringify(answer));
    if (typeof want === 'string') assert.equal(answer.text, want);
    else assert.match(answer.text, want);
    assert.equal(answer.isWhole, isWhole);
  });
}

test('a PDF that unpacks to more memory than its thread may hold is ended', async () => {
  const small = documentReader({ timeoutMs: 30_000, maxOutsideBytes: 64 * MEBI });
  const bomb = deflateSync(Buffer.alloc(400 * MEBI, ' '), { level: 1 });
  const object = { dictionary: '/Filter /FlateDecode', stream: bomb };
  const bytes = madePdf({ content: '', contentAt: 10, objects: [object] });
  assert.deepEqual(await small.read(bytes, null), { kind: 'unreadable', reason: 'too-large' });
  assert.equal((await small.read(Buffer.from('still here'), null)).kind, 'text');
  await small.close();
});

test('bytes of any kind get an answer, and the same one again', async () => {
  const starts = [
    '',
    '%PDF-1.4\n',
    'PK\x03\x04',
    '{\\rtf1 ',
    '<?xml version="1.0"?>',
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 2000 }), async (start, rest) => {
      const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
      const answer = await reader.read(bytes, null);
      assert.ok(answer.kind === 'text' || answer.reason !== 'too-slow');
      assert.deepEqual(await reader.read(bytes, null), answer);
    }),
    { numRuns: RUNS },
  );
});

test('documents with any bytes changed get an answer, and the same one again', async () => {
  const documents = [
    madeDocx(paragraph('text', '<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>')),
    madeXlsx('<row><c t="s"><v>0</v></c></row>', ['<t>string</t>']),
    madePdf({ content: shownLines('one', 'two'), isCompressed: true }),
    madePdf({ content: shownLines('one', 'two'), password: '' }),
    Buffer.from("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\*\\generator x;}a\\'e4\\u8364?b\\par{\\v hidden}}"),
  ];
  const changes = fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...documents), changes, fc.nat(4000), async (document, places, cut) => {
      const bytes = Buffer.from(document);
      for (const [at, byte] of places) bytes[at % bytes.length] = byte;
      const given = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
      const answer = await reader.read(given, null);
      assert.ok(answer.kind === 'text' || answer.reason !== 'too-slow');
      assert.deepEqual(await reader.read(given, null), answer);
    }),
    { numRuns: RUNS },
  );
});

test('what stands in a paragraph is read whatever runs it is cut into', async () => {
  const pieces = fc.array(fc.stringMatching(/^[A-Za-z0-9+/=_-]{1,10}$/), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pieces, async (runs) => {
      const answer = await reader.read(madeDocx(paragraph(...runs)), null);
      assert.deepEqual(answer, { kind: 'text', text: runs.join(''), isWhole: true });
    }),
    { numRuns: RUNS },
  );
});
