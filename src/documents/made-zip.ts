import { crc32, deflateRawSync } from 'node:zlib';

/** A file to be packed. */
export interface MadeEntry {
  readonly name: string;
  readonly bytes: string | Uint8Array;
  /** What the directory says of it where that is to be a lie. */
  readonly isLocked?: boolean;
  readonly nameInFront?: string;
  readonly sizeInDirectory?: number;
}

/** A zip file, made for a test. @param hidden bytes that stand in front of the directory and belong to no part. */
export function madeZip(entries: readonly MadeEntry[], hidden: Buffer = Buffer.alloc(0), comment = ''): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, isLocked = false, nameInFront = name, sizeInDirectory } of entries) {
    const content = Buffer.from(bytes as string);
    const packed = deflateRawSync(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(isLocked ? 0x801 : 0x800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(sizeInDirectory ?? content.length, 18);
    const front = Buffer.from(shared);
    front.writeUInt16LE(Buffer.byteLength(nameInFront), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), front, Buffer.from(nameInFront), packed]);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), shared, tail, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset + hidden.length, 12);
  end.writeUInt16LE(Buffer.byteLength(comment), 16);
  return Buffer.concat([...locals, hidden, listed, Buffer.from('PK\x05\x06', 'latin1'), end, Buffer.from(comment)]);
}
