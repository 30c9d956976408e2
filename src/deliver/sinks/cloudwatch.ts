import type { CloudWatchLogsClient, RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import type { SinkForm } from '../../core/audit-rules.ts';
import { StoreFailed } from '../../core/error.ts';
import { awsClientSettings } from '../aws/aws-client-settings.ts';
import type { AwsAddress } from '../aws/aws-client-settings.ts';
import type { Pace } from '../aws/aws-call.ts';
import { awsErrorFacts } from '../aws/aws-failure.ts';
import { AwsService } from '../aws/aws-service.ts';
import type { RefusedRecord, Sink } from '../sink.ts';
import { keyedRecord } from './keyed-record.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { sendInParts } from './send-in-parts.ts';
import type { PartAnswer, PartLimits } from './send-in-parts.ts';

/** A log stream of CloudWatch Logs. */
export interface CloudwatchSinkOptions extends AwsAddress {
  readonly group: string;
  readonly stream: string;
  readonly form: SinkForm;
  readonly pace?: Pace;
}

/** Of PutLogEvents: 10,000 events, 1 MiB with 26 bytes for each; one event may fill it. */
const PART_LIMITS: PartLimits = {
  maxRecords: 10_000,
  maxBytes: 1_048_576,
  overheadBytes: 26,
  maxRecordBytes: 1_048_576,
};

interface OpenedLogs {
  readonly sdk: typeof import('@aws-sdk/client-cloudwatch-logs');
  readonly client: CloudWatchLogsClient;
}

/**
 * Delivers records to CloudWatch Logs, each as a line of JSON with its key, under the time of the record. What the service does not take
 * for its time is refused by index, with the reason. Group and stream are made where they are missing and the credentials may.
 *
 * @throws {TypeError} for an endpoint that would carry records in the clear.
 */
export function cloudwatchSink(options: CloudwatchSinkOptions): Sink {
  const settings = awsClientSettings(options);
  const name = `log stream \`${options.stream}\` of group \`${options.group}\``;
  const open = async (): Promise<OpenedLogs> => {
    const sdk = await import('@aws-sdk/client-cloudwatch-logs');
    return { sdk, client: new sdk.CloudWatchLogsClient(settings) };
  };
  const target = { service: 'CloudWatch Logs', name, region: options.region } as const;
  const service = new AwsService(target, open, options.pace);
  const where = { logGroupName: options.group, logStreamName: options.stream };

  const put = async (part: readonly KeyedRecord[], signal: AbortSignal): Promise<PartAnswer> => {
    const logEvents = part.map(({ text, occurredAtMs }) => ({ message: text, timestamp: occurredAtMs }));
    const reply = await service.ask(signal, async ({ sdk, client }, abortSignal) => {
      return await client.send(new sdk.PutLogEventsCommand({ ...where, logEvents }), { abortSignal });
    });
    return { pending: [], refused: refusedOf(part, reply.rejectedLogEventsInfo ?? {}), reason: null };
  };

  return {
    limits: { maxRecords: PART_LIMITS.maxRecords, maxBytes: PART_LIMITS.maxBytes, maxAgeMs: 1_000 },
    store: null,
    deliver: async (batch, signal) => {
      const records = batch.records.map((delivered) => keyedRecord(batch.logId, delivered, options.form));
      // The service wants time to go forward within a request, and a clock may not have. All are of one day, so within its 24 hours.
      const inTime = records.sort((a, b) => a.occurredAtMs - b.occurredAtMs || a.index - b.index);
      return await sendInParts(inTime, PART_LIMITS, async (part) => {
        try {
          return await put(part, signal);
        } catch (error) {
          if (!isMissing(error)) throw error;
          await makeStream(service, where, signal);
          return await put(part, signal);
        }
      });
    },
    close: async () => service.close(),
  };
}

/** The group only if the stream cannot be made without it: a role may be allowed the one and not the other. */
async function makeStream(
  service: AwsService<OpenedLogs>,
  where: { readonly logGroupName: string; readonly logStreamName: string },
  signal: AbortSignal,
): Promise<void> {
  const stream = async (): Promise<void> =>
    await service.ask(signal, async ({ sdk, client }, abortSignal) => {
      await client.send(new sdk.CreateLogStreamCommand(where), { abortSignal }).catch(ifNotThere);
    });
  try {
    await stream();
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { logGroupName } = where;
    await service.ask(signal, async ({ sdk, client }, abortSignal) => {
      await client.send(new sdk.CreateLogGroupCommand({ logGroupName }), { abortSignal }).catch(ifNotThere);
    });
    await stream();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof StoreFailed && awsErrorFacts(error.cause).name === 'ResourceNotFoundException';
}

function ifNotThere(error: unknown): void {
  if (awsErrorFacts(error).name !== 'ResourceAlreadyExistsException') throw error;
}

/** Places in the answer count events of the request: up to an end for what is too old, from a start for what is too new. */
function refusedOf(part: readonly KeyedRecord[], info: RejectedLogEventsInfo): readonly RefusedRecord[] {
  const expiredEnd = info.expiredLogEventEndIndex ?? 0;
  const oldEnd = info.tooOldLogEventEndIndex ?? 0;
  const newStart = info.tooNewLogEventStartIndex ?? part.length;
  return part.flatMap(({ index }, place) => {
    if (place < expiredEnd) return [{ index, reason: 'older than the log group keeps events' }];
    if (place < oldEnd) return [{ index, reason: 'older than the 14 days that CloudWatch Logs takes' }];
    if (place >= newStart) return [{ index, reason: 'more than 2 hours ahead of the time of CloudWatch Logs' }];
    return [];
  });
}
