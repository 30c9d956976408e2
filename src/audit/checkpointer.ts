import type { CheckpointHealth } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import { tilePath } from '../tlog/index.ts';
import type { NoteSigner, TileId } from '../tlog/index.ts';
import { errorCode } from './log-file-system.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { snapshotRoot } from './log-tree.ts';
import type { LogTree } from './log-tree.ts';
import { signCheckpoint, storeCheckpoint } from './signed-checkpoint.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';
import { removePartial, storeTiles } from './tile-folder.ts';

/** Milliseconds from a record to the signing of a checkpoint over it: half of the second that is promised. */
export const CHECKPOINT_DELAY_MS = 500;

/** Milliseconds from a failed attempt to the next. */
const RETRY_MS = 1_000;

/** Milliseconds that a record waits for its checkpoint until that counts as a failure of the log. */
export const CHECKPOINT_LATE_MS = 10_000;

export interface CheckpointerOptions {
  readonly folder: string;
  readonly fs: LogFileSystem;
  readonly signer: NoteSigner;
  readonly tree: LogTree;
  /** The newest checkpoint of the log. */
  readonly signed: SignedCheckpoint;
  /** Partial tiles of that checkpoint, where they are on the disk. */
  readonly stored: readonly TileId[];
  /** Other partial tiles on the disk. */
  readonly strays: readonly TileId[];
  readonly delayMs: number;
}

/** Attempts that failed before one worked. */
export interface FailedAttempts {
  readonly failures: number;
  /** Of the last of them. */
  readonly code: string;
}

/**
 * Signs the head of the log's tree, off the way of the records: tiles first, the checkpoint when they are durable, and the
 * partial tiles of the checkpoint before go when that is durable too. What fails is tried again and loses nothing.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #listeners = new Set<(checkpoint: SignedCheckpoint) => void>();
  #signed: SignedCheckpoint;
  /** Partial tiles on the disk that the newest checkpoint does not need. */
  #strays: readonly TileId[];
  /** Partial tiles of the newest checkpoint by their path. */
  #stored: ReadonlyMap<string, TileId>;
  #timer: NodeJS.Timeout | null = null;
  #attempt: Promise<void> | null = null;
  /** When the oldest record came that no checkpoint covers, by the clock that only goes forward. */
  #unsignedSinceMs: number | null = null;
  #failures = 0;
  #lastFailure: unknown = null;
  #overcome: FailedAttempts | null = null;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#signed = options.signed;
    this.#strays = options.strays;
    this.#stored = byPath(options.stored);
    if (options.tree.size > options.signed.size) this.#await();
  }

  /** The newest checkpoint that is durable. */
  get signed(): SignedCheckpoint {
    return this.#signed;
  }

  get health(): CheckpointHealth {
    const lateMs = this.#unsignedSinceMs === null ? 0 : Math.round(performance.now() - this.#unsignedSinceMs);
    return {
      state: lateMs > CHECKPOINT_LATE_MS ? 'failing' : 'ok',
      lateMs,
      failures: this.#failures,
      error: this.#lastFailure === null ? null : `checkpoint not signed: failed with ${errorCode(this.#lastFailure)}`,
    };
  }

  /** Calls `listener`, which must not throw, with each checkpoint once it is durable; the function that it gives ends that. */
  onCheckpoint(listener: (checkpoint: SignedCheckpoint) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes records that are durable. They are covered by a checkpoint within a second. */
  add(leaves: readonly Sha256[]): void {
    this.#options.tree.add(leaves);
    this.#await();
  }

  /** Folds what was added into the tree, at a moment when this thread has nothing better to do. */
  fold(): void {
    this.#options.tree.fold();
  }

  /** Failed attempts that are over and were not told yet; null where there are none. */
  get overcome(): FailedAttempts | null {
    return this.#overcome;
  }

  /** Says that `told` is in the log. */
  tell(told: FailedAttempts): void {
    if (this.#overcome === told) this.#overcome = null;
  }

  /** Signs no more once this resolves. */
  async stop(): Promise<void> {
    await this.#attempt;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Signs what is there now, and then no more. Errors of the system pass through. */
  async close(): Promise<void> {
    await this.stop();
    if (this.#options.tree.size > this.#signed.size) await this.#sign();
  }

  #await(): void {
    this.#unsignedSinceMs ??= performance.now();
    if (this.#timer === null && this.#attempt === null) this.#schedule(this.#options.delayMs);
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#attempt = this.#try();
    }, delayMs);
  }

  async #try(): Promise<void> {
    let isFailed = false;
    try {
      await this.#sign();
    } catch (error) {
      this.#failures += 1;
      this.#lastFailure = error;
      isFailed = true;
    }
    this.#attempt = null;
    if (this.#options.tree.size <= this.#signed.size) return;
    // What came while this attempt ran has waited as long as it took.
    const waitedMs = this.#unsignedSinceMs === null ? 0 : performance.now() - this.#unsignedSinceMs;
    this.#schedule(isFailed ? RETRY_MS : Math.max(0, this.#options.delayMs - waitedMs));
    // A program that has nothing else to do is not kept alive by a disk that does not come back.
    if (isFailed) this.#timer?.unref();
  }

  async #sign(): Promise<void> {
    const { folder, fs, signer, tree } = this.#options;
    const startMs = performance.now();
    const snapshot = tree.snapshot();
    const partials = byPath(snapshot.partials);
    const missing = snapshot.partials.filter((tile) => !this.#stored.has(pathOf(tile)));
    // Should this attempt fail, the next one needs others.
    this.#strays = [...this.#strays, ...missing];
    await storeTiles(folder, [...snapshot.filled, ...missing], fs);
    tree.forget(snapshot.filled);
    const signed = signCheckpoint(snapshot.size, await snapshotRoot(snapshot), signer);
    await storeCheckpoint(folder, signed, fs);
    this.#strays = [...this.#strays, ...this.#stored.values()].filter((tile) => !partials.has(pathOf(tile)));
    this.#stored = partials;
    this.#signed = signed;
    this.#unsignedSinceMs = tree.size > signed.size ? startMs : null;
    if (this.#failures > 0) this.#overcome = { failures: this.#failures, code: errorCode(this.#lastFailure) };
    this.#failures = 0;
    this.#lastFailure = null;
    for (const listener of this.#listeners) listener(signed);
    await this.#tidy();
  }

  /** Removes what the newest checkpoint does not need. What cannot be removed is tried again after the next one. */
  async #tidy(): Promise<void> {
    const left: TileId[] = [];
    for (const stray of this.#strays) {
      await removePartial(this.#options.folder, stray, this.#options.fs).catch(() => left.push(stray));
    }
    this.#strays = left;
  }
}

function byPath(tiles: readonly TileId[]): ReadonlyMap<string, TileId> {
  return new Map(tiles.map((tile) => [pathOf(tile), tile]));
}

function pathOf({ level, index, width }: TileId): string {
  return tilePath(level, index, width);
}
