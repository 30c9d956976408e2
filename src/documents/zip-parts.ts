import { fromBufferPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { UnreadableDocument } from './document-text.ts';
import type { Reading } from './reading.ts';

/** One file of a packed document. */
export interface ZipPart {
  readonly name: string;
  readonly bytes: Buffer;
}

/** After a part a writer may put its sizes and checksum: 16 bytes, 24 for large files. */
const LONGEST_DESCRIPTOR_BYTES = 24;

/**
 * The parts of a zip file in the order of its directory, unpacked.
 *
 * What stands between, before or after the parts, or under another name in front of a part than in the directory, is left
 * out: another program may read it.
 *
 * @throws {UnreadableDocument} for an encrypted part, for a damaged file, and where the limits of the reading are met.
 */
export async function zipParts(bytes: Uint8Array, reading: Reading): Promise<readonly ZipPart[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const front = bytesInFront(buffer);
  if (front > 0) reading.leaveOut();
  try {
    const zip = await fromBufferPromise(buffer.subarray(front), { decodeStrings: true, validateEntrySizes: true });
    return await partsOf(zip, reading);
  } catch (error) {
    if (error instanceof UnreadableDocument) throw error;
    throw new UnreadableDocument('damaged');
  }
}

/** How many bytes stand in front of the archive: places in it count from where it begins, and other readers allow for that. */
function bytesInFront(buffer: Buffer): number {
  const end = buffer.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 20 > buffer.length) return 0;
  const front = end - buffer.readUInt32LE(end + 12) - buffer.readUInt32LE(end + 16);
  return Math.max(front, 0);
}

async function partsOf(zip: ZipFile, reading: Reading): Promise<readonly ZipPart[]> {
  // The cursor stands at the directory until the first entry is read.
  const directoryAt = Number(zip.readEntryCursor);
  const extents: [start: number, end: number][] = [];
  const parts: ZipPart[] = [];
  reading.add(zip.comment);
  for await (const entry of zip.eachEntry()) {
    reading.openPart();
    if (entry.isEncrypted()) throw new UnreadableDocument('encrypted');
    reading.add(entry.fileComment);
    const local = await zip.readLocalFileHeaderPromise(entry);
    if (!local.fileName.equals(entry.fileNameRaw)) reading.leaveOut();
    extents.push([entry.relativeOffsetOfLocalHeader, local.fileDataStart + entry.compressedSize]);
    if (!entry.canDecodeFileData()) reading.leaveOut();
    else if (!entry.fileName.endsWith('/'))
      parts.push({ name: entry.fileName, bytes: await unpacked(zip, entry, reading) });
  }
  if (!areTiled(extents, directoryAt)) reading.leaveOut();
  return parts;
}

async function unpacked(zip: ZipFile, entry: Entry, reading: Reading): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    const bytes = chunk as Buffer;
    reading.unpack(bytes.length);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Whether the parts cover all bytes up to the directory, and none twice. */
function areTiled(extents: readonly (readonly [start: number, end: number])[], directoryAt: number): boolean {
  let coveredTo = 0;
  for (const [start, end] of [...extents].sort(([a], [b]) => a - b)) {
    const mayLie = coveredTo === 0 ? 0 : LONGEST_DESCRIPTOR_BYTES;
    if (start < coveredTo || start > coveredTo + mayLie) return false;
    coveredTo = end;
  }
  return directoryAt >= coveredTo && directoryAt <= coveredTo + LONGEST_DESCRIPTOR_BYTES;
}
