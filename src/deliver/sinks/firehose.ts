import type { FirehoseClient, PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose';
import type { SinkForm } from '../../core/audit-rules.ts';
import { StoreFailed } from '../../core/error.ts';
import { awsClientSettings } from '../aws/aws-client-settings.ts';
import type { AwsAddress } from '../aws/aws-client-settings.ts';
import type { Pace } from '../aws/aws-call.ts';
import { AwsService } from '../aws/aws-service.ts';
import type { Sink } from '../sink.ts';
import { keyedRecord } from './keyed-record.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { sendInParts } from './send-in-parts.ts';
import type { PartAnswer, PartLimits } from './send-in-parts.ts';

/** A delivery stream of Amazon Data Firehose. */
export interface FirehoseSinkOptions extends AwsAddress {
  readonly stream: string;
  readonly form: SinkForm;
  readonly pace?: Pace;
}

/** Of PutRecordBatch: 500 records, 4 MiB, 1,000 KiB a record; the newline counts. */
const PART_LIMITS: PartLimits = {
  maxRecords: 500,
  maxBytes: 4 * 1024 * 1024,
  overheadBytes: 1,
  maxRecordBytes: 1_000 * 1024,
};

interface OpenedFirehose {
  readonly sdk: typeof import('@aws-sdk/client-firehose');
  readonly client: FirehoseClient;
}

/**
 * Delivers records to Firehose, each as a line of JSON with its key. Firehose promises no order and may write a record twice. Of a
 * request that it took in part, only what it did not take is pending.
 *
 * @throws {TypeError} for an endpoint that would carry records in the clear.
 */
export function firehoseSink(options: FirehoseSinkOptions): Sink {
  const settings = awsClientSettings(options);
  const target = { service: 'Firehose', name: `stream \`${options.stream}\``, region: options.region } as const;
  const open = async (): Promise<OpenedFirehose> => {
    const sdk = await import('@aws-sdk/client-firehose');
    return { sdk, client: new sdk.FirehoseClient(settings) };
  };
  const service = new AwsService(target, open, options.pace);
  return {
    limits: { maxRecords: 2_000, maxBytes: PART_LIMITS.maxBytes, maxAgeMs: 1_000 },
    store: null,
    deliver: async (batch, signal) => {
      const records = batch.records.map((delivered) => keyedRecord(batch.logId, delivered, options.form));
      return await sendInParts(records, PART_LIMITS, async (part) => {
        const Records = part.map(({ text }) => ({ Data: Buffer.from(`${text}\n`) }));
        const reply = await service.ask(signal, async ({ sdk, client }, abortSignal) => {
          const command = new sdk.PutRecordBatchCommand({ DeliveryStreamName: options.stream, Records });
          return await client.send(command, { abortSignal });
        });
        return answerOf(part, reply, options.stream);
      });
    },
    close: async () => service.close(),
  };
}

/** What is not known by an id of the service's own was not taken. */
function answerOf(part: readonly KeyedRecord[], reply: PutRecordBatchCommandOutput, stream: string): PartAnswer {
  const said = reply.RequestResponses ?? [];
  if (said.length !== part.length) {
    throw new StoreFailed(
      'STORE_UNREACHABLE',
      `Firehose, stream \`${stream}\`: its answer does not tell of each record`,
    );
  }
  const isTaken = (place: number): boolean => {
    const { RecordId, ErrorCode } = said[place] ?? {};
    return RecordId !== undefined && RecordId !== '' && ErrorCode === undefined;
  };
  const pending = part.filter((_, place) => !isTaken(place)).map(({ index }) => index);
  if (pending.length === 0) return { pending, refused: [], reason: null };
  const codes = new Set(said.map(({ ErrorCode = '' }) => ErrorCode).filter((code) => /^[A-Za-z]{1,60}$/.test(code)));
  const why = codes.size === 0 ? '' : ` (${[...codes].slice(0, 3).join(', ')})`;
  const reason = `Firehose, stream \`${stream}\`: ${pending.length} of ${part.length} records were not taken${why}`;
  return { pending, refused: [], reason };
}
