import { readLog } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';

/** The log that is delivered. It is read from its folder; this only says how far. */
export interface LogSource {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** The name of the log, by which receivers know its records. */
  readonly origin: string;
  /** Version of this program, as OCSF events name it. */
  readonly version: string;
  /** Its verifier key, one line. */
  readonly vkey: string;
  /** Durable records. What lies behind them in the folder may still be lost, and is not sent. */
  readonly size: () => number;
  /** The newest checkpoint, as a signed note, whose tiles are in the folder; null where there is none yet. */
  readonly checkpoint: () => { readonly size: number; readonly note: string } | null;
}

/** Reads the durable records of a log in order, one by one, holding no more than a piece of a segment. */
export class LogCursor {
  readonly #source: LogSource;
  readonly #end = new AbortController();
  readonly #records: AsyncGenerator<LoggedRecord>;
  #nextIndex: number;
  #held: LoggedRecord | null = null;
  #head: Sha256 | null = null;

  /** @param fromIndex of the first record that it gives. */
  constructor(source: LogSource, fromIndex: number) {
    this.#source = source;
    this.#nextIndex = fromIndex;
    this.#records = readLog(source.folder, { fromIndex, follow: this.#end.signal });
  }

  /** Index of the record that {@link peek} gives. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Hash of the record before it, null until {@link skip} went over one. */
  get head(): Sha256 | null {
    return this.#head;
  }

  /**
   * The next record, without going on to the one behind it; null where no durable one is there yet.
   *
   * @throws {AuditCorrupt} where its line holds no record; the cursor is of no use then.
   */
  async peek(): Promise<LoggedRecord | null> {
    if (this.#held !== null) return this.#held;
    // Asked only for what is there, the reader never waits.
    if (this.#nextIndex >= this.#source.size()) return null;
    const next = await this.#records.next();
    if (next.done === true) return null;
    this.#held = next.value;
    return this.#held;
  }

  /** Goes on behind the record that {@link peek} gave. */
  skip(): void {
    if (this.#held === null) throw new TypeError('no record was looked at');
    this.#nextIndex = this.#held.index + 1;
    this.#head = this.#held.hash;
    this.#held = null;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#records.return(undefined);
  }
}
