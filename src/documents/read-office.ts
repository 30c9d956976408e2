import { UnreadableDocument } from './document-text.ts';
import { xmlSource } from './plain-text.ts';
import type { Reading } from './reading.ts';
import type { XmlDialect } from './xml-marks.ts';
import { readXml } from './xml-text.ts';
import { zipParts } from './zip-parts.ts';
import type { ZipPart } from './zip-parts.ts';

const SHARED_STRINGS = /(?:^|\/)sharedStrings\.xml$/i;

/**
 * Reads every part of an office file: Office Open XML and OpenDocument.
 *
 * @param readInner reads a part that is no XML, as a document of its own, and notes what it cannot read.
 */
export async function readOffice(
  bytes: Uint8Array,
  reading: Reading,
  readInner: (part: Uint8Array) => Promise<void>,
): Promise<void> {
  const parts = await zipParts(bytes, reading);
  const dialect = dialectOf(parts);
  if (dialect === null) throw new UnreadableDocument('unknown-type');
  if (dialect === 'open-document' && parts.some(isLockedManifest)) throw new UnreadableDocument('encrypted');

  const strings: string[] = [];
  const unused = new Set<number>();
  const keepSharedString = (text: string): void => void unused.add(strings.push(text) - 1);
  const sharedString = (index: number): string | null => {
    unused.delete(index);
    return strings[index] ?? null;
  };
  for (const part of parts.filter(({ name }) => SHARED_STRINGS.test(name))) {
    readPart(part.bytes, reading, { dialect, sharedString, keepSharedString });
  }
  for (const { name, bytes: content } of parts) {
    if (SHARED_STRINGS.test(name) || name === 'mimetype' || content.length === 0) continue;
    if (isXml(content)) readPart(content, reading, { dialect, sharedString, keepSharedString: null });
    else {
      reading.add(name);
      await readInner(content);
    }
  }
  // A string that no cell points to is in the file all the same.
  reading.addOnce([...unused].map((index) => strings[index] ?? ''));
}

function readPart(content: Uint8Array, reading: Reading, scene: Parameters<typeof readXml>[2]): void {
  const source = xmlSource(content);
  if (source === null) reading.leaveOut();
  else readXml(source, reading, scene);
}

function dialectOf(parts: readonly ZipPart[]): XmlDialect | null {
  const named = (name: string): ZipPart | undefined => parts.find((part) => part.name === name);
  if (named('[Content_Types].xml') !== undefined) return 'office';
  const type = named('mimetype')?.bytes.subarray(0, 100).toString('latin1') ?? '';
  const isOpen = type.startsWith('application/vnd.oasis.opendocument.') || named('META-INF/manifest.xml') !== undefined;
  return isOpen && named('content.xml') !== undefined ? 'open-document' : null;
}

function isLockedManifest({ name, bytes }: ZipPart): boolean {
  return name === 'META-INF/manifest.xml' && bytes.includes('encryption-data');
}

/** Whether a part begins as XML does, in any encoding of XML. */
function isXml(content: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0\s]*</.test(content.subarray(0, 64).toString('latin1'));
}
