import { randomUUID } from 'node:crypto';

import type { SinkForm } from '../../core/audit-rules.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { DeliveryClock } from '../clock.ts';
import { recordKey, textOf } from '../form.ts';
import { sendHalving } from '../halving.ts';
import type { RequestOutcome } from '../halving.ts';
import { jsonOf } from '../http-post.ts';
import type { HttpReceiver } from '../http-post.ts';
import { oneLine } from '../one-line.ts';
import { ALL_TAKEN, SinkFailed } from '../sink.ts';
import type { BatchLimits, DeliveredRecord, Sink } from '../sink.ts';

/** Of `max_content_length` a collector has 800 KiB or more by default. */
const LIMITS: BatchLimits = { maxRecords: 1_000, maxBytes: 512 * 1024, maxAgeMs: 2_000 };

/** Pauses between two questions whether events are indexed, in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

export interface SplunkSinkOptions {
  /** Closed with the sink. */
  readonly receiver: HttpReceiver;
  readonly form: SinkForm;
  readonly token: string;
  /** Null for the token's own index. */
  readonly index: string | null;
  /** Whether records count only once the collector says that they are indexed. */
  readonly ack: boolean;
  readonly hostname: string;
  readonly clock: DeliveryClock;
}

/**
 * Delivers records to the HTTP Event Collector. Each has its key as the field `key`: the collector takes an event twice, so
 * searches drop doubles by it.
 */
export function splunkSink(options: SplunkSinkOptions): Sink {
  const { receiver, token, ack, clock } = options;
  const channel = randomUUID();
  const headers = { authorization: `Splunk ${token}`, 'x-splunk-request-channel': channel };

  async function send(records: readonly DeliveredRecord[], signal: AbortSignal): Promise<RequestOutcome> {
    const body = records.map((delivered) => JSON.stringify(eventOf(delivered, options))).join('\n');
    const { status, text, retryAfterMs } = await receiver.post(
      { path: '/services/collector/event', headers, body },
      signal,
    );
    const reply = jsonOf(text);
    const code = isJsonObject(reply) ? reply['code'] : null;
    if (status === 200 && code === 0 && isJsonObject(reply)) {
      if (ack) await waitForAck(reply['ackId'], signal);
      return ALL_TAKEN;
    }
    const said = isJsonObject(reply) && typeof reply['text'] === 'string' ? `: ${oneLine(reply['text'])}` : '';
    if (status === 413) return { unfit: `HTTP 413${said}` };
    // Of the answers with status 400 only these are about the events; the others are about index, channel and the like.
    if (status === 400 && code === INVALID_DATA && isJsonObject(reply)) return invalidData(records, reply, said);
    throw new SinkFailed(`HTTP ${status}${said}`, { retryAfterMs });
  }

  async function waitForAck(id: unknown, signal: AbortSignal): Promise<void> {
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) {
      throw new SinkFailed('the answer has no `ackId`: indexer acknowledgement is off for the token');
    }
    const path = `/services/collector/ack?channel=${channel}`;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const answer = await receiver.post({ path, headers, body: JSON.stringify({ acks: [id] }) }, signal);
      const reply = jsonOf(answer.text);
      const acks = isJsonObject(reply) ? reply['acks'] : null;
      if (answer.status !== 200 || !isJsonObject(acks))
        throw new SinkFailed(`HTTP ${answer.status} to a question for acks`);
      if (acks[String(id)] === true) return;
      await clock.sleep(pauseMs, signal);
    }
    throw new SinkFailed('events were taken, and not indexed in time');
  }

  return {
    limits: LIMITS,
    store: null,
    deliver: ({ records }, signal) => sendHalving(records, (part) => send(part, signal)),
    close: () => Promise.resolve(receiver.close()),
  };
}

/** Code of the answer that an event is not of the form that it should be. */
const INVALID_DATA = 6;

/** The collector names the event that it stopped at. Whether it kept those before is not said: they are sent again. */
function invalidData(records: readonly DeliveredRecord[], reply: JsonObject, said: string): RequestOutcome {
  const number = reply['invalid-event-number'];
  const bad = typeof number === 'number' ? records[number]?.record.index : undefined;
  if (bad === undefined) return { unfit: `HTTP 400${said}` };
  const pending = records.flatMap(({ record: { index } }) => (index === bad ? [] : [index]));
  const reason = pending.length === 0 ? null : 'the records around a refused one are sent again';
  return { pending, refused: [{ index: bad, reason: `HTTP 400${said}` }], reason, retryAfterMs: null };
}

function eventOf(delivered: DeliveredRecord, { form, index, hostname }: SplunkSinkOptions): JsonObject {
  const { record, source } = delivered;
  const { logId } = source;
  return {
    time: Math.max(0, record.occurredAtMs) / 1_000,
    host: hostname,
    source: logId,
    sourcetype: form === 'ocsf' ? 'sallyport:ocsf' : 'sallyport:record',
    ...(index === null ? {} : { index }),
    event: form === 'ocsf' ? (JSON.parse(textOf(delivered, form)) as JsonObject) : textOf(delivered, form),
    fields: {
      key: recordKey(logId, record.index),
      log_id: logId,
      record_index: String(record.index),
      hash: record.hash,
    },
  };
}
