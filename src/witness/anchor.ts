import { createHash } from 'node:crypto';
import { equalHashes, openCheckpoint, rootAt, type NoteVerifier } from '../tlog/index.ts';
import type { SignedHead } from './witness-client.ts';

/** What came of publishing a checkpoint at a second place. */
export type Publishing =
  | { readonly kind: 'published' }
  /** The place holds a larger tree of this log than ours: our log was put back, or runs twice. */
  | { readonly kind: 'ahead'; readonly size: number }
  /** The place holds a tree that our log signed and does not begin with. */
  | { readonly kind: 'inconsistent'; readonly size: number }
  /** The place has lost what it held before. It was given the newest checkpoint all the same. */
  | { readonly kind: 'put-back'; readonly size: number }
  /** A later try may do. */
  | { readonly kind: 'failed'; readonly problem: string };

/** A second place for checkpoints, out of this host's reach once they are there. */
export interface Anchor {
  readonly name: string;
  /** For messages; no secret. */
  readonly place: string;
  /** Never throws but for our own tiles. @throws {TileUnusable} where they do not hold what the checkpoint says. */
  publish(head: SignedHead): Promise<Publishing>;
}

/** One checkpoint at a place, of whichever log. Nothing of it is checked yet. */
export interface AnchoredCheckpoint {
  /** For messages: a path, key or commit. */
  readonly where: string;
  /** The signed note; null where what lies there is no text, or longer than a note may be. */
  readonly note: string | null;
}

/** Folder of one log at a place that several hosts publish to. Origins hold slashes, and could hold worse. */
export function anchorFolder(origin: string): string {
  return `log-${createHash('sha256').update(origin).digest('hex').slice(0, 32)}`;
}

/** Name of a checkpoint in that folder: its size in 20 digits, so that names sort as sizes do. */
export function anchorName(size: number): string {
  return String(size).padStart(20, '0');
}

/**
 * Holds a checkpoint that lies at a place against ours. Null where ours goes on from it. What our log's key did not sign is
 * no statement of our log: `failed`, as somebody else writes there.
 *
 * @throws {TileUnusable} where our tiles do not hold the older tree.
 */
export async function judgeAnchored(
  head: SignedHead,
  anchored: string | null,
  log: NoteVerifier,
): Promise<Exclude<Publishing, { kind: 'published' | 'put-back' }> | null> {
  const theirs = anchored === null ? null : openCheckpoint(anchored, log);
  if (theirs === null) return { kind: 'failed', problem: 'holds what this log did not sign' };
  const { size, root } = theirs.checkpoint;
  const { checkpoint, tiles } = head;
  if (size > checkpoint.size) return { kind: 'ahead', size };
  const ours = size === checkpoint.size ? checkpoint.root : await rootAt(tiles, size, checkpoint.size);
  return equalHashes(ours, root) ? null : { kind: 'inconsistent', size };
}

/** What of an error may be told: the system's code, or the message of an error of ours. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? `failed (${error.code})` : 'failed';
}
