import { waitAfter } from './backoff.ts';
import type { DeliveryClock } from './clock.ts';
import type { KeptPosition } from './kept-position.ts';
import type { Refusals } from './refusals.ts';
import { sendOnce } from './send-once.ts';
import type { SinkHealth } from './sink-health.ts';
import { SinkFailed } from './sink.ts';
import type { Sink, SinkBatch } from './sink.ts';

export interface BatchSenderPorts {
  readonly clock: DeliveryClock;
  readonly position: KeptPosition;
  readonly refusals: Refusals;
  readonly health: SinkHealth;
  readonly stop: AbortSignal;
  /** Writes the position down, unless that was done a moment ago. */
  readonly saveNowAndThen: () => Promise<void>;
}

/** Sends batches to one sink, and remembers over failures which records of the planned one the receiver still wants. */
export class BatchSender {
  readonly #ports: BatchSenderPorts;
  #pending: { readonly firstIndex: number; readonly indexes: ReadonlySet<number> } | null = null;

  constructor(ports: BatchSenderPorts) {
    this.#ports = ports;
  }

  /**
   * Sends a batch until every record of it is acknowledged or set aside.
   *
   * @returns false where the end came before that.
   */
  async send(sink: Sink, batch: SinkBatch): Promise<boolean> {
    const { clock, position, refusals, health, stop } = this.#ports;
    const pending = this.#pending?.firstIndex === batch.firstIndex ? this.#pending.indexes : null;
    let records =
      pending === null || sink.store !== null
        ? batch.records
        : batch.records.filter(({ record }) => pending.has(record.index));
    while (records.length > 0) {
      const answer = await sendOnce(sink, { ...batch, records }, clock, stop);
      const { pending: wanted, refused } = answer;
      refusals.believe(records.length, answer);
      if (refused.length > 0) {
        await refusals.setAside(refused);
        position.change({ refused: position.known.refused + refused.length });
      }
      refusals.note(records, refused, position.known.refused);
      if (wanted.length === 0) break;
      const left = new Set(wanted);
      const isProgress = left.size < records.length;
      this.#pending = { firstIndex: batch.firstIndex, indexes: left };
      if (sink.store === null) records = records.filter(({ record }) => left.has(record.index));
      if (isProgress) health.progressed();
      health.failed(new SinkFailed(answer.reason ?? 'some records were not taken'));
      await this.#ports.saveNowAndThen();
      await clock.sleep(waitAfter(health.failures, answer.retryAfterMs, clock.random), stop);
      if (stop.aborted) return false;
    }
    this.#pending = null;
    health.succeeded();
    return true;
  }
}
