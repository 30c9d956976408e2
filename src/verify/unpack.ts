import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { FileUnreadable } from './file-tree.ts';

const UNPACKED_CHUNK_BYTES = 256 * 1024;

/** RFC 1952 section 2.3: deflate, no flags, no time, neither fastest nor smallest, no system. Stores hold no other header. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * Unpacks one gzip member as it is read.
 *
 * @param maxBytes how much it may unpack to; a bomb ends there.
 * @throws {FileUnreadable} where it has another header, is damaged or cut, holds more than that, or goes on behind its end.
 */
export async function* unpack(packed: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES });
  const source = new PackedSource(packed);
  // What fails comes out of the loop below; without a callback it would end the process.
  pipeline(Readable.from(source.chunks(), { objectMode: true, highWaterMark: 1 }), gunzip, () => undefined);
  let unpackedBytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > maxBytes) throw new FileUnreadable(`it unpacks to more than ${maxBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new FileUnreadable(
        error.code === 'Z_BUF_ERROR' ? 'its packed bytes are cut off' : 'its packed bytes are damaged',
      );
    }
    throw error;
  } finally {
    gunzip.destroy();
  }
  if (gunzip.bytesWritten !== source.bytes) throw new FileUnreadable('it goes on behind its packed bytes');
}

class PackedSource {
  readonly #packed: AsyncIterable<Uint8Array>;
  bytes = 0;

  constructor(packed: AsyncIterable<Uint8Array>) {
    this.#packed = packed;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#packed) {
      if (this.bytes === 0 && !GZIP_HEADER.equals(chunk.subarray(0, GZIP_HEADER.length))) {
        throw new FileUnreadable('its gzip header is not the one that stores are written with');
      }
      this.bytes += chunk.length;
      // The stream holds on to it while the next is read into the same memory.
      yield Uint8Array.from(chunk);
    }
    if (this.bytes === 0) throw new FileUnreadable('it is empty');
  }
}
