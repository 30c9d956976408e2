import { join } from 'node:path';
import { decodeNote, parseCheckpoint, openNote, type NoteVerifier } from '../tlog/index.ts';
import { TileUnusable } from '../core/error.ts';
import { anchorFolder, anchorName, judgeAnchored, problemOf, type Anchor, type Publishing } from './anchor.ts';
import type { SignedHead } from './witness-client.ts';

/** Names of checkpoints; whatever else lies in the folder is somebody else's. */
export const ANCHOR_NAME = /^[0-9]{20}$/;

/** What an anchor asks of a file system. Errors carry the system's code. */
export interface AnchorFiles {
  /** Names in a folder; none where it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Null where there is none. A file longer than a note may be is given cut off behind that length. */
  read(path: string): Promise<Uint8Array | null>;
  /**
   * Puts a new file there, whole and durable, and its folder where that is missing below `root`, which must exist.
   *
   * @returns false where there is one already, which stays as it is.
   */
  create(root: string, path: string, bytes: Uint8Array): Promise<boolean>;
}

/** An anchor that is a folder, on another machine's disk. Files are added and never changed. */
export function folderAnchor(
  { name, folder, log }: { readonly name: string; readonly folder: string; readonly log: NoteVerifier },
  files: AnchorFiles,
): Anchor {
  const own = join(folder, anchorFolder(log.name));
  /** Size that was published last by this object: the folder is looked through once, at the start. */
  let published: number | null = null;
  return {
    name,
    place: folder,
    publish: async (head) => {
      try {
        if (published === null) {
          const found = await judgeNewest(head, own, log, files);
          if (found !== null) return found;
        }
        const outcome = await add(head, { root: folder, own, log }, files);
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
  files: AnchorFiles,
): Promise<Publishing | null> {
  const newest = (await files.list(own))
    .filter((entry) => ANCHOR_NAME.test(entry))
    .toSorted()
    .at(-1);
  if (newest === undefined) return null;
  return await judgeAnchored(head, noteOf(await files.read(join(own, newest))), log);
}

async function add(
  head: SignedHead,
  { root, own, log }: { readonly root: string; readonly own: string; readonly log: NoteVerifier },
  files: AnchorFiles,
): Promise<Publishing> {
  const path = join(own, anchorName(head.checkpoint.size));
  if (await files.create(root, path, Buffer.from(head.note))) return { kind: 'published' };
  // The same tree again, perhaps with other cosignatures, is what lies there mostly.
  return (await judgeAnchored(head, noteOf(await files.read(path)), log)) ?? { kind: 'published' };
}

/** A note out of bytes; null where they are none. */
export function noteOf(bytes: Uint8Array | null): string | null {
  const note = bytes === null ? null : decodeNote(bytes);
  const opened = note === null ? null : openNote(note, []);
  return opened !== null && parseCheckpoint(opened.text) !== null ? note : null;
}
