import type { SinkForm } from '../../core/audit-rules.ts';
import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { ocsfOf } from '../../ocsf/index.ts';
import { recordKey, textOf } from '../form.ts';
import { sendHalving } from '../halving.ts';
import type { RequestOutcome } from '../halving.ts';
import { jsonOf } from '../http-post.ts';
import type { HttpAnswer, HttpReceiver } from '../http-post.ts';
import { oneLine } from '../one-line.ts';
import { ALL_TAKEN, SinkFailed } from '../sink.ts';
import type { BatchLimits, DeliveredRecord, Sink } from '../sink.ts';

/** Receivers take 4 MiB by default, and quotes and attributes come on top of the lines. */
const LIMITS: BatchLimits = { maxRecords: 1_000, maxBytes: 1024 * 1024, maxAgeMs: 2_000 };

export interface OtlpSinkOptions {
  /** Closed with the sink. */
  readonly receiver: HttpReceiver;
  readonly form: SinkForm;
  /** Bearer token; null where the receiver wants none. */
  readonly token: string | null;
  readonly hostname: string;
}

/**
 * Delivers records as log records of OTLP over HTTP, in the JSON encoding. Each has its key as `log.record.uid`.
 *
 * A receiver that takes a request in part does not say which records it left out, and the protocol forbids to send them
 * again: all records of such a request are set aside besides.
 */
export function otlpSink({ receiver, form, token, hostname }: OtlpSinkOptions): Sink {
  const headers: Readonly<Record<string, string>> = token === null ? {} : { authorization: `Bearer ${token}` };
  return {
    limits: LIMITS,
    store: null,
    deliver: ({ records }, signal) =>
      sendHalving(records, async (part) => {
        const body = JSON.stringify(exportRequest(part, form, hostname));
        return outcomeOf(part, await receiver.post({ path: '/v1/logs', headers, body }, signal));
      }),
    close: () => Promise.resolve(receiver.close()),
  };
}

/** The message `ExportLogsServiceRequest`. 64-bit numbers are texts in its JSON encoding. */
function exportRequest(records: readonly DeliveredRecord[], form: SinkForm, hostname: string): JsonObject {
  const [first] = records;
  if (first === undefined) throw new TypeError('a request of no records');
  const { logId, productVersion } = first.source;
  const resource = [
    attribute('service.name', 'sallyport'),
    attribute('service.version', productVersion),
    attribute('host.name', hostname),
    attribute('sallyport.log.id', logId),
  ];
  const scope = { name: 'sallyport.audit', version: productVersion };
  const logRecords = records.map((delivered) => logRecord(delivered, form));
  return { resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ scope, logRecords }] }] };
}

function logRecord(delivered: DeliveredRecord, form: SinkForm): JsonObject {
  const { record, source } = delivered;
  const time = `${BigInt(Math.max(0, record.occurredAtMs)) * 1_000_000n}`;
  const event = record.body['event'];
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    ...severityOf(delivered),
    eventName: typeof event === 'string' ? `sallyport.${record.kind}.${event}` : `sallyport.${record.kind}`,
    body: { stringValue: textOf(delivered, form) },
    attributes: [
      attribute('log.record.uid', recordKey(source.logId, record.index)),
      { key: 'sallyport.record.index', value: { intValue: String(record.index) } },
      attribute('sallyport.record.hash', record.hash),
      attribute('sallyport.record.kind', record.kind),
      ...(record.sessionId === null ? [] : [attribute('session.id', record.sessionId)]),
    ],
  };
}

function attribute(key: string, value: string): JsonObject {
  return { key, value: { stringValue: value } };
}

/** Severity numbers of OTLP by severity ids of OCSF: informational, low, medium, high, critical, fatal. */
const SEVERITIES = [
  [0, ''],
  [9, 'INFO'],
  [10, 'INFO2'],
  [13, 'WARN'],
  [17, 'ERROR'],
  [18, 'ERROR2'],
  [21, 'FATAL'],
] as const;

function severityOf({ record, source }: DeliveredRecord): JsonObject {
  const [severityNumber, severityText] = SEVERITIES[ocsfOf(record, source).severity_id] ?? SEVERITIES[0];
  return severityText === '' ? {} : { severityNumber, severityText };
}

/** Answers by which the receiver says that the request itself is wrong, and not who sends it or where. */
const UNFIT = new Set([400, 413, 422]);

function outcomeOf(records: readonly DeliveredRecord[], answer: HttpAnswer): RequestOutcome {
  const { status, text, retryAfterMs } = answer;
  if (UNFIT.has(status)) return { unfit: `HTTP ${status}: ${oneLine(messageOf(jsonOf(text)))}` };
  if (status !== 200) throw new SinkFailed(`HTTP ${status}`, { retryAfterMs });
  const reply = jsonOf(text);
  // What else answers 200, such as the page of a proxy, has taken nothing.
  if (!isJsonObject(reply)) throw new SinkFailed('HTTP 200 with an answer that is none of OTLP');
  // A JSON encoder may write the names of fields as they stand in the protocol's files.
  const partial = reply['partialSuccess'] ?? reply['partial_success'] ?? {};
  const rejected = isJsonObject(partial)
    ? wholeNumber(partial['rejectedLogRecords'] ?? partial['rejected_log_records'])
    : null;
  if (!isJsonObject(partial) || rejected === null) {
    throw new SinkFailed('HTTP 200 with an answer that is none of OTLP');
  }
  if (rejected === 0) return ALL_TAKEN;
  const why = oneLine(stringField(partial, 'errorMessage') ?? stringField(partial, 'error_message') ?? '');
  const reason = `${rejected} of the ${records.length} records sent together were refused, not said which: ${why}`;
  return { ...ALL_TAKEN, refused: records.map(({ record: { index } }) => ({ index, reason })) };
}

function messageOf(reply: unknown): string {
  const message = isJsonObject(reply) ? reply['message'] : null;
  return typeof message === 'string' ? message : 'not taken';
}

/** A 64-bit number of the JSON encoding, which is a text or a number; null for what is none. */
function wholeNumber(value: Json | undefined): number | null {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
