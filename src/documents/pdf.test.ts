import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { documentReader } from './document-reader.ts';
import { madePdf, shownLines } from './made-pdf.ts';

const reader = documentReader({ timeoutMs: 30_000 });
after(() => reader.close());

const CID_FONT =
  '/Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500';
const TO_UNICODE =
  '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def 1 begincodespacerange <0000> <FFFF> endcodespacerange 3 beginbfchar <0041> <0053> <0042> <0045> <0043> <0043> endbfchar endcmap end end';
const encoded = 'BT /F2 12 Tf 50 700 Td <004100420043> Tj ET';

for (const { name, bytes, want, isWhole = true } of [
  {
    name: 'lines are read',
    bytes: madePdf({ content: shownLines('first line', 'second') }),
    want: 'first line\nsecond',
  },
  {
    name: 'a compressed page is read',
    bytes: madePdf({ content: shownLines('packed'), isCompressed: true }),
    want: 'packed',
  },
  {
    name: 'pieces that touch are one word',
    bytes: madePdf({ content: 'BT /F1 12 Tf 50 700 Td (AKIA) Tj (IOSF) Tj [(OD) -20 (NN7)] TJ ET' }),
    want: 'AKIAIOSFODNN7',
  },
  {
    name: 'a piece that is moved to where the last one ended is of the same word',
    bytes: madePdf({ content: 'BT /F1 12 Tf 50 700 Td (AKIA) Tj ET BT /F1 12 Tf 77.35 700 Td (IOSF) Tj ET' }),
    want: 'AKIAIOSF',
  },
  {
    name: 'invisible text is read',
    bytes: madePdf({ content: 'BT 3 Tr /F1 12 Tf 50 700 Td (unseen) Tj ET' }),
    want: 'unseen',
  },
  {
    name: 'text beside the page is read',
    bytes: madePdf({ content: `${shownLines('on it')} BT /F1 12 Tf 5000 5000 Td (beside) Tj 50 0 Td ( it) Tj ET` }),
    want: 'on it\non it\nbeside it',
  },
  {
    name: 'codes of a font are letters by its own table',
    bytes: madePdf({
      content: encoded,
      isCompressed: true,
      fonts: '/F2 10 0 R',
      objects: [
        '/Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [11 0 R] /ToUnicode 12 0 R',
        CID_FONT,
        { dictionary: '', stream: TO_UNICODE },
      ],
    }),
    want: 'SEC',
  },
  {
    name: 'a font that has no such table is noted',
    bytes: madePdf({
      content: encoded,
      fonts: '/F2 10 0 R',
      objects: ['/Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [11 0 R]', CID_FONT],
    }),
    want: 'ABC',
    isWhole: false,
  },
  {
    name: 'a font in an encoding that we have no table of is noted',
    bytes: madePdf({
      content: `${shownLines('latin')} BT /F2 12 Tf 50 600 Td <82a082a2> Tj ET`,
      fonts: '/F2 10 0 R',
      objects: [
        '/Type /Font /Subtype /Type0 /BaseFont /X /Encoding /90ms-RKSJ-H /DescendantFonts [11 0 R]',
        CID_FONT.replace('Identity', 'Japan1'),
      ],
    }),
    want: 'latin',
    isWhole: false,
  },
  {
    name: 'a font of drawings is noted',
    bytes: madePdf({
      content: 'BT /F2 12 Tf 50 700 Td (aa) Tj ET',
      fonts: '/F2 10 0 R',
      objects: [
        '/Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << /sq 11 0 R >> /Encoding << /Type /Encoding /Differences [97 /sq] >> /FirstChar 97 /LastChar 97 /Widths [1000] /Resources << >>',
        { dictionary: '', stream: '1000 0 0 0 750 750 d1 0 0 750 750 re f' },
      ],
    }),
    want: 'aa',
    isWhole: false,
  },
  {
    name: 'a picture within the page is noted',
    bytes: madePdf({ content: `${shownLines('text')} q 10 0 0 10 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q` }),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'a picture of its own is noted',
    bytes: madePdf({
      content: `${shownLines('text')} /Im1 Do`,
      resources: '/XObject << /Im1 10 0 R >>',
      objects: [
        {
          dictionary: '/Type /XObject /Subtype /Im#61ge /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray',
          stream: 'x',
        },
      ],
    }),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'letters drawn as lines are noted',
    bytes: madePdf({ content: `${shownLines('text')} 0 0 m ${'1 2 3 4 5 6 c '.repeat(300)} f` }),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'letters that are to be read as others are noted',
    bytes: madePdf({ content: `/Span << /ActualText (other) >> BDC ${shownLines('text')} EMC` }),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'boxes and rules are not',
    bytes: madePdf({ content: `${shownLines('text')} ${'0 0 10 10 re f 0 0 m 5 5 l S '.repeat(300)}` }),
    want: 'text',
  },
  {
    name: 'text in a form within the page is read',
    bytes: madePdf({
      content: '/Fm1 Do',
      resources: '/XObject << /Fm1 10 0 R >>',
      objects: [
        {
          dictionary: '/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 5 0 R >> >>',
          stream: shownLines('in a form'),
        },
      ],
    }),
    want: 'in a form',
  },
  {
    name: 'notes, fields, links, bookmarks, scripts and properties are read; an attachment is named and noted',
    bytes: madePdf({
      content: shownLines('page'),
      page: '/Annots [10 0 R 11 0 R 14 0 R]',
      catalog:
        '/AcroForm << /Fields [11 0 R] >> /OpenAction << /S /JavaScript /JS (script text) >> /Outlines 12 0 R /Names << /EmbeddedFiles << /Names [(att.txt) 15 0 R] >> >> /Metadata 17 0 R',
      trailer: '/Info 18 0 R',
      objects: [
        '/Type /Annot /Subtype /Text /Rect [0 0 10 10] /Contents (note text) /T (note author)',
        '/Type /Annot /Subtype /Widget /FT /Tx /T (fieldname) /TU (alt name) /V (field value) /DV (default value) /Rect [0 0 100 10] /DA (/F1 12 Tf)',
        '/Type /Outlines /First 13 0 R /Last 13 0 R /Count 1',
        '/Title (outline title) /Parent 12 0 R',
        '/Type /Annot /Subtype /Link /Rect [0 0 10 10] /A << /S /URI /URI (https://link.example/y) >>',
        '/Type /Filespec /F (att.txt) /UF (att.txt) /Desc (att desc) /EF << /F 16 0 R >>',
        { dictionary: '/Type /EmbeddedFile', stream: 'attached' },
        { dictionary: '/Type /Metadata /Subtype /XML', stream: '<rdf:RDF xmlns:rdf="r"><x note="in XMP"/></rdf:RDF>' },
        '/Title (info title) /type (info custom) /ModDate (no date)',
      ],
    }),
    want: /^page\n(?=[^]*note text)(?=[^]*note author)(?=[^]*fieldname)(?=[^]*alt name)(?=[^]*field value)(?=[^]*default value)(?=[^]*outline title)(?=[^]*https:\/\/link\.example\/y)(?=[^]*att\.txt)(?=[^]*att desc)(?=[^]*script text)(?=[^]*info title)(?=[^]*info custom)(?=[^]*no date)(?=[^]*in XMP)/,
    isWhole: false,
  },
  {
    name: 'a file that anybody can open is read though its streams are encrypted',
    bytes: madePdf({ content: shownLines('for all'), password: '' }),
    want: 'for all',
  },
]) {
  test(name, async () => {
    const answer = await reader.read(bytes, 'application/pdf');
    assert.equal(answer.kind, 'text', JSON.stringify(answer));
    if (typeof want === 'string') assert.equal(answer.text, want);
    else assert.match(answer.text, want);
    assert.equal(answer.isWhole, isWhole);
  });
}

test('a file that needs a password is encrypted', async () => {
  const bytes = madePdf({ content: shownLines('locked'), password: 'open' });
  assert.deepEqual(await reader.read(bytes, 'application/pdf'), { kind: 'unreadable', reason: 'encrypted' });
});

test('a page that is a picture alone has no text', async () => {
  const bytes = madePdf({ content: 'q 10 0 0 10 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q' });
  assert.deepEqual(await reader.read(bytes, 'application/pdf'), { kind: 'unreadable', reason: 'no-text' });
});
