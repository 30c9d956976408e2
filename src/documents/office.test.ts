import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { documentReader } from './document-reader.ts';
import { madeDocx, madeOpenDocument, madePptx, madeXlsx, paragraph } from './made-office.ts';

const reader = documentReader({ timeoutMs: 30_000 });
after(() => reader.close());

const run = (text: string, properties = ''): string => `<w:r><w:rPr>${properties}</w:rPr><w:t>${text}</w:t></w:r>`;

for (const { name, bytes, want, isWhole = true } of [
  {
    name: 'runs of a paragraph are one text',
    bytes: madeDocx(paragraph('AKIA', 'IOSF', 'ODNN7')),
    want: 'AKIAIOSFODNN7',
  },
  {
    name: 'indents between runs are no text',
    bytes: madeDocx('<w:p>\n  <w:r>\n <w:t>AKIA</w:t></w:r>\n  <w:r><w:t>IOSF</w:t></w:r>\n</w:p>'),
    want: 'AKIAIOSF',
  },
  {
    name: 'blanks within a run are',
    bytes: madeDocx(
      '<w:p><w:r><w:t>a</w:t></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r><w:r><w:t>b</w:t></w:r></w:p>',
    ),
    want: 'a b',
  },
  {
    name: 'a deleted text does not part what is shown, and is read after it',
    bytes: madeDocx(`<w:p>${run('AKIA')}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>${run('IOSF')}</w:p>`),
    want: 'AKIAIOSF\nAKIAgoneIOSF',
  },
  {
    name: 'an inserted text is in what is shown alone',
    bytes: madeDocx(`<w:p>${run('AKIA')}<w:ins>${run('new')}</w:ins>${run('IOSF')}</w:p>`),
    want: 'AKIAnewIOSF\nAKIAIOSF',
  },
  {
    name: 'a hidden run does not part what is shown',
    bytes: madeDocx(`<w:p>${run('AKIA')}${run('hidden', '<w:vanish/>')}${run('IOSF')}</w:p>`),
    want: 'AKIAIOSF\nAKIAhiddenIOSF',
  },
  {
    name: 'a run that is said not to be hidden is not',
    bytes: madeDocx(`<w:p>${run('a', '<w:vanish w:val="0"/>')}${run('b')}</w:p>`),
    want: 'ab',
  },
  {
    name: 'the code of a field is beside its text',
    bytes: madeDocx(
      `<w:p>${run('see ')}<w:r><w:instrText> HYPERLINK "http://x.example" </w:instrText></w:r>${run('here')}</w:p>`,
    ),
    want: 'see here\nsee  HYPERLINK "http://x.example" here',
  },
  {
    name: 'a box in a paragraph is read apart, once',
    bytes: madeDocx(
      `<w:p>${run('AKIA')}<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>${paragraph('box')}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>${paragraph('box')}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>${run('IOSF')}</w:p>`,
    ),
    want: 'box\nAKIAIOSF\nbox',
  },
  {
    name: 'neither comments of XML nor elements that nobody shows part what is shown',
    bytes: madeDocx('<w:p><w:r><w:t>AK<!-- said -->IA</w:t><x:other>junk</x:other><w:t>IOSF</w:t></w:r></w:p>'),
    want: 'AKIAIOSF\nsaid\nAKIAjunkIOSF',
  },
  {
    name: 'a formula within a paragraph is part of it',
    bytes: madeDocx(`<w:p>${run('AK')}<m:oMath><m:r><m:t>IA</m:t></m:r></m:oMath>${run('IOSF')}</w:p>`),
    want: 'AKIAIOSF',
  },
  {
    name: 'cells of one row stand side by side',
    bytes: madeDocx(
      `<w:tbl><w:tr><w:tc>${paragraph('password')}</w:tc><w:tc>${paragraph('hunter2')}</w:tc></w:tr></w:tbl>`,
    ),
    want: 'password\thunter2',
  },
  {
    name: 'tabs, breaks, hyphens and symbols are read',
    bytes: madeDocx(
      '<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:sym w:char="F041"/></w:r></w:p>',
    ),
    want: 'a\tb\nc-A',
  },
  {
    name: 'character references and CDATA are letters as any other',
    bytes: madeDocx(paragraph('&#65;K<![CDATA[IA]]>&amp;')),
    want: 'AKIA&',
  },
  {
    name: 'notes, headers, comments with their authors, links and properties are read',
    bytes: madeDocx(paragraph('body'), [
      { name: 'word/footnotes.xml', bytes: `<w:footnotes>${paragraph('foot')}</w:footnotes>` },
      { name: 'word/header1.xml', bytes: `<w:hdr>${paragraph('head')}</w:hdr>` },
      {
        name: 'word/comments.xml',
        bytes: `<w:comments><w:comment w:author="Ann Lee">${paragraph('remark')}</w:comment></w:comments>`,
      },
      {
        name: 'word/_rels/document.xml.rels',
        bytes:
          '<Relationships><Relationship Id="r1" Target="http://out.example/q" TargetMode="External"/></Relationships>',
      },
      { name: 'docProps/core.xml', bytes: '<cp:coreProperties><dc:title>the title</dc:title></cp:coreProperties>' },
      { name: 'customXml/item1.xml', bytes: '<any><thing key="a word or two">value</thing><!-- said --></any>' },
    ]),
    want: 'body\nfoot\nhead\nremark\nAnn Lee\nhttp://out.example/q\nthe title\nvalue\na word or two\nsaid',
  },
  {
    name: 'the text that stands for a picture is read, and the picture is missing',
    bytes: madeDocx(
      '<w:p><w:r><w:drawing><wp:docPr id="1" name="Picture 1" descr="a secret"/></w:drawing></w:r></w:p>',
      [{ name: 'word/media/image1.png', bytes: Buffer.from('89504e470d0a1a0a00', 'hex') }],
    ),
    want: 'Picture 1\na secret\nword/media/image1.png',
    isWhole: false,
  },
  {
    name: 'a workbook in a document is read as one',
    bytes: madeDocx(paragraph('outer'), [{ name: 'word/embeddings/a.xlsx', bytes: madeXlsx('', ['<t>inner</t>']) }]),
    want: 'outer\nword/embeddings/a.xlsx\ninner',
  },
  {
    name: 'a document in the encoding that it declares is read',
    bytes: madeDocx('', [
      { name: 'word/a.xml', bytes: Buffer.from(`\ufeff<w:p><w:r><w:t>grüße</w:t></w:r></w:p>`, 'utf16le') },
      {
        name: 'word/b.xml',
        bytes: Buffer.from(
          '<?xml version="1.0" encoding="windows-1252"?><w:p><w:r><w:t>gr\xfc\xdfe</w:t></w:r></w:p>',
          'latin1',
        ),
      },
    ]),
    want: 'grüße\ngrüße',
  },
  {
    name: 'entities are never expanded, and a document type is noted',
    bytes: madeDocx('', [
      {
        name: 'word/bomb.xml',
        bytes: '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]><x><p><t>&b;text</t></p></x>',
      },
    ]),
    want: '&b;text\nx [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]',
    isWhole: false,
  },
  {
    name: 'a part that is not well-formed is read as far as it goes, and noted',
    bytes: madeDocx('<w:p><w:r><w:t>text</w:t></w:p>'),
    want: 'text',
    isWhole: false,
  },
  {
    name: 'cells of a workbook are told with the strings that they point to',
    bytes: madeXlsx(
      '<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c><v>42</v></c></row><row><c t="inlineStr"><is><t>in</t><t>line</t></is></c><c t="b"><v>1</v></c></row>',
      ['<r><t>hun</t></r><r><t>ter2</t></r>', '<t>password</t>', '<t>of no cell</t>'],
    ),
    want: 'password\thunter2\t42\ninline\t1\nof no cell',
  },
  {
    name: 'a card number stored as a power is its digits',
    bytes: madeXlsx('<row><c><v>4.111111111111111E15</v></c><c><v>1.5E-3</v></c></row>'),
    want: '4111111111111111\t1.5E-3',
  },
  {
    name: 'formulas, names of sheets, number formats, comments and hidden sheets are read',
    bytes: madeXlsx(
      '<row><c><f>"AK"&amp;"IA"</f><v>AKIA</v></c></row>',
      [],
      [
        {
          name: 'xl/workbook.xml',
          bytes: '<workbook><sheets><sheet name="Payroll" state="hidden"/></sheets></workbook>',
        },
        { name: 'xl/styles.xml', bytes: '<styleSheet><numFmt formatCode="&quot;code&quot;0"/></styleSheet>' },
        {
          name: 'xl/comments1.xml',
          bytes:
            '<comments><authors><author>Ann</author></authors><comment><text><r><t>re</t></r><r><t>mark</t></r></text></comment></comments>',
        },
      ],
    ),
    want: 'AKIA\n"AK"&"IA"\nPayroll\n"code"0\nAnn\nremark',
  },
  {
    name: 'a reading aid does not part the text that it is for',
    bytes: madeXlsx('<row><c t="s"><v>0</v></c></row>', ['<r><t>AK</t></r><rPh><t>aid</t></rPh><r><t>IA</t></r>']),
    want: 'AKaidIA\nAKIA',
  },
  {
    name: 'slides and their notes are read',
    bytes: madePptx('<p:txBody><a:p><a:r><a:t>AK</a:t></a:r><a:r><a:t>IA</a:t></a:r></a:p></p:txBody>', [
      { name: 'ppt/notesSlides/n1.xml', bytes: '<p:notes><a:p><a:r><a:t>note</a:t></a:r></a:p></p:notes>' },
    ]),
    want: 'AKIA\nnote',
  },
  {
    name: 'an OpenDocument text is read with its spans, blanks and notes',
    bytes: madeOpenDocument(
      'text',
      '<text:p>AK<text:span>IA</text:span>\n <text:s text:c="2"/>x<office:annotation><dc:creator>Ann</dc:creator><text:p>note</text:p></office:annotation>y<text:tab/>z</text:p>',
    ),
    want: 'Ann\nnote\nAKIA   xy\tz',
  },
  {
    name: 'an OpenDocument sheet is read by rows',
    bytes: madeOpenDocument(
      'spreadsheet',
      '<table:table table:name="Pay"><table:table-row><table:table-cell office:value="1"><text:p>password</text:p></table:table-cell><table:table-cell><text:p>hunter2</text:p></table:table-cell></table:table-row></table:table>',
    ),
    want: 'password\thunter2\nPay',
  },
  {
    name: 'an OpenDocument presentation is read with its properties',
    bytes: madeOpenDocument(
      'presentation',
      '<draw:page><draw:text-box><text:p>slide</text:p></draw:text-box></draw:page>',
      [{ name: 'meta.xml', bytes: '<office:meta><dc:title>the title</dc:title></office:meta>' }],
    ),
    want: 'slide\nthe title',
  },
]) {
  test(name, async () => {
    assert.deepEqual(await reader.read(bytes, null), { kind: 'text', text: want, isWhole });
  });
}
