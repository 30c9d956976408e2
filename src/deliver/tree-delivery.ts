import { AuditCorrupt } from '../core/error.ts';
import { equalHashes, openNote, parseCheckpoint } from '../tlog/index.ts';
import type { Checkpoint } from '../tlog/index.ts';
import type { DeliveryClock } from './clock.ts';
import type { LogSource } from './log-source.ts';
import { withinTime } from './send-once.ts';
import { SinkFailed } from './sink.ts';
import type { SinkStore } from './sink.ts';
import { rootOfFirst, treeTiles } from './tree-reader.ts';

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
   * Checks that what the store holds is the beginning of this log, before anything is added to it.
   *
   * @throws {AuditCorrupt} where the store holds another history, or more than this log: it was put back, or another host
   *   delivers a log of the same name.
   */
  async checkFits(clock: DeliveryClock, stop: AbortSignal): Promise<void> {
    const store = this.#store;
    if (store === null) return;
    const held = await withinTime(clock, stop, (signal) => store.newestHead(signal));
    if (held === null || held.size === 0) return;
    const newest = this.#source.checkpoint();
    const size = this.#source.size();
    if (held.size > size) throw forked(`the store holds ${held.size} records, more than the ${size} of this log`);
    if (newest === null || newest.size < held.size)
      throw new SinkFailed(`the log has not signed the ${held.size} records yet that the store holds`);
    if (!equalHashes(await rootOfFirst(this.#source, held.size, newest.size), held.root))
      throw forked(`the ${held.size} records that the store holds are not the first of this log`);
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
      tiles: treeTiles(source, treeSize, headOf(found.note)),
    };
    await withinTime(clock, stop, (signal) => store.putTree(tree, signal));
    return found.size;
  }
}

function forked(message: string): AuditCorrupt {
  return new AuditCorrupt(message, {
    hint: 'the folder of the log was put back to an older state, or two hosts deliver under one name: keep both, and compare them with `sallyport audit verify`',
  });
}

/** What a checkpoint of our own log says. @throws {AuditCorrupt} where it is none. */
function headOf(note: string): Checkpoint {
  const text = openNote(note, [])?.text;
  const checkpoint = text === undefined ? null : parseCheckpoint(text);
  if (checkpoint === null) throw new AuditCorrupt('checkpoint of the log is none');
  return checkpoint;
}
