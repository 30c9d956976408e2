import type { ObjectStore } from '../core/object-store.ts';
import { CHUNK_BYTES, FileUnreadable } from './file-tree.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';

/** Requests that are under way at the same time: each waits for the network, not for this machine. */
const PARALLEL_READS = 16;

/** The objects of a store. */
export function objectTree(store: ObjectStore): FileTree {
  return {
    place: store.place,
    parallelReads: PARALLEL_READS,
    list: (below) => listObjects(store, below),
    async read(name, maxBytes) {
      // One byte more than allowed is enough to know, whatever the store says of its length.
      const bytes = await store.get(name, { start: 0, end: maxBytes + 1 });
      if (bytes !== null && bytes.length > maxBytes) throw new FileUnreadable(`it is longer than ${maxBytes} bytes`);
      return bytes;
    },
    async range(name, start, lengthBytes) {
      const bytes = await store.get(name, { start, end: start + lengthBytes });
      if (bytes === null) throw new FileUnreadable('it is gone');
      return bytes;
    },
    chunks: (file) => readChunks(store, file),
  };
}

async function* listObjects(store: ObjectStore, below: string): AsyncGenerator<TreeEntry> {
  for await (const { key, sizeBytes } of store.list(below)) yield { name: key, sizeBytes, isFile: true };
}

async function* readChunks(store: ObjectStore, { name, sizeBytes }: TreeEntry): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < sizeBytes; start += CHUNK_BYTES) {
    const bytes = await store.get(name, { start, end: Math.min(start + CHUNK_BYTES, sizeBytes) });
    if (bytes === null) throw new FileUnreadable('it is gone');
    yield bytes;
  }
}
