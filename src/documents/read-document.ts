import { documentKinds } from './document-kind.ts';
import type { DocumentKind } from './document-kind.ts';
import type { DocumentLimits } from './document-limits.ts';
import { UnreadableDocument } from './document-text.ts';
import type { DocumentText } from './document-text.ts';
import { plainText } from './plain-text.ts';
import { reading } from './reading.ts';
import type { Reading } from './reading.ts';

/**
 * The text of a document of any known type, by its bytes.
 *
 * A file that is two things at once is read as both: whoever gets it chooses which it is. Takes as long as it takes.
 */
export async function readDocument(
  bytes: Uint8Array,
  mediaType: string | null,
  limits: DocumentLimits,
): Promise<DocumentText> {
  const whole = reading(limits);
  try {
    await readInto(bytes, isTextType(mediaType), whole, 0);
    return whole.text();
  } catch (error) {
    if (error instanceof UnreadableDocument) return { kind: 'unreadable', reason: error.reason };
    throw error;
  }
}

async function readInto(bytes: Uint8Array, mustBeText: boolean, whole: Reading, depth: number): Promise<void> {
  const kinds = documentKinds(bytes);
  // A reader that was told "text" gets all the bytes as they are.
  const plain = kinds.length === 0 || mustBeText ? plainText(bytes) : null;
  if (plain !== null) whole.add(plain);
  else if (kinds.length === 0) throw new UnreadableDocument('unknown-type');
  const faults: UnreadableDocument[] = [];
  for (const kind of kinds) {
    try {
      await readAs(kind, bytes, whole, depth);
    } catch (error) {
      if (!(error instanceof UnreadableDocument) || error.reason === 'too-large') throw error;
      faults.push(error);
    }
  }
  const [fault] = faults;
  if (fault === undefined) return;
  if (faults.length === kinds.length && plain === null) throw fault;
  whole.leaveOut();
}

async function readAs(kind: DocumentKind, bytes: Uint8Array, whole: Reading, depth: number): Promise<void> {
  switch (kind) {
    case 'pdf':
      return (await import('./read-pdf.ts')).readPdf(bytes, whole);
    case 'zip':
      return (await import('./read-office.ts')).readOffice(bytes, whole, (part) => readInner(part, whole, depth + 1));
    case 'rtf':
      return (await import('./read-rtf.ts')).readRtf(bytes, whole);
    case 'locked':
      throw new UnreadableDocument('encrypted');
  }
}

/** A part that cannot be read is left out; the document around it can be read all the same. */
async function readInner(part: Uint8Array, whole: Reading, depth: number): Promise<void> {
  if (!whole.mayNest(depth - 1)) return whole.leaveOut();
  try {
    await readInto(part, false, whole, depth);
  } catch (error) {
    if (!(error instanceof UnreadableDocument) || error.reason === 'too-large') throw error;
    whole.leaveOut();
  }
}

function isTextType(mediaType: string | null): boolean {
  return mediaType !== null && /^text\/(?!rtf)|[/+](?:json|xml|yaml|csv|html|javascript|toml)\b/i.test(mediaType);
}
