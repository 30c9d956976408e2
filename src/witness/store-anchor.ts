import { createHash } from 'node:crypto';
import { TileUnusable } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { NoteVerifier } from '../tlog/index.ts';
import { anchorFolder, anchorName, judgeAnchored, problemOf, type Anchor, type Publishing } from './anchor.ts';
import { noteOf } from './folder-anchor.ts';
import type { SignedHead } from './witness-client.ts';

/** An anchor that is an object store, such as another account's bucket. Objects are added and never replaced. */
export function storeAnchor({
  name,
  store,
  log,
}: {
  readonly name: string;
  readonly store: ObjectStore;
  readonly log: NoteVerifier;
}): Anchor {
  const own = `${anchorFolder(log.name)}/`;
  /** Size that was published last by this object: the store is listed once, at the start. */
  let published: number | null = null;
  return {
    name,
    place: store.place,
    publish: async (head) => {
      try {
        if (published === null) {
          const found = await judgeNewest(head, own, log, store);
          if (found !== null) return found;
        }
        const outcome = await add(head, own, log, store);
        if (outcome.kind === 'published') published = head.checkpoint.size;
        return outcome;
      } catch (error) {
        if (error instanceof TileUnusable) throw error;
        return { kind: 'failed', problem: problemOf(error) };
      }
    },
  };
}

async function judgeNewest(
  head: SignedHead,
  own: string,
  log: NoteVerifier,
  store: ObjectStore,
): Promise<Publishing | null> {
  let newest: string | null = null;
  // Keys come in the order of their bytes, which is that of the sizes.
  for await (const { key } of store.list(own)) newest = key;
  return newest === null ? null : await judgeAnchored(head, noteOf(await store.get(newest)), log);
}

async function add(head: SignedHead, own: string, log: NoteVerifier, store: ObjectStore): Promise<Publishing> {
  const key = `${own}${anchorName(head.checkpoint.size)}`;
  const bytes = Buffer.from(head.note);
  try {
    await store.put(key, bytes, {
      contentType: 'text/plain; charset=utf-8',
      sha256: createHash('sha256').update(bytes).digest('hex') as Sha256,
      ifNoneMatch: true,
    });
    return { kind: 'published' };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'STORE_CONFLICT')) throw error;
    // Other bytes may be the same tree with other cosignatures.
    return (await judgeAnchored(head, noteOf(await store.get(key)), log)) ?? { kind: 'published' };
  }
}
