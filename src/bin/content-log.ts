import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { ContentStore, SessionContents } from '../gateway/index.ts';
import { CONTENT_KEY_BYTES, contentKey } from '../seal/index.ts';
import { openContentFile } from './content-file.ts';
import { keyLine, pieceLines } from './content-lines.ts';
import type { KeyWrap } from './key-wrap.ts';

/** Sessions whose contents stay open while nobody uses them; what is in use stays open beside them. */
const MAX_IDLE = 64;

/** A store of contents that lets go of what it holds in memory. */
export interface ForgettingStore extends ContentStore {
  /** Drops the data key of a session; who still writes its contents goes on until its file is gone. */
  forget(id: SessionId): void;
}

/** Contents, and whether they take more. */
interface Opened {
  readonly contents: SessionContents;
  readonly isBroken: () => boolean;
}

/**
 * What goes up and what comes back, one file of lines for each session, beside the log and not in it. What is sealed is
 * sealed with a data key that is made anew whenever the file is opened, and that the session's own key wraps: whoever
 * destroys that one key makes all of it unreadable for good.
 *
 * @param folder exists, mode 0700. One process at a time writes there: the state folder's lock.
 */
export function contentStore(folder: string, keys: KeyWrap): ForgettingStore {
  const idle = new Map<SessionId, Promise<Opened | null>>();
  const inUse = new Map<SessionId, WeakRef<Promise<Opened | null>>>();
  /** Keeps what is in use reachable from those who use it. */
  const holds = new WeakMap<SessionContents, Promise<Opened | null>>();

  const remember = (id: SessionId, opening: Promise<Opened | null>): void => {
    idle.delete(id);
    idle.set(id, opening);
    inUse.set(id, new WeakRef(opening));
    const [oldest] = idle.keys();
    if (idle.size <= MAX_IDLE || oldest === undefined) return;
    idle.delete(oldest);
    for (const [each, held] of inUse) if (held.deref() === undefined) inUse.delete(each);
  };

  return {
    open: async (id) => {
      const known = idle.get(id) ?? inUse.get(id)?.deref();
      const opened = known === undefined ? null : await known.catch(() => null);
      // Another caller may have opened it anew while this one waited.
      const newest = idle.get(id);
      if (newest !== known && newest !== undefined) return (await newest)?.contents ?? null;
      const opening = known === undefined || opened === null || opened.isBroken() ? open(folder, id, keys) : known;
      remember(id, opening);
      const there = await opening;
      if (there !== null) holds.set(there.contents, opening);
      return there?.contents ?? null;
    },
    forget: (id) => {
      idle.delete(id);
      inUse.delete(id);
    },
  };
}

async function open(folder: string, sessionId: SessionId, keys: KeyWrap): Promise<Opened | null> {
  const secret = randomBytes(CONTENT_KEY_BYTES);
  const wrapped = await keys.wrap(sessionId, secret);
  if (wrapped === null) return null;
  const file = await openContentFile(join(folder, sessionId));
  const dataKey = { at: file.end, key: contentKey(secret) };
  secret.fill(0);
  file.add(keyLine(wrapped));
  const contents: SessionContents = {
    add: (piece) => {
      const at = file.end;
      const bytes = pieceLines(piece, sessionId, at, dataKey);
      file.add(bytes);
      return { at, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256 };
    },
    flush: () => file.flush(),
  };
  return { contents, isBroken: () => file.isBroken };
}
