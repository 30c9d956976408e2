import type { Checkpoint } from '../tlog/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import type { OcsfSource } from '../ocsf/index.ts';
import type { TreeTile } from './tree-tile.ts';

/** A record on its way to a sink. */
export interface DeliveredRecord {
  readonly record: LoggedRecord;
  /** The exact line of the log, without its newline. */
  readonly line: Uint8Array;
  /** Which log it is of, as its OCSF event says. */
  readonly source: OcsfSource;
}

/**
 * Consecutive records of one UTC day (by the time of each record). The range is durable before anything of it is sent: a
 * second try, in this process or after its death, has the same range and the same lines.
 */
export interface SinkBatch {
  /** Origin of the log. `<logId>/<index>` is the key by which a receiver knows a record that it has. */
  readonly logId: string;
  /** Indexes of the whole range, both included. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /**
   * In the order of the log, at least one. A store gets every record of the range each time. Other sinks get those of the
   * kinds that the policy names, and on another try only those that the sink said are pending.
   */
  readonly records: readonly DeliveredRecord[];
}

/** A record that the sink will never take, as it stands. `reason` is one line and quotes nothing of the record. */
export interface RefusedRecord {
  readonly index: number;
  readonly reason: string;
}

/**
 * What became of a batch that was answered. Every record of it that is in neither list is acknowledged: the receiver said
 * that it has it, in the strongest way that its protocol knows.
 */
export interface SinkAnswer {
  /** Indexes that are to be sent again. */
  readonly pending: readonly number[];
  /** What is set aside and alarmed. Only what another try cannot change belongs here; a wrong token does not. */
  readonly refused: readonly RefusedRecord[];
  /** Why records are pending, in one line without secrets; null where none are. */
  readonly reason: string | null;
  /** Milliseconds that the receiver asks to wait before the next try; null where it does not say. */
  readonly retryAfterMs: number | null;
}

/** The answer where everything was taken. */
export const ALL_TAKEN: SinkAnswer = { pending: [], refused: [], reason: null, retryAfterMs: null };

/** A failure of a whole batch, of which nothing is known to have arrived. */
export class SinkFailed extends Error {
  /** Milliseconds that the receiver asks to wait before the next try; null where it does not say. */
  readonly retryAfterMs: number | null;

  /** @param message one line, lower case, without secrets and without what the records hold. */
  constructor(message: string, options: { readonly cause?: unknown; readonly retryAfterMs?: number | null } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SinkFailed';
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/**
 * How batches for a sink are cut. A batch is sent once any of these is reached, its UTC day is over, or waiting for more would
 * come near what the policy lets a sink be behind.
 */
export interface BatchLimits {
  readonly maxRecords: number;
  /** Bytes of the lines with a newline each, before any compression. One record alone may be longer. */
  readonly maxBytes: number;
  /** Milliseconds that the first record of a batch waits for others. */
  readonly maxAgeMs: number;
}

/** The tree as it was at one checkpoint, for stores. */
export interface DeliveredTree {
  /** Records under the checkpoint: all of them were acknowledged by this sink. */
  readonly size: number;
  /** The signed note, byte for byte. */
  readonly checkpoint: Uint8Array;
  /** The verifier key of the log, one line with its newline. */
  readonly vkey: string;
  /** Tiles that this sink was not given yet, and the partial ones of this checkpoint; read as they are asked for. */
  readonly tiles: AsyncIterable<TreeTile>;
}

/** What a store does besides taking records. */
export interface SinkStore {
  /**
   * Puts the tiles, then `checkpoints/<size>`, then `checkpoint` and `log.vkey`. May be called again with the same tree.
   *
   * @throws {SinkFailed} or any error where it could not be put whole; it is then tried again.
   */
  putTree(tree: DeliveredTree, signal: AbortSignal): Promise<void>;
  /**
   * Where a position file was lost: how many records from 0 on the store holds without a gap, as its names of objects
   * say. 0 for an empty store.
   */
  heldRecords(logId: string, signal: AbortSignal): Promise<number>;
  /** The newest checkpoint that the store holds, whoever signed it; null where it holds none. */
  newestHead(signal: AbortSignal): Promise<Checkpoint | null>;
}

/**
 * A place that records are delivered to. One worker uses it: no two calls at the same time.
 *
 * A sink holds no position and no queue, and never tries again by itself: the engine does.
 */
export interface Sink {
  readonly limits: BatchLimits;
  /** Null for a sink that holds no tiles and checkpoints. */
  readonly store: SinkStore | null;
  /**
   * Sends one batch and waits for what the receiver says.
   *
   * MUST NOT resolve before the receiver has acknowledged what the answer counts as taken.
   * MUST settle soon after `signal` is aborted, which happens at the end and when a try takes too long.
   *
   * @throws {SinkFailed} or any error where the whole batch is to be tried again.
   */
  deliver(batch: SinkBatch, signal: AbortSignal): Promise<SinkAnswer>;
  /** Lets connections go. Does nothing the second time. */
  close(): Promise<void>;
}
