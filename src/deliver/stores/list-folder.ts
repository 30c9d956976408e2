import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreFailed } from '../../core/error.ts';
import { isObjectKey } from '../../core/object-store.ts';
import type { ListedObject } from '../../core/object-store.ts';
import { systemCode } from './folder-failure.ts';

/**
 * Files under a folder whose keys start with a text, in the order of their keys' bytes. One folder's names at a time are held. Names
 * that start with a dot are none of the store's: drafts that a crash left behind, and what systems put into folders.
 *
 * @throws {StoreFailed} `STORE_REFUSED` for a link, a pipe, and any other thing that is neither file nor folder.
 */
export async function* listFolder(root: string, start: string, folder = ''): AsyncGenerator<ListedObject> {
  for (const { name, isFolder } of await entriesOf(root, folder, start)) {
    const key = folder + name;
    if (isFolder) {
      yield* listFolder(root, start, `${key}/`);
      continue;
    }
    const facts = await lstat(join(root, key));
    yield { key, sizeBytes: facts.size };
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

async function entriesOf(root: string, folder: string, start: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const entry of await namesOf(root, folder)) {
    const key = folder + entry.name;
    // What is under a folder starts with its name and a slash: it is of interest if that and the text agree as far as they go.
    const reach = entry.isDirectory() ? `${key}/` : key;
    if (entry.name.startsWith('.') || !(reach.startsWith(start) || (entry.isDirectory() && start.startsWith(reach))))
      continue;
    if ((!entry.isFile() && !entry.isDirectory()) || !isObjectKey(key)) {
      throw new StoreFailed('STORE_REFUSED', `${JSON.stringify(key.slice(0, 200))} is no object of a store`);
    }
    entries.push({ name: entry.name, isFolder: entry.isDirectory() });
  }
  const place = ({ name, isFolder }: Entry): string => (isFolder ? `${name}/` : name);
  return entries.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

async function namesOf(root: string, folder: string): ReturnType<typeof direntsOf> {
  try {
    return await direntsOf(join(root, folder));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (folder !== '') return [];
    throw new StoreFailed('STORE_MISCONFIGURED', 'the folder does not exist', { cause: error });
  }
}

const direntsOf = (path: string) => readdir(path, { withFileTypes: true });
