import { gunzipSync, gzipSync } from 'node:zlib';

import { MAX_RECORD_BYTES } from '../audit/index.ts';
import type { FileTree } from './file-tree.ts';
import type { RecordFile } from './inventory.ts';

/** Longest object that is packed again, packed or not. Those that sinks write are below. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
/** How stores are packed: the level, and the byte that names no system (RFC 1952 section 2.3). */
const LEVEL = 6;
const OS_BYTE = 9;
const OS_UNKNOWN = 255;

/**
 * Whether an object is packed to the bytes that this Node packs its lines to. Packed bytes hold some that mean nothing, such
 * as the bits behind the last block: a change of those changes no record, and only this shows it. Another version of zlib
 * may pack otherwise, so that a difference is no proof of a change.
 */
export async function isPackedAsHere(tree: FileTree, file: RecordFile): Promise<boolean> {
  const records = (file.lastIndex ?? file.firstIndex) - file.firstIndex + 1;
  try {
    const packed = await tree.read(file.name, MAX_OBJECT_BYTES);
    if (packed === null) return false;
    const again = gzipSync(
      gunzipSync(packed, { maxOutputLength: Math.min(MAX_OBJECT_BYTES, records * MAX_RECORD_BYTES) }),
      { level: LEVEL },
    );
    again[OS_BYTE] = OS_UNKNOWN;
    return Buffer.compare(packed, again) === 0;
  } catch {
    // What cannot be unpacked is named as a fault where its records are read.
    return false;
  }
}
