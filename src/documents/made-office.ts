import { madeZip } from './made-zip.ts';
import type { MadeEntry } from './made-zip.ts';

const TYPES: MadeEntry = {
  name: '[Content_Types].xml',
  bytes: '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
};

/** Parts of a Word document with this body, and with what else is given. */
export function madeDocxParts(body: string, others: readonly MadeEntry[] = []): readonly MadeEntry[] {
  const bytes = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="urn:w"><w:body>${body}</w:body></w:document>`;
  return [TYPES, { name: 'word/document.xml', bytes }, ...others];
}

export function madeDocx(body: string, others: readonly MadeEntry[] = []): Buffer {
  return madeZip(madeDocxParts(body, others));
}

/** A workbook of one sheet. @param strings items of the shared strings, without their element. */
export function madeXlsx(sheet: string, strings: readonly string[] = [], others: readonly MadeEntry[] = []): Buffer {
  return madeZip([
    TYPES,
    { name: 'xl/worksheets/sheet1.xml', bytes: `<worksheet><sheetData>${sheet}</sheetData></worksheet>` },
    { name: 'xl/sharedStrings.xml', bytes: `<sst>${strings.map((item) => `<si>${item}</si>`).join('')}</sst>` },
    ...others,
  ]);
}

export function madePptx(slide: string, others: readonly MadeEntry[] = []): Buffer {
  return madeZip([TYPES, { name: 'ppt/slides/slide1.xml', bytes: `<p:sld>${slide}</p:sld>` }, ...others]);
}

/** @param kind `text`, `spreadsheet` or `presentation`. */
export function madeOpenDocument(kind: string, body: string, others: readonly MadeEntry[] = []): Buffer {
  return madeZip([
    { name: 'mimetype', bytes: `application/vnd.oasis.opendocument.${kind}` },
    {
      name: 'content.xml',
      bytes: `<office:document-content><office:body>${body}</office:body></office:document-content>`,
    },
    ...others,
  ]);
}

/** A paragraph of Word with these runs. */
export function paragraph(...runs: readonly string[]): string {
  return `<w:p>${runs.map((run) => (run.startsWith('<') ? run : `<w:r><w:t>${run}</w:t></w:r>`)).join('')}</w:p>`;
}
