import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import type { ContentLog } from '../../core/gateway-rules.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import { ASK, errorMessage, gatewayRig, post, wire } from '../gateway-rig.ts';
import type { GatewayRig, RigModel, WireReply } from '../gateway-rig.ts';
import type { ContentStore, Piece } from './content-store.ts';

const CALL = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} };
const EVENTS: readonly JsonObject[] = [
  { type: 'message_start', message: { id: 'm', role: 'assistant', content: [] } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'on it' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: CALL },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"command":"ls"}' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
];

interface Model extends RigModel {
  asked: number;
}

async function model(): Promise<Model> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      it.asked += 1;
      const isStream = (JSON.parse(Buffer.concat(chunks).toString()) as JsonObject)['stream'] === true;
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
      if (isStream)
        for (const event of EVENTS)
          response.write(`event: ${event['type'] as string}\ndata: ${JSON.stringify(event)}\n\n`);
      else
        response.write(
          JSON.stringify({
            id: 'm',
            role: 'assistant',
            content: [{ type: 'text', text: 'on it' }],
            stop_reason: 'end_turn',
          }),
        );
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const it: Model = {
    asked: 0,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return it;
}

/** Contents in memory that can fail from one flush on. */
interface Store extends ContentStore {
  readonly pieces: Piece[];
  /** How many pieces are certain. */
  certain: number;
  failsFrom: number;
}

function store(failsFrom: number = Number.POSITIVE_INFINITY): Store {
  let flushes = 0;
  const it: Store = {
    pieces: [],
    certain: 0,
    failsFrom,
    open: () =>
      Promise.resolve({
        add: (piece) => ({ at: it.pieces.push(piece) - 1, bytes: 1, sha256: hash('sha256', piece.text) as Sha256 }),
        flush: async () => {
          flushes += 1;
          if (flushes > it.failsFrom) throw new Error('no space left');
          await Promise.resolve();
          it.certain = it.pieces.length;
        },
      }),
  };
  return it;
}

interface Exchanged {
  readonly reply: WireReply;
  readonly rig: GatewayRig<Model>;
}

async function exchanged(contents: Store, contentLog: ContentLog, body: JsonObject): Promise<Exchanged> {
  const rig = await gatewayRig(await model(), { contents, rules: { contentLog } });
  try {
    rig.onAppend = ({ body: record }) => {
      const at = (record['kept'] as { masked?: { at: number } } | undefined)?.masked?.at ?? -1;
      assert.ok(at < contents.certain, 'what a record names is certain before it');
      return Promise.resolve();
    };
    return { reply: await wire(rig.gateway.url, post('/v1/messages', body)), rig };
  } finally {
    await rig.close();
  }
}

for (const stream of [true, false]) {
  const form = stream ? 'a stream' : 'a whole reply';

  test(`${form}: request and reply are kept, and their records name where`, async () => {
    const contents = store();
    const { reply, rig } = await exchanged(contents, 'masked', { ...ASK, stream });
    assert.deepEqual([reply.status, reply.isWhole], [200, true]);
    for (const event of ['request', 'response']) {
      const kept = rig.bodies(event)[0]?.['kept'] as JsonObject;
      assert.equal(kept['policy'], 'masked');
      assert.equal(kept['original'], 'as-masked');
    }
    const texts = contents.pieces.map(({ text }) => text).join('\n');
    assert.match(texts, /"go"/);
    assert.match(texts, /on it/);
    if (stream) assert.match(texts, /\{\\"command\\":\\"ls\\"\}/);
  });

  test(`${form}: a request that cannot be kept does not go up`, async () => {
    const { reply, rig } = await exchanged(store(0), 'sealed', { ...ASK, stream });
    assert.equal(rig.model.asked, 0);
    assert.match(errorMessage(reply.body), /could not be written/);
    assert.deepEqual(
      rig.bodies('refused').map(({ why }) => why),
      ['audit-unavailable'],
    );
  });

  test(`${form}: a reply that cannot be kept never looks whole`, async () => {
    const { reply, rig } = await exchanged(store(1), 'masked', { ...ASK, stream });
    assert.equal(rig.model.asked, 1);
    if (stream) {
      assert.equal(reply.isWhole, false);
      assert.ok(!reply.body.includes('message_stop') && !/content_block_stop","index":1/.test(reply.body.toString()));
    } else {
      assert.ok(reply.status >= 400);
      assert.ok(!reply.body.includes('on it'));
    }
    assert.deepEqual(
      rig.bodies('response').filter(({ ended }) => ended === 'complete'),
      [],
    );
  });

  test(`${form}: nothing is kept where the policy wants digests alone`, async () => {
    const contents = store();
    const { reply, rig } = await exchanged(contents, 'digest', { ...ASK, stream });
    assert.equal(reply.isWhole, true);
    assert.deepEqual(contents.pieces, []);
    for (const event of ['request', 'response']) assert.ok(!('kept' in (rig.bodies(event)[0] ?? {})));
  });
}
