import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const expand = promisify(gunzip);

const LEVEL = 6;
/** Place of the byte that names the operating system (RFC 1952, section 2.3), and its value for "unknown". */
const OS_BYTE = 9;
const OS_UNKNOWN = 255;

/** Compresses bytes to gzip without time, name and system in its head: the same bytes give the same file, by one build of zlib. */
export async function sameGzip(bytes: Uint8Array): Promise<Uint8Array> {
  const file = await compress(bytes, { level: LEVEL });
  file[OS_BYTE] = OS_UNKNOWN;
  return file;
}

/** Whether a file holds these bytes, compressed in whatever way. Never expands more than they are. */
export async function isGzipOf(file: Uint8Array, bytes: Uint8Array): Promise<boolean> {
  try {
    return Buffer.compare(await expand(file, { maxOutputLength: Math.max(1, bytes.length) }), bytes) === 0;
  } catch {
    // No gzip, damaged, or longer than what it is compared with.
    return false;
  }
}
