import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { httpReceiver } from '../http-post.ts';
import type { Sink, SinkAnswer } from '../sink.ts';
import { MADE_LOG, MADE_TIME_MS, madeBatch } from './made-batch.ts';
import { otlpSink } from './otlp.ts';
import { scriptedReceiver } from './scripted-http.ts';
import type { ScriptedReceiver, ScriptedReply, ScriptedRequest } from './scripted-http.ts';

const NEVER = new AbortController().signal;

async function rig(
  t: TestContext,
  form: 'record' | 'ocsf' = 'record',
): Promise<{ readonly receiver: ScriptedReceiver; readonly sink: Sink }> {
  const receiver = await scriptedReceiver(t);
  const http = await httpReceiver(receiver.url, null, () => MADE_TIME_MS);
  const sink = otlpSink({ receiver: http, form, token: 'secret-token', hostname: 'host.example' });
  t.after(() => sink.close());
  return { receiver, sink };
}

/** Reads an export request as strictly as its protocol buffers would be: no unknown field, every type right. */
function logRecordsOf(request: ScriptedRequest): readonly Readonly<Record<string, unknown>>[] {
  assert.equal(request.method, 'POST');
  assert.equal(request.path, '/v1/logs');
  assert.equal(request.headers['content-type'], 'application/json');
  const message = shaped(JSON.parse(request.body), { resourceLogs: 'list' });
  const all: Readonly<Record<string, unknown>>[] = [];
  for (const resourceLogs of listOf(message['resourceLogs'])) {
    const { resource, scopeLogs } = shaped(resourceLogs, { resource: 'message', scopeLogs: 'list' });
    attributesOf(shaped(resource, { attributes: 'list' })['attributes']);
    for (const each of listOf(scopeLogs)) {
      const { scope, logRecords } = shaped(each, { scope: 'message', logRecords: 'list' });
      shaped(scope, { name: 'text', version: 'text' });
      for (const record of listOf(logRecords)) {
        const read = shaped(record, {
          timeUnixNano: 'fixed64',
          observedTimeUnixNano: 'fixed64',
          severityNumber: 'number',
          severityText: 'text',
          eventName: 'text',
          body: 'message',
          attributes: 'list',
        });
        const { stringValue } = shaped(read['body'], { stringValue: 'text' });
        all.push({ ...read, attributes: attributesOf(read['attributes']), body: stringValue });
      }
    }
  }
  return all;
}

function attributesOf(value: unknown): Readonly<Record<string, unknown>> {
  const attributes: Record<string, unknown> = {};
  for (const each of listOf(value)) {
    const { key, value: held } = shaped(each, { key: 'text', value: 'message' });
    const one = shaped(held, { stringValue: 'text', intValue: 'fixed64' });
    assert.equal(Object.keys(one).length, 1, 'a value is of one kind');
    assert.ok(!Object.hasOwn(attributes, String(key)), 'keys are unique');
    attributes[String(key)] = Object.values(one)[0];
  }
  return attributes;
}

function listOf(value: unknown): readonly unknown[] {
  assert.ok(Array.isArray(value) && value.length > 0);
  return value;
}

type FieldType = 'text' | 'number' | 'fixed64' | 'list' | 'message';

function shaped(value: unknown, fields: Readonly<Record<string, FieldType>>): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
  for (const [name, held] of Object.entries(value)) {
    const type = fields[name];
    assert.ok(type !== undefined, `${name} is no field`);
    if (type === 'text') assert.equal(typeof held, 'string', name);
    if (type === 'number') assert.ok(Number.isInteger(held) && Number(held) >= 1 && Number(held) <= 24, name);
    if (type === 'fixed64') assert.match(String(held), /^\d{1,20}$/, name);
    if (type === 'fixed64') assert.equal(typeof held, 'string', `${name}: 64 bits are a text in JSON`);
  }
  return value as Readonly<Record<string, unknown>>;
}

test('a batch is one request that the protocol knows, with the exact lines', async (t) => {
  const { receiver, sink } = await rig(t);
  const batch = madeBatch(5, 3);
  assert.deepEqual(await sink.deliver(batch, NEVER), {
    pending: [],
    refused: [],
    reason: null,
    retryAfterMs: null,
  });
  assert.equal(receiver.requests[0]?.headers['authorization'], 'Bearer secret-token');
  const records = receiver.requests.flatMap(logRecordsOf);
  for (const [place, { record, line }] of batch.records.entries()) {
    const came = records[place];
    assert.equal(came?.['body'], Buffer.from(line).toString());
    assert.equal(came?.['timeUnixNano'], `${record.occurredAtMs}000000`);
    const attributes = came?.['attributes'] as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [attributes['log.record.uid'], attributes['sallyport.record.index'], attributes['sallyport.record.hash']],
      [`${MADE_LOG}/${record.index}`, String(record.index), record.hash],
    );
  }
});

