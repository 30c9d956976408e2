import type { DeliveryClock } from './clock.ts';
import type { LogSource } from './log-source.ts';
import { withinTime } from './send-once.ts';
import type { SinkStore } from './sink.ts';
import { treeTiles } from './tree-reader.ts';

/** Brings checkpoints and their tiles to a store, each once all its records are there. Does nothing for other sinks. */
export class TreeDelivery {
  readonly #source: LogSource;
  readonly #store: SinkStore | null;
  /** A checkpoint whose records are on their way. */
  #held: ReturnType<LogSource['checkpoint']> = null;

  constructor(source: LogSource, store: SinkStore | null) {
    this.#source = source;
    this.#store = store;
  }

  /**
   * Puts the newest checkpoint that the store has all records of, where there is one that it lacks.
   *
   * @param treeSize of the newest checkpoint that the store has.
   * @param acked records that the store has.
   * @returns size of the newest checkpoint that the store has now.
   */
  async put(treeSize: number, acked: number, clock: DeliveryClock, stop: AbortSignal): Promise<number> {
    const store = this.#store;
    if (store === null) return treeSize;
    if (this.#held !== null && this.#held.size <= treeSize) this.#held = null;
    const newest = this.#source.checkpoint();
    const found = [newest, this.#held].find((one) => one !== null && one.size <= acked);
    // Under load the newest one is always ahead: one that was ahead before is behind by now.
    if (newest !== null && newest.size > acked) this.#held ??= newest;
    if (found === undefined || found === null || found.size <= treeSize) return treeSize;
    const source = this.#source;
    const tree = {
      size: found.size,
      checkpoint: Buffer.from(found.note),
      vkey: `${source.vkey.trim()}\n`,
      tiles: treeTiles(source, treeSize, found.size),
    };
    await withinTime(clock, stop, (signal) => store.putTree(tree, signal));
    return found.size;
  }
}
