import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { localAnchor } from '../bin/verify-trust.ts';
import { UsageError } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { folderTree, objectTree } from '../verify/index.ts';
import type { Anchor, FileTree } from '../verify/index.ts';
import { bucketStore } from './log-place.ts';
import type { PlaceOptions } from './log-place.ts';
import { ownPaths } from './place.ts';

/** Branch of a git anchor where none is named: the one of the policy's `audit.anchors`. */
const DEFAULT_BRANCH = 'checkpoints';

/** Places that were opened for verifying; whoever opened them closes them. */
export class VerifyPlaces {
  readonly #options: PlaceOptions;
  readonly #stores: ObjectStore[] = [];
  readonly #folders: string[] = [];

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** A log or store by what somebody typed: a folder, `s3://bucket/prefix`, or null for the log of the state folder. */
  async tree(given: string | null): Promise<FileTree> {
    if (given?.startsWith('s3://') === true) return objectTree(await this.#open(given));
    if (this.#options.firstVersions === true)
      throw new UsageError('only a bucket has versions', { hint: 'name it: `s3://bucket/prefix`' });
    return folderTree(given === null ? ownPaths().audit : resolve(given));
  }

  /** An anchor by what somebody typed: a folder or file, `s3://…`, `git:REMOTE#BRANCH`, or the URL of a witness. */
  async anchor(given: string): Promise<Anchor> {
    if (given.startsWith('s3://')) {
      const store = await this.#open(given);
      return await anchorOf(given, { to: 'store', store });
    }
    if (given.startsWith('git:')) {
      const [remote = '', branch = DEFAULT_BRANCH] = given.slice('git:'.length).split('#');
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-anchor-'));
      this.#folders.push(folder);
      const { gitIn } = await import('../witness/index.ts');
      return await anchorOf(given, { to: 'git', remote, branch, git: gitIn(folder, process.env) });
    }
    if (/^https?:\/\//.test(given)) return await anchorOf(given, { to: 'witness', url: given.replace(/\/+$/, '') });
    return localAnchor(given);
  }

  close(): void {
    for (const store of this.#stores) store.close();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  async #open(given: string): Promise<ObjectStore> {
    const store = await bucketStore(given, this.#options);
    this.#stores.push(store);
    return store;
  }
}

type AnchorPlace = Parameters<typeof import('../witness/index.ts').readAnchor>[0];

async function anchorOf(place: string, at: AnchorPlace): Promise<Anchor> {
  const { readAnchor } = await import('../witness/index.ts');
  return { place, read: (origin) => readAnchor(at, origin) };
}
