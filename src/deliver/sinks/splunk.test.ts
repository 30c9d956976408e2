import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { RigClock } from '../delivery-rig.ts';
import { httpReceiver } from '../http-post.ts';
import type { Sink, SinkAnswer } from '../sink.ts';
import { MADE_LOG, madeBatch } from './made-batch.ts';
import { scriptedReceiver } from './scripted-http.ts';
import type { ScriptedReceiver, ScriptedReply, ScriptedRequest } from './scripted-http.ts';
import { splunkSink } from './splunk.ts';

const NEVER = new AbortController().signal;

interface HecRig {
  readonly receiver: ScriptedReceiver;
  readonly sink: Sink;
  readonly clock: RigClock;
}

async function rig(
  t: TestContext,
  more: { readonly ack?: boolean; readonly form?: 'record' | 'ocsf' } = {},
): Promise<HecRig> {
  const receiver = await scriptedReceiver(t);
  receiver.reply = () => ({ status: 200, body: { text: 'Success', code: 0 } });
  const clock = new RigClock();
  const http = await httpReceiver(receiver.url, null, clock.nowMs);
  const { ack = false, form = 'record' } = more;
  const sink = splunkSink({ receiver: http, form, token: 'hec-token', index: 'audit', ack, hostname: 'h', clock });
  t.after(() => sink.close());
  return { receiver, sink, clock };
}

/** Reads the objects that stand one after the other, as the collector does. */
function eventsOf({ path, headers, body }: ScriptedRequest): readonly Readonly<Record<string, unknown>>[] {
  assert.equal(path, '/services/collector/event');
  assert.equal(headers['authorization'], 'Splunk hec-token');
  assert.match(String(headers['x-splunk-request-channel']), /^[0-9a-f-]{36}$/);
  return body.split('\n').map((line) => {
    const event: unknown = JSON.parse(line);
    assert.ok(typeof event === 'object' && event !== null);
    for (const name of Object.keys(event)) {
      assert.ok(['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields'].includes(name), name);
    }
    const read = event as Readonly<Record<string, unknown>>;
    assert.equal(typeof read['time'], 'number');
    // Fields are flat, and their values texts.
    for (const value of Object.values(read['fields'] as object)) assert.equal(typeof value, 'string');
    return read;
  });
}

test('events carry their line, their index and their key', async (t) => {
  const { receiver, sink } = await rig(t);
  const batch = madeBatch(3, 2);
  assert.deepEqual((await sink.deliver(batch, NEVER)).refused, []);
  const events = receiver.requests.flatMap(eventsOf);
  assert.deepEqual(
    events.map(({ event, index, fields }) => [event, index, (fields as { readonly key: string }).key]),
    batch.records.map(({ line, record }) => [Buffer.from(line).toString(), 'audit', `${MADE_LOG}/${record.index}`]),
  );
});

test('the other form is an OCSF event', async (t) => {
  const { receiver, sink } = await rig(t, { form: 'ocsf' });
  await sink.deliver(madeBatch(3, 1), NEVER);
  const [event] = receiver.requests.flatMap(eventsOf);
  assert.equal(event?.['sourcetype'], 'sallyport:ocsf');
  assert.ok(event);
  assert.equal(typeof (event['event'] as { readonly class_uid: unknown }).class_uid, 'number');
});

