import { basename, dirname } from 'node:path';

import type { FileFacts, LogFile, LogFileSystem } from './log-file-system.ts';

/** One request to the disk, before it is served. */
export interface DiskStep {
  readonly operation:
    | 'open'
    | 'create'
    | 'read'
    | 'write'
    | 'truncate'
    | 'sync'
    | 'syncFolder'
    | 'stat'
    | 'list'
    | 'makeFolder'
    | 'rename'
    | 'remove'
    | 'removeFolder';
  /** Last part of the path; of a rename, that of the new one. */
  readonly name: string;
  readonly path: string;
  /** Counts all steps from 1. */
  readonly number: number;
}

/** What becomes of a step: it is served, fails with a code, hangs until a promise settles, or takes only some bytes. */
export type StepFate =
  null | { readonly failWith: string } | { readonly waitFor: Promise<void> } | { readonly takeBytes: number };

interface SimulatedFile {
  readonly identity: string;
  /** What a reader sees. */
  seen: Buffer;
  /** What is on the disk for sure. */
  durable: Buffer;
}

/** A disk in memory for tests: it forgets at a power cut what was not synced, and fails when told to. */
export class SimulatedDisk implements LogFileSystem {
  /** Files by the names that a reader sees. */
  readonly #seen: Map<string, SimulatedFile>;
  /** Files by the names that are on the disk for sure. */
  readonly #durable: Map<string, SimulatedFile>;
  #fate: (step: DiskStep) => StepFate = () => null;
  #steps = 0;

  constructor(files: ReadonlyMap<string, SimulatedFile> = new Map()) {
    this.#seen = new Map(files);
    this.#durable = new Map(files);
  }

  /** Decides the fate of every step from now on. */
  onStep(fate: (step: DiskStep) => StepFate): void {
    this.#fate = fate;
  }

  /** Steps asked for so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Paths of all files that a reader sees. */
  get paths(): readonly string[] {
    return [...this.#seen.keys()];
  }

  /** What a file holds now, for a test to look at or to change. */
  bytesOf(path: string): Buffer {
    return this.#existing(path).seen;
  }

  /** Takes a file away, as another process would. */
  takeAway(name: string): void {
    for (const path of this.#seen.keys()) if (basename(path) === name) this.#forget(path);
  }

  /**
   * The disk after a power cut. What was not synced survives as far as chance has it: each change of a name by itself,
   * the beginning of the bytes, and blocks that were given to a file but never written, which read as zeros.
   *
   * @param chance gives a whole number from 0 to its argument, both included.
   */
  afterPowerCut(chance: (most: number) => number): SimulatedDisk {
    const files = new Map<string, SimulatedFile>();
    const left = new Map<SimulatedFile, SimulatedFile>();
    for (const path of new Set([...this.#durable.keys(), ...this.#seen.keys()])) {
      const [before, after] = [this.#durable.get(path), this.#seen.get(path)];
      const file = before === after || chance(1) === 0 ? before : after;
      if (file === undefined) continue;
      if (!left.has(file)) left.set(file, remains(file, chance));
      files.set(path, left.get(file) ?? file);
    }
    return new SimulatedDisk(files);
  }

  async makeFolder(path: string): Promise<void> {
    await this.#step('makeFolder', path);
  }

  async list(folder: string): Promise<readonly string[]> {
    await this.#step('list', folder);
    const names = [...this.#seen.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split('/')[0] ?? '');
    return [...new Set(names)];
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#step('syncFolder', folder);
    for (const path of this.#durable.keys()) if (dirname(path) === folder) this.#durable.delete(path);
    for (const [path, file] of this.#seen) if (dirname(path) === folder) this.#durable.set(path, file);
  }

  async stat(path: string): Promise<FileFacts> {
    await this.#step('stat', path);
    return factsOf(this.#existing(path));
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<LogFile> {
    if (mode === 'create') {
      if (this.#seen.has(path)) throw failure('EEXIST');
      await this.#step('create', path);
      const none = Buffer.alloc(0);
      this.#seen.set(path, { identity: `${this.#steps}`, seen: none, durable: none });
    } else {
      await this.#step('open', path);
    }
    return this.#openFile(path, this.#existing(path));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename', to);
    const file = this.#existing(from);
    this.#seen.delete(from);
    this.#seen.set(to, file);
  }

  async remove(path: string): Promise<void> {
    await this.#step('remove', path);
    this.#existing(path);
    this.#seen.delete(path);
  }

  async removeFolder(path: string): Promise<void> {
    await this.#step('removeFolder', path);
    if ((await this.list(path)).length > 0) throw failure('ENOTEMPTY');
  }

  #forget(path: string): void {
    this.#seen.delete(path);
    this.#durable.delete(path);
  }

  #existing(path: string): SimulatedFile {
    const file = this.#seen.get(path);
    if (file === undefined) throw failure('ENOENT');
    return file;
  }

  #openFile(path: string, file: SimulatedFile): LogFile {
    return {
      stat: async () => factsOf(file),
      read: async (into, offset) => {
        await this.#step('read', path);
        return file.seen.copy(into, 0, Math.min(offset, file.seen.length));
      },
      write: async (bytes, offset) => {
        const taken = bytes.subarray(0, await this.#step('write', path));
        const grown = Buffer.alloc(Math.max(file.seen.length, offset + taken.length));
        file.seen.copy(grown);
        grown.set(taken, offset);
        file.seen = grown;
        return taken.length;
      },
      truncate: async (sizeBytes) => {
        await this.#step('truncate', path);
        file.seen = Buffer.from(file.seen.subarray(0, sizeBytes));
      },
      sync: async () => {
        await this.#step('sync', path);
        file.durable = file.seen;
      },
      close: async () => undefined,
    };
  }

  /** Serves a step. Gives how many bytes a write may take. */
  async #step(operation: DiskStep['operation'], path: string): Promise<number> {
    this.#steps += 1;
    const fate = this.#fate({ operation, name: basename(path), path, number: this.#steps });
    if (fate === null) return Number.MAX_SAFE_INTEGER;
    if ('failWith' in fate) throw failure(fate.failWith);
    if ('takeBytes' in fate) return fate.takeBytes;
    await fate.waitFor;
    return Number.MAX_SAFE_INTEGER;
  }
}

function remains(file: SimulatedFile, chance: (most: number) => number): SimulatedFile {
  const isExtended = file.seen.subarray(0, file.durable.length).equals(file.durable);
  const rest = isExtended ? file.seen.subarray(file.durable.length) : Buffer.alloc(0);
  const kept = chance(rest.length);
  const zeros = Buffer.alloc(chance(1) * chance(rest.length - kept));
  const left = Buffer.concat([file.durable, rest.subarray(0, kept), zeros]);
  return { identity: file.identity, seen: left, durable: left };
}

function factsOf(file: SimulatedFile): FileFacts {
  return { identity: file.identity, sizeBytes: file.seen.length, isOwnersAlone: true };
}

function failure(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}
