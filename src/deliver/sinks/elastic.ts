import type { SinkForm } from '../../core/audit-rules.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';
import { ocsfOf } from '../../ocsf/index.ts';
import { recordKey, textOf } from '../form.ts';
import { sendHalving } from '../halving.ts';
import type { RequestOutcome } from '../halving.ts';
import { jsonOf } from '../http-post.ts';
import type { HttpReceiver } from '../http-post.ts';
import { oneLine } from '../one-line.ts';
import { SinkFailed } from '../sink.ts';
import type { BatchLimits, DeliveredRecord, RefusedRecord, Sink } from '../sink.ts';

const LIMITS: BatchLimits = { maxRecords: 2_000, maxBytes: 4 * 1024 * 1024, maxAgeMs: 2_000 };

export interface ElasticSinkOptions {
  /** Closed with the sink. */
  readonly receiver: HttpReceiver;
  readonly form: SinkForm;
  /** An API key, as the receiver encodes it. */
  readonly token: string;
  /** Index or data stream. */
  readonly index: string;
}

/**
 * Delivers records by bulk requests that create documents under their keys: one that is there already is there once, and
 * counts as delivered. Each record is answered for by itself.
 */
export function elasticSink({ receiver, form, token, index }: ElasticSinkOptions): Sink {
  const headers = { authorization: `ApiKey ${token}`, 'content-type': 'application/x-ndjson' };
  return {
    limits: LIMITS,
    store: null,
    deliver: ({ records }, signal) =>
      sendHalving(records, async (part) => {
        const body = part
          .map((delivered) => `${actionLine(delivered, index)}\n${documentOf(delivered, form)}\n`)
          .join('');
        const { status, text, retryAfterMs } = await receiver.post({ path: '/_bulk', headers, body }, signal);
        if (status === 413) return { unfit: 'HTTP 413' };
        if (status !== 200) throw new SinkFailed(`HTTP ${status}${whyOf(jsonOf(text))}`, { retryAfterMs });
        return outcomeOf(part, jsonOf(text));
      }),
    close: () => Promise.resolve(receiver.close()),
  };
}

function actionLine({ record, source }: DeliveredRecord, index: string): string {
  return JSON.stringify({ create: { _index: index, _id: recordKey(source.logId, record.index) } });
}

function documentOf(delivered: DeliveredRecord, form: SinkForm): string {
  const { record, source } = delivered;
  const time = { '@timestamp': record.occurredAtMs };
  if (form === 'ocsf') return JSON.stringify({ ...time, ...ocsfOf(record, source) });
  const key = recordKey(source.logId, record.index);
  // The line stays one text: bodies of every shape as fields would be a mapping without end.
  const event = { id: key, hash: record.hash, kind: 'event', category: record.kind, original: textOf(delivered, form) };
  return JSON.stringify({ ...time, event, log: { id: source.logId, index: record.index } });
}

/** There already, from a try whose answer was lost. */
const CONFLICT = 409;

function outcomeOf(records: readonly DeliveredRecord[], reply: unknown): RequestOutcome {
  const items = isJsonObject(reply) ? reply['items'] : null;
  if (!Array.isArray(items) || items.length !== records.length) {
    throw new SinkFailed('HTTP 200 with an answer that does not name each record');
  }
  const pending: number[] = [];
  const refused: RefusedRecord[] = [];
  let reason: string | null = null;
  for (const [place, item] of (items as readonly Json[]).entries()) {
    const delivered = records[place];
    const done = isJsonObject(item) ? item['create'] : null;
    const status = isJsonObject(done) ? done['status'] : null;
    if (delivered === undefined || !isJsonObject(done) || typeof status !== 'number') {
      throw new SinkFailed('HTTP 200 with an answer that does not say what became of a record');
    }
    const { record, source } = delivered;
    if (done['_id'] !== recordKey(source.logId, record.index)) {
      throw new SinkFailed('HTTP 200 with an answer about other records');
    }
    if ((status >= 200 && status < 300) || status === CONFLICT) continue;
    const said = `${status}${whyOf(done)}`;
    if (status === 400 || status === 413) refused.push({ index: record.index, reason: said });
    else {
      // Rights, a missing index, and load: another try can go another way.
      pending.push(record.index);
      reason ??= said;
    }
  }
  return { pending, refused, reason, retryAfterMs: null };
}

function whyOf(reply: unknown): string {
  const error: unknown = isJsonObject(reply) ? reply['error'] : null;
  if (typeof error === 'string') return `: ${oneLine(error)}`;
  const type = isJsonObject(error) ? error['type'] : null;
  // The reason may quote what a document holds; the type does not.
  return typeof type === 'string' ? `: ${oneLine(type)}` : '';
}