const FAILURES: readonly { readonly name: string; readonly reply: ScriptedReply; readonly want: RegExp }[] = [
  {
    name: 'a wrong token',
    reply: { status: 403, body: { text: 'Invalid token', code: 4 } },
    want: /HTTP 403: Invalid token/,
  },
  {
    name: 'a busy collector',
    reply: { status: 503, body: { text: 'Server is busy', code: 9 } },
    want: /HTTP 503: Server is busy/,
  },
  {
    name: 'a wrong index',
    reply: { status: 400, body: { text: 'Incorrect index', code: 7 } },
    want: /HTTP 400: Incorrect index/,
  },
  {
    name: 'a channel that is missing',
    reply: { status: 400, body: { text: 'Data channel is missing', code: 10 } },
    want: /HTTP 400/,
  },
  { name: 'a success that is none', reply: { status: 200, body: { text: 'x', code: 8 } }, want: /HTTP 200: x/ },
  { name: 'a page of a proxy', reply: { status: 200, body: '<html>' }, want: /HTTP 200/ },
  { name: 'an internal error', reply: { status: 500 }, want: /HTTP 500/ },
  { name: 'a redirection', reply: { status: 302, headers: { location: '/login' } }, want: /HTTP 302/ },
  {
    name: 'an answer that is cut off',
    reply: { status: 200, body: { text: 'Success', code: 0 }, cut: true },
    want: /receiver|cut/,
  },
];

for (const { name, reply, want } of FAILURES)
  test(`${name} has everything tried again`, async (t) => {
    const { receiver, sink } = await rig(t);
    receiver.reply = () => reply;
    await assert.rejects(sink.deliver(madeBatch(0, 2), NEVER), want);
  });

test('the event that the collector names is refused, and those around it are sent again', async (t) => {
  const { receiver, sink } = await rig(t);
  receiver.reply = () => ({ status: 400, body: { text: 'Invalid data format', code: 6, 'invalid-event-number': 1 } });
  const answer: SinkAnswer = await sink.deliver(madeBatch(10, 3), NEVER);
  assert.deepEqual(answer.pending, [10, 12]);
  assert.deepEqual(answer.refused, [{ index: 11, reason: 'HTTP 400: Invalid data format' }]);
});

test('a number of an event that was not sent is not believed: the event is found by halves', async (t) => {
  const { receiver, sink } = await rig(t);
  receiver.reply = (request) =>
    eventsOf(request).some(({ fields }) => (fields as { readonly record_index: string }).record_index === '2')
      ? { status: 400, body: { text: 'Invalid data format', code: 6, 'invalid-event-number': 99 } }
      : { status: 200, body: { text: 'Success', code: 0 } };
  const answer = await sink.deliver(madeBatch(0, 5), NEVER);
  assert.deepEqual(
    answer.refused.map(({ index }) => index),
    [2],
  );
  assert.deepEqual(answer.pending, []);
});

test('with acknowledgement, records count once they are indexed', async (t) => {
  const { receiver, sink, clock } = await rig(t, { ack: true });
  let asked = 0;
  receiver.reply = (request) => {
    if (!request.path.startsWith('/services/collector/ack?channel=')) {
      return { status: 200, body: { text: 'Success', code: 0, ackId: 4 } };
    }
    assert.equal(request.path.split('=')[1], request.headers['x-splunk-request-channel']);
    assert.deepEqual(JSON.parse(request.body), { acks: [4] });
    asked += 1;
    return { status: 200, body: { acks: { 4: asked >= 3 } } };
  };
  let isDone = false;
  const delivered = sink.deliver(madeBatch(0, 2), NEVER).then((answer) => {
    isDone = true;
    return answer;
  });
  await clock.until(() => isDone);
  assert.deepEqual((await delivered).pending, []);
  assert.equal(asked, 3);
});

test('without an id to ask for, nothing counts', async (t) => {
  const { sink } = await rig(t, { ack: true });
  await assert.rejects(sink.deliver(madeBatch(0, 1), NEVER), /indexer acknowledgement is off/);
});

test('events that are not indexed in time are tried again', async (t) => {
  const { receiver, sink, clock } = await rig(t, { ack: true });
  const stop = new AbortController();
  let asked = 0;
  receiver.reply = ({ path }) => {
    if (path.startsWith('/services/collector/ack')) asked += 1;
    if (asked >= 4) stop.abort();
    return { status: 200, body: { text: 'Success', code: 0, ackId: 1, acks: { 1: false } } };
  };
  let failure: unknown = null;
  sink.deliver(madeBatch(0, 1), stop.signal).catch((error: unknown) => {
    failure = error;
  });
  await clock.until(() => failure !== null);
  assert.ok(failure instanceof Error);
});
