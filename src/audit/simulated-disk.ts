import { basename, dirname } from 'node:path';

import type { FileFacts, LogFile, LogFileSystem } from './log-file-system.ts';

/** One request to the disk, before it is served. */
export interface DiskStep {
  readonly operation: 'open' | 'create' | 'read' | 'write' | 'truncate' | 'sync' | 'syncFolder' | 'stat' | 'list';
  /** Last part of the path. */
  readonly name: string;
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
  isNameDurable: boolean;
}

/** A disk in memory for tests: it forgets at a power cut what was not synced, and fails when told to. */
export class SimulatedDisk implements LogFileSystem {
  readonly #files: Map<string, SimulatedFile>;
  #fate: (step: DiskStep) => StepFate = () => null;
  #steps = 0;

  constructor(files: Map<string, SimulatedFile> = new Map()) {
    this.#files = files;
  }

  /** Decides the fate of every step from now on. */
  onStep(fate: (step: DiskStep) => StepFate): void {
    this.#fate = fate;
  }

  /** Steps asked for so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Takes a file away, as another process would. */
  remove(name: string): void {
    for (const path of this.#files.keys()) if (basename(path) === name) this.#files.delete(path);
  }

  /**
   * The disk after a power cut. What was not synced survives as far as chance has it: names, the beginning of the
   * bytes, and blocks that were given to a file but never written, which read as zeros.
   *
   * @param chance gives a whole number from 0 to its argument, both included.
   */
  afterPowerCut(chance: (most: number) => number): SimulatedDisk {
    const files = new Map<string, SimulatedFile>();
    for (const [path, file] of this.#files) {
      if (!file.isNameDurable && chance(1) === 0) continue;
      const isExtended = file.seen.subarray(0, file.durable.length).equals(file.durable);
      const rest = isExtended ? file.seen.subarray(file.durable.length) : Buffer.alloc(0);
      const kept = chance(rest.length);
      const zeros = Buffer.alloc(chance(1) * chance(rest.length - kept));
      const left = Buffer.concat([file.durable, rest.subarray(0, kept), zeros]);
      files.set(path, { identity: file.identity, seen: left, durable: left, isNameDurable: true });
    }
    return new SimulatedDisk(files);
  }

  async makeFolder(_path: string): Promise<void> {}

  async list(folder: string): Promise<readonly string[]> {
    await this.#step('list', folder);
    return [...this.#files.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path));
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#step('syncFolder', folder);
    for (const [path, file] of this.#files) if (dirname(path) === folder) file.isNameDurable = true;
  }

  async stat(path: string): Promise<FileFacts> {
    await this.#step('stat', path);
    return factsOf(this.#existing(path));
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<LogFile> {
    if (mode === 'create') {
      if (this.#files.has(path)) throw failure('EEXIST');
      await this.#step('create', path);
      const none = Buffer.alloc(0);
      this.#files.set(path, { identity: `${this.#steps}`, seen: none, durable: none, isNameDurable: false });
    } else {
      await this.#step('open', path);
    }
    return this.#openFile(path, this.#existing(path));
  }

  #existing(path: string): SimulatedFile {
    const file = this.#files.get(path);
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
    const fate = this.#fate({ operation, name: basename(path), number: this.#steps });
    if (fate === null) return Number.MAX_SAFE_INTEGER;
    if ('failWith' in fate) throw failure(fate.failWith);
    if ('takeBytes' in fate) return fate.takeBytes;
    await fate.waitFor;
    return Number.MAX_SAFE_INTEGER;
  }
}

function factsOf(file: SimulatedFile): FileFacts {
  return { identity: file.identity, sizeBytes: file.seen.length };
}

function failure(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}
