import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventStreamCodec } from '@smithy/eventstream-codec';

import { startScriptedModel, turns } from './scripted-model.ts';

const ASK = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'go' }] };
const SECOND = {
  ...ASK,
  messages: [...ASK.messages, { role: 'assistant', content: 'x' }, { role: 'user', content: 'y' }],
};

function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify(body) });
}

test('a streamed tool call joins to its input and has the turn in its id', async () => {
  const input = { command: 'echo "héllo 😀" && ls' };
  const model = await startScriptedModel({ script: turns([{ toolUses: [{ name: 'Bash', input }] }]) });
  try {
    const text = await (await post(`${model.url}/v1/messages?beta=true`, { ...ASK, stream: true })).text();
    const events = text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.split('\ndata: ')[1] ?? '') as Record<string, Record<string, string>>);
    const joined = events.map((event) => event['delta']?.['partial_json'] ?? '').join('');
    assert.deepEqual(JSON.parse(joined), input);
    assert.equal(events[1]?.['content_block']?.['id'], 'toolu_drill_0_0');
    assert.equal(events.at(-1)?.['type'], 'message_stop');
  } finally {
    await model.close();
  }
});

test('the turn follows the transcript, not the count of requests', async () => {
  const model = await startScriptedModel({ script: turns([{ text: 'first' }, { text: 'second' }]) });
  try {
    for (const [body, want] of [
      [SECOND, 'second'],
      [ASK, 'first'],
      [SECOND, 'second'],
    ] as const) {
      const reply = (await (await post(`${model.url}/v1/messages`, body)).json()) as { content: { text: string }[] };
      assert.equal(reply.content[0]?.text, want);
    }
    assert.equal(model.requests.length, 3);
    assert.equal(model.requests[0]?.body['model'], 'm');
  } finally {
    await model.close();
  }
});

test('bedrock streams are frames with valid checksums', async () => {
  const model = await startScriptedModel({ script: turns([{ text: 'hi' }]) });
  const codec = new EventStreamCodec(
    (bytes) => Buffer.from(bytes).toString(),
    (text) => Buffer.from(text),
  );
  try {
    const reply = await post(`${model.url}/model/us.x-v1:0/invoke-with-response-stream`, ASK);
    assert.equal(reply.headers.get('content-type'), 'application/vnd.amazon.eventstream');
    const bytes = Buffer.from(await reply.arrayBuffer());
    const types: unknown[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
      const frame = codec.decode(bytes.subarray(at, at + bytes.readUInt32BE(at)));
      const outer = JSON.parse(Buffer.from(frame.body).toString()) as { bytes: string };
      types.push((JSON.parse(Buffer.from(outer.bytes, 'base64').toString()) as { type: string }).type);
    }
    assert.deepEqual([types[0], types.at(-1)], ['message_start', 'message_stop']);
    assert.equal(model.requests[0]?.model, 'us.x-v1:0');
  } finally {
    await model.close();
  }
});

test('a cut after a tool call breaks the connection once the call is complete', async () => {
  const script = turns([{ cutAfterToolUse: [{ name: 'Bash', input: { command: 'ls' } }] }]);
  const model = await startScriptedModel({ script });
  try {
    const reply = await post(`${model.url}/v1/messages`, { ...ASK, stream: true });
    let text = '';
    await assert.rejects(async () => {
      for await (const chunk of reply.body ?? []) text += Buffer.from(chunk).toString();
    });
    assert.match(text, /content_block_stop/);
    assert.doesNotMatch(text, /message_delta/);
  } finally {
    await model.close();
  }
});
