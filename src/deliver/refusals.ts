import type { JsonObject } from '../core/json.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import { oneLine } from './one-line.ts';
import { SinkFailed } from './sink.ts';
import type { RefusedRecord, SinkAnswer, SinkBatch } from './sink.ts';

export interface RefusalPorts {
  /** Name of the sink. */
  readonly sink: string;
  /** Origin of the log. */
  readonly logId: string;
  readonly files: Pick<DeliveryFiles, 'append'>;
  readonly nowMs: () => number;
  readonly tell: (event: string, body: JsonObject) => void;
}

/** What becomes of records that one sink refuses for good. */
export class Refusals {
  readonly #ports: RefusalPorts;
  #isRefusing = false;
  /** Whether the newest answer took anything. */
  #hasTaken = false;

  constructor(ports: RefusalPorts) {
    this.#ports = ports;
  }

  /**
   * A receiver that refuses all it is given is more likely set up wrongly than right: that is believed only directly after
   * an answer by which it took something.
   *
   * @throws {SinkFailed} where it is not believed.
   */
  believe(sent: number, { refused, reason }: SinkAnswer): void {
    const isAllRefused = refused.length === sent;
    const isBelieved = this.#hasTaken || !isAllRefused;
    this.#hasTaken = !isAllRefused;
    if (isBelieved) return;
    throw new SinkFailed(`every record is refused: ${refused[0]?.reason ?? reason ?? 'no reason was given'}`);
  }

  /** Keeps them where people find them. They count as done once that is durable. */
  async setAside(refused: readonly RefusedRecord[]): Promise<void> {
    const { sink, logId, files, nowMs } = this.#ports;
    const atMs = nowMs();
    const lines = refused.map(({ index, reason }) =>
      JSON.stringify({ index, key: `${logId}/${index}`, reason: oneLine(reason), atMs }),
    );
    await files.append(`${sink}.refused.jsonl`, `${lines.join('\n')}\n`);
  }

  /**
   * Tells when the sink begins to refuse records and when it takes all again. Records about the delivery itself count for
   * neither: a sink that refused those would be told about for ever.
   *
   * @param total records that were set aside so far.
   */
  note(records: SinkBatch['records'], refused: readonly RefusedRecord[], total: number): void {
    const { sink, tell } = this.#ports;
    const own = new Set(records.filter(({ record }) => isAboutDelivery(record)).map(({ record }) => record.index));
    const [first] = refused.filter(({ index }) => !own.has(index));
    if (first !== undefined && !this.#isRefusing) {
      this.#isRefusing = true;
      const body = { records: refused.length, firstIndex: first.index, reason: oneLine(first.reason) };
      tell('delivery-refused', { sink, ...body });
    } else if (this.#isRefusing && refused.length === 0 && own.size < records.length) {
      this.#isRefusing = false;
      tell('delivery-refused-no-more', { sink, records: total });
    }
  }
}

function isAboutDelivery({ kind, body }: { readonly kind: string; readonly body: JsonObject }): boolean {
  return kind === 'log' && typeof body['event'] === 'string' && body['event'].startsWith('delivery-');
}