test('the other form is an OCSF event under the same key', async (t) => {
  const { receiver, sink } = await rig(t, 'ocsf');
  await sink.deliver(madeBatch(5, 1), NEVER);
  const [record] = receiver.requests.flatMap(logRecordsOf);
  const event = JSON.parse(String(record?.['body']));
  assert.equal(event.metadata.uid, `${MADE_LOG}/5`);
  assert.equal(typeof event.class_uid, 'number');
});

interface AnswerCase {
  readonly name: string;
  readonly reply: ScriptedReply;
  readonly want: Partial<SinkAnswer> | RegExp;
  readonly waitMs?: number;
}

const CASES: readonly AnswerCase[] = [
  { name: 'an empty answer with status 200 takes all', reply: { status: 200 }, want: { refused: [], pending: [] } },
  {
    name: 'a warning without rejected records takes all',
    reply: { status: 200, body: { partialSuccess: { rejectedLogRecords: '0', errorMessage: 'slow' } } },
    want: { refused: [], pending: [] },
  },
  {
    name: 'a partial success sets all of the request aside, for it does not say which',
    reply: { status: 200, body: { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'too\nlong' } } },
    want: {
      pending: [],
      refused: [7, 8].map((index) => ({
        index,
        reason: '1 of the 2 records sent together were refused, not said which: too long',
      })),
    },
  },
  {
    name: 'a partial success is read under the names of the protocol’s files too',
    reply: { status: 200, body: { partial_success: { rejected_log_records: 1, error_message: 'no' } } },
    want: {
      pending: [],
      refused: [7, 8].map((index) => ({
        index,
        reason: '1 of the 2 records sent together were refused, not said which: no',
      })),
    },
  },
  {
    name: 'a partial success that is none has taken nothing',
    reply: { status: 200, body: { partialSuccess: 'all' } },
    want: /none of OTLP/,
  },
  { name: 'a page of a proxy has taken nothing', reply: { status: 200, body: '<html>' }, want: /none of OTLP/ },
  {
    name: 'a count that is none has taken nothing',
    reply: { status: 200, body: { partialSuccess: { rejectedLogRecords: -1 } } },
    want: /none of OTLP/,
  },
  {
    name: 'a busy receiver says when it can be tried again',
    reply: { status: 429, headers: { 'retry-after': '7' } },
    want: /HTTP 429/,
    waitMs: 7_000,
  },
  {
    name: 'a receiver that is down says so by a date',
    reply: { status: 503, headers: { 'retry-after': new Date(MADE_TIME_MS + 60_000).toUTCString() } },
    want: /HTTP 503/,
    waitMs: 60_000,
  },
  { name: 'a wrong token is no fault of the records', reply: { status: 401 }, want: /HTTP 401/ },
  { name: 'a wrong address is no fault of the records', reply: { status: 404 }, want: /HTTP 404/ },
  {
    name: 'a redirection is not followed: tokens go to one address',
    reply: { status: 307, headers: { location: 'http://127.0.0.1:9/' } },
    want: /HTTP 307/,
  },
  { name: 'an internal error is tried again', reply: { status: 500 }, want: /HTTP 500/ },
  {
    name: 'an answer that is cut off is none',
    reply: { status: 200, body: { a: 1 }, cut: true },
    want: /receiver|cut/,
  },
  { name: 'a connection that is reset is no answer', reply: 'reset', want: /ECONNRESET/ },
];

for (const { name, reply, want, waitMs } of CASES)
  test(name, async (t) => {
    const { receiver, sink } = await rig(t);
    receiver.reply = () => reply;
    const delivered = sink.deliver(madeBatch(7, 2), NEVER);
    if (!(want instanceof RegExp)) {
      const { pending, refused } = await delivered;
      assert.deepEqual({ pending, refused }, want);
      return;
    }
    const error: unknown = await delivered.then(
      () => null,
      (cause: unknown) => cause,
    );
    assert.ok(error instanceof Error);
    assert.match(error.message, want);
    assert.doesNotMatch(error.message, /secret-token/);
    assert.equal('retryAfterMs' in error ? error.retryAfterMs : null, waitMs ?? null);
    assert.equal(receiver.requests.length, 1);
  });

test('a record that the receiver does not take is found among others by halves', async (t) => {
  const { receiver, sink } = await rig(t);
  receiver.reply = (request) => {
    const isBad = logRecordsOf(request).some(
      ({ attributes }) => (attributes as Readonly<Record<string, unknown>>)['sallyport.record.index'] === '11',
    );
    return isBad ? { status: 400, body: { message: 'bad\u001b[2J data' } } : { status: 200 };
  };
  const answer = await sink.deliver(madeBatch(0, 16), NEVER);
  assert.deepEqual(answer.refused, [{ index: 11, reason: 'HTTP 400: bad [2J data' }]);
  assert.deepEqual(answer.pending, []);
});

test('a receiver that never answers is broken off by the signal', async (t) => {
  const { receiver, sink } = await rig(t);
  const stop = new AbortController();
  receiver.reply = () => {
    stop.abort();
    return 'never';
  };
  await assert.rejects(sink.deliver(madeBatch(0, 1), stop.signal), /cannot reach the receiver/);
});
