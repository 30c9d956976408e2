import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { documentReader } from './document-reader.ts';
import type { DocumentText } from './document-text.ts';
import { madeDocx, madeXlsx, paragraph } from './made-office.ts';
import { madePdf, shownLines } from './made-pdf.ts';

const reader = documentReader({ timeoutMs: 30_000 });
after(() => reader.close());

const document = (text: string): Buffer => madeDocx(paragraph(text));
/** Some seconds of work. */
const SLOW_PDF = madePdf({ content: '/F1 12 Tf BT (a) Tj ET '.repeat(400_000), isCompressed: true });

test('what is asked at once is answered one after the other, each with its own text', async () => {
  const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`);
  const answers = await Promise.all(texts.map((text) => reader.read(document(text), null)));
  assert.deepEqual(
    answers,
    texts.map((text) => ({ kind: 'text', text, isWhole: true })),
  );
});

test('the text does not depend on what was read before it, nor on the thread', async () => {
  const pdf = madePdf({ content: shownLines('the same') });
  const other = documentReader({ timeoutMs: 30_000 });
  const first = await other.read(pdf, null);
  await other.close();
  await reader.read(document('another'), null);
  assert.deepEqual(await reader.read(pdf, null), first);
  assert.deepEqual(await reader.read(pdf, null), first);
});

test('the bytes that were given stay as they were', async () => {
  const pdf = madePdf({ content: shownLines('text') });
  const copy = Buffer.from(pdf);
  await reader.read(pdf, null);
  assert.deepEqual(pdf, copy);
});

test('a document that takes too long is given up, and the next one is read', async () => {
  const hasty = documentReader({ timeoutMs: 600 });
  assert.deepEqual(await hasty.read(SLOW_PDF, null), { kind: 'unreadable', reason: 'too-slow' });
  await hasty.close();
  const patient = documentReader({ timeoutMs: 30_000, maxWaiting: 1 });
  const [first, second] = await Promise.all([
    patient.read(document('first'), null),
    patient.read(document('second'), null),
  ]);
  assert.equal(first.kind, 'text');
  assert.deepEqual(second, { kind: 'unreadable', reason: 'too-slow' });
  assert.equal((await patient.read(document('third'), null)).kind, 'text');
  await patient.close();
});

test('a thread that runs out of memory is ended, and the next document is read by another', async () => {
  const small = documentReader({ timeoutMs: 30_000, maxHeapMiB: 16 });
  const strings = Array.from({ length: 150_000 }, (_, index) => `<t>${`string ${index} `.repeat(3)}</t>`);
  assert.deepEqual(reasonOf(await small.read(madeXlsx('', strings), null)), 'too-large');
  assert.equal((await small.read(document('next'), null)).kind, 'text');
  await small.close();
});

test('a reader that was closed before it was asked has started nothing', async () => {
  await documentReader().close();
});

function reasonOf(answer: DocumentText): string {
  return answer.kind === 'text' ? 'a text' : answer.reason;
}
