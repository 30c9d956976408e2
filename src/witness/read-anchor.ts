import { join } from 'node:path';
import { AnchorUnreadable } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { decodeNote, MAX_NOTE_BYTES } from '../tlog/index.ts';
import { anchorFolder, type AnchoredCheckpoint } from './anchor.ts';
import { boundedText } from './bounded-text.ts';
import { ANCHOR_NAME, type AnchorFiles } from './folder-anchor.ts';
import { gitPath } from './git-anchor.ts';
import { farSide, type RunGit } from './git.ts';
import { WITNESS_TIMEOUT_MS } from './witness-client.ts';
import { originHash } from './witness-server.ts';

/** Where checkpoints of logs lie outside of their hosts, with what reads it. */
export type AnchorPlace =
  | { readonly to: 'folder'; readonly folder: string; readonly files: AnchorFiles }
  | { readonly to: 'store'; readonly store: ObjectStore }
  /** `git` runs in an empty folder of the caller's, which removes it. */
  | { readonly to: 'git'; readonly remote: string; readonly branch: string; readonly git: RunGit }
  | { readonly to: 'witness'; readonly url: string; readonly fetch?: typeof fetch };

/** Where a store or folder that records are delivered to holds its checkpoints: they anchor as well. */
const DELIVERED = 'checkpoints';

/**
 * All checkpoints of one log at a place, the smallest first where the place orders them; unchecked, as they lie there. Of a
 * witness: the one that it cosigned last.
 *
 * @throws {AnchorUnreadable} where the place cannot be read; never gives fewer than are there for that.
 */
export async function* readAnchor(place: AnchorPlace, origin: string): AsyncGenerator<AnchoredCheckpoint> {
  switch (place.to) {
    case 'folder':
      yield* readFolder(place.folder, place.files, origin);
      return;
    case 'store':
      yield* readStore(place.store, origin);
      return;
    case 'git':
      yield* readGit(place, origin);
      return;
    case 'witness':
      yield* readWitness(place, origin);
  }
}

async function* readFolder(folder: string, files: AnchorFiles, origin: string): AsyncGenerator<AnchoredCheckpoint> {
  for (const below of [anchorFolder(origin), DELIVERED]) {
    const names = await reading(folder, files.list(join(folder, below)));
    for (const name of names.filter((entry) => ANCHOR_NAME.test(entry)).toSorted()) {
      const where = join(folder, below, name);
      const bytes = await reading(where, files.read(where));
      if (bytes !== null) yield { where, note: decodeNote(bytes) };
    }
  }
}

async function* readStore(store: ObjectStore, origin: string): AsyncGenerator<AnchoredCheckpoint> {
  for (const below of [`${anchorFolder(origin)}/`, `${DELIVERED}/`]) {
    const listed = store.list(below);
    for (;;) {
      const next = await reading(store.place, listed.next());
      if (next.done === true) break;
      const { key } = next.value;
      if (!ANCHOR_NAME.test(key.slice(below.length))) continue;
      const bytes = await reading(`${store.place}/${key}`, store.get(key));
      if (bytes !== null) yield { where: `${store.place}/${key}`, note: decodeNote(bytes) };
    }
  }
}

async function* readGit(
  { remote, branch, git }: Extract<AnchorPlace, { to: 'git' }>,
  origin: string,
): AsyncGenerator<AnchoredCheckpoint> {
  const where = `${remote}#${branch}`;
  const tip = 'refs/anchor/tip';
  const words = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...farSide(remote, 'upload-pack')];
  const fetched =
    (await git(['init', '--quiet', '--bare', '--template='])).status === 0 &&
    (await git([...words, '--', remote, `+refs/heads/${branch}:${tip}`])).status === 0;
  const path = gitPath(origin);
  // Without `--full-history` a merge that has the older of two trees would hide the commits behind the newer one.
  const listed = fetched ? await git(['rev-list', '--reverse', '--full-history', tip, '--', path]) : null;
  if (listed?.status !== 0) throw unreadable(where);
  for (const commit of listed.stdout.toString('latin1').split('\n').slice(0, -1)) {
    const blob = await git(['cat-file', 'blob', `${commit}:${path}`]);
    if (blob.status === null) throw unreadable(where);
    // A commit that took the file away holds none; the ones before it still do.
    if (blob.status === 0) yield { where: `${where} ${commit}`, note: decodeNote(blob.stdout) };
  }
}

async function* readWitness(
  { url, fetch: ownFetch = fetch }: Extract<AnchorPlace, { to: 'witness' }>,
  origin: string,
): AsyncGenerator<AnchoredCheckpoint> {
  const where = `${url}/checkpoint/${originHash(origin)}`;
  const limits = { redirect: 'error', signal: AbortSignal.timeout(WITNESS_TIMEOUT_MS) } as const;
  const response = await reading(where, ownFetch(where, limits));
  if (response.status === 404) return;
  if (response.status !== 200) throw unreadable(where);
  yield { where, note: await reading(where, boundedText(response, MAX_NOTE_BYTES)) };
}

async function reading<T>(where: string, wanted: Promise<T>): Promise<T> {
  try {
    return await wanted;
  } catch (cause) {
    throw unreadable(where, cause);
  }
}

function unreadable(where: string, cause?: unknown): AnchorUnreadable {
  return new AnchorUnreadable(`anchor \`${where}\` cannot be read`, {
    cause,
    hint: 'check the place and the rights to it; nothing was compared with what it holds',
  });
}
