import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { httpReceiver } from '../http-post.ts';
import type { Sink } from '../sink.ts';
import { elasticSink } from './elastic.ts';
import { MADE_LOG, MADE_TIME_MS, madeBatch } from './made-batch.ts';
import { scriptedReceiver } from './scripted-http.ts';
import type { ScriptedReceiver, ScriptedReply, ScriptedRequest } from './scripted-http.ts';

const NEVER = new AbortController().signal;

/** An index that holds documents by their ids, and answers as Elasticsearch does. */
class ScriptedIndex {
  readonly documents = new Map<string, Readonly<Record<string, unknown>>>();
  /** The status of a document that is not there, by its id. */
  statusOf: (id: string) => number = () => 201;

  answer({ path, headers, body }: ScriptedRequest): ScriptedReply {
    assert.equal(path, '/_bulk');
    assert.equal(headers['content-type'], 'application/x-ndjson');
    assert.equal(headers['authorization'], 'ApiKey key');
    assert.ok(body.endsWith('\n'), 'a bulk request ends with a newline');
    const lines = body.slice(0, -1).split('\n');
    assert.equal(lines.length % 2, 0);
    const items: unknown[] = [];
    for (let place = 0; place < lines.length; place += 2) {
      const action = JSON.parse(lines[place] ?? '') as {
        readonly create: { readonly _index: string; readonly _id: string };
      };
      assert.deepEqual(Object.keys(action), ['create']);
      const { _index, _id } = action.create;
      assert.ok(Buffer.byteLength(_id) <= 512);
      const status = this.documents.has(_id) ? 409 : this.statusOf(_id);
      if (status === 201) this.documents.set(_id, JSON.parse(lines[place + 1] ?? ''));
      const error = { type: 'document_parsing_exception', reason: 'secret content' };
      items.push({ create: { _index, _id, status, ...(status < 300 ? { result: 'created' } : { error }) } });
    }
    return { status: 200, body: { took: 1, errors: true, items } };
  }
}

async function rig(
  t: TestContext,
  form: 'record' | 'ocsf' = 'record',
): Promise<{ readonly receiver: ScriptedReceiver; readonly index: ScriptedIndex; readonly sink: Sink }> {
  const receiver = await scriptedReceiver(t);
  const index = new ScriptedIndex();
  receiver.reply = (request) => index.answer(request);
  const http = await httpReceiver(receiver.url, null, () => MADE_TIME_MS);
  const sink = elasticSink({ receiver: http, form, token: 'key', index: 'sallyport' });
  t.after(() => sink.close());
  return { receiver, index, sink };
}

test('documents are created under their keys, with the exact line', async (t) => {
  const { index, sink } = await rig(t);
  const batch = madeBatch(3, 2);
  assert.deepEqual((await sink.deliver(batch, NEVER)).pending, []);
  const lines = batch.records.map(({ line }) => Buffer.from(line).toString());
  const held = [...index.documents.values()].map(({ event }) => (event as { readonly original: string }).original);
  assert.deepEqual(held, lines);
  assert.deepEqual([...index.documents.keys()], [`${MADE_LOG}/3`, `${MADE_LOG}/4`]);
});

test('the other form is an OCSF event with a time', async (t) => {
  const { index, sink } = await rig(t, 'ocsf');
  await sink.deliver(madeBatch(3, 1), NEVER);
  const [document] = index.documents.values();
  assert.equal(typeof document?.['class_uid'], 'number');
  assert.equal(document?.['@timestamp'], MADE_TIME_MS + 3);
});

test('what is there already counts as delivered, and is there once', async (t) => {
  const { index, sink } = await rig(t);
  await sink.deliver(madeBatch(0, 5), NEVER);
  const answer = await sink.deliver(madeBatch(0, 8), NEVER);
  assert.deepEqual([answer.pending, answer.refused, index.documents.size], [[], [], 8]);
});

test('each record is answered for by itself, and no content comes back as a reason', async (t) => {
  const { index, sink } = await rig(t);
  index.statusOf = (id) => ({ 1: 400, 2: 429, 3: 403, 4: 503 })[Number(id.split('/').at(-1))] ?? 201;
  const answer = await sink.deliver(madeBatch(0, 6), NEVER);
  assert.deepEqual(answer.pending, [2, 3, 4]);
  assert.deepEqual(answer.refused, [{ index: 1, reason: '400: document_parsing_exception' }]);
  assert.equal(answer.reason, '429: document_parsing_exception');
});

test('a request that is too long is sent in halves', async (t) => {
  const { receiver, index, sink } = await rig(t);
  receiver.reply = (request) => (request.body.split('\n').length > 5 ? { status: 413 } : index.answer(request));
  assert.deepEqual((await sink.deliver(madeBatch(0, 9), NEVER)).refused, []);
  assert.equal(index.documents.size, 9);
});

const item = (id: number, status: unknown) => ({ create: { _id: `${MADE_LOG}/${id}`, status } });

for (const { name, reply, want } of [
  {
    name: 'a wrong key',
    reply: { status: 401, body: { error: { type: 'security_exception' } } },
    want: /HTTP 401: security_exception/,
  },
  {
    name: 'an index that may not be made',
    reply: { status: 404, body: { error: 'no such index' } },
    want: /HTTP 404: no such index/,
  },
  { name: 'a cluster that is busy', reply: { status: 429 }, want: /HTTP 429/ },
  { name: 'a page of a proxy', reply: { status: 200, body: '<html>' }, want: /does not name each record/ },
  {
    name: 'fewer answers than records',
    reply: { status: 200, body: { items: [item(0, 201)] } },
    want: /does not name each/,
  },
  {
    name: 'answers about other records',
    reply: { status: 200, body: { items: [item(1, 201), item(0, 201)] } },
    want: /about other records/,
  },
  {
    name: 'an answer without a status',
    reply: { status: 200, body: { items: [item(0, 201), item(1, 'ok')] } },
    want: /what became of a record/,
  },
  { name: 'a redirection', reply: { status: 301, headers: { location: '/' } }, want: /HTTP 301/ },
] as const)
  test(`${name} has everything tried again`, async (t) => {
    const { receiver, sink } = await rig(t);
    receiver.reply = () => reply;
    await assert.rejects(sink.deliver(madeBatch(0, 2), NEVER), want);
  });
