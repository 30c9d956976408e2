import { UnreadableDocument } from './document-text.ts';
import { openPdf } from './pdf-library.ts';
import type { PDFDocumentProxy, PDFPageProxy } from './pdf-library.ts';
import { drawnPage } from './pdf-page.ts';
import type { Reading } from './reading.ts';
import { writtenStrings } from './written-strings.ts';

/**
 * Reads the pages of a PDF, then notes, fields, bookmarks, scripts, names of attachments and properties.
 *
 * Attachments themselves, forms of the XFA kind, former revisions and what no page or list names is left out; the last two
 * without being noticed.
 *
 * @throws {UnreadableDocument} where it is damaged or needs a password.
 */
export async function readPdf(bytes: Uint8Array, reading: Reading): Promise<void> {
  const pdf = await orDamaged(() => openPdf(bytes));
  if (pdf === null) throw new UnreadableDocument('encrypted');
  try {
    await orDamaged(async () => {
      for (let number = 1; number <= pdf.document.numPages; number += 1) {
        reading.openPart();
        await readPage(await pdf.document.getPage(number), reading);
      }
      await readBeside(pdf.document, reading);
    });
    if (pdf.hasComplained()) reading.leaveOut();
  } finally {
    await pdf.close();
  }
}

async function readPage(page: PDFPageProxy, reading: Reading): Promise<void> {
  const { text, beside, hasUnread } = await drawnPage(page);
  reading.add(text);
  reading.add(beside);
  if (hasUnread) reading.leaveOut();
  reading.addOnce([
    ...writtenStrings(await page.getAnnotations({ intent: 'any' })),
    ...writtenStrings(await page.getJSActions()),
    ...writtenStrings(await page.getStructTree()),
  ]);
  page.cleanup();
}

async function readBeside(document: PDFDocumentProxy, reading: Reading): Promise<void> {
  const { info, metadata } = await document.getMetadata();
  const attachments: unknown = await document.getAttachments();
  const layers = [...(await document.getOptionalContentConfig({ intent: 'any' }))] as unknown as readonly (readonly [
    string,
    { readonly name?: unknown },
  ])[];
  reading.addOnce([
    ...writtenStrings(Object.values((await document.getFieldObjects()) ?? {})),
    ...writtenStrings(await document.getOutline()),
    ...writtenStrings(await document.getJSActions()),
    ...writtenStrings(attachments),
    ...writtenStrings(layers.map(([, { name }]) => name)),
    ...writtenStrings((await document.getPageLabels())?.filter((label) => !/^\d+$/.test(label))),
    ...writtenStrings(info),
    // The file chooses these names.
    ...writtenStrings(Object.entries((info as { readonly Custom?: object }).Custom ?? {})),
    ...writtenStrings(metadata === null ? null : (metadata as unknown as { getRaw(): unknown }).getRaw()),
  ]);
  const { IsXFAPresent: hasXfa, IsCollectionPresent: isCollection } = info as Readonly<Record<string, unknown>>;
  if (attachments !== null || hasXfa === true || isCollection === true) reading.leaveOut();
}

/** What the library throws for a file that is none says nothing that a reader could use. */
async function orDamaged<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof UnreadableDocument ? error : new UnreadableDocument('damaged');
  }
}
