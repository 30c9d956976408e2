import assert from 'node:assert/strict';
import type http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { JsonObject } from '../src/core/json.ts';
import { errorMessage, nextTurn, post, recorded, wire } from '../src/gateway/gateway-rig.ts';
import { fullRig, MAIL, tokensIn } from './gateway-full-rig.ts';
import { CONVERSE_JSON, MESSAGES_JSON, requestOf, STREAMS, textDelta } from './gateway-replies.ts';
import type { ReplyForm } from './gateway-replies.ts';
import { readReply } from './gateway-reply-reading.ts';
import { startUpstream } from './gateway-upstream.ts';

// What much of anything costs: long replies to clients that are slow, and many long requests at one time. Client, gateway
// and model share this process, so that the figures are upper bounds for the gateway's own.

const SLOW = process.env['SLOW'] === '1';
const MIB = 1024 * 1024;
const LONG_REPLY_BYTES = 200 * MIB;
const READ_REPLY_BYTES = (SLOW ? 200 : 64) * MIB;
/** Bytes of buffers that a reply may hold on its whole way, the model's and the client's own included. */
const MAX_GROWTH_BYTES = 16 * MIB;
const PROMPT = `Write to ${MAIL}.`;

/** Writes a reply of so many bytes as fast as it is taken; says how many were. */
async function flood(form: ReplyForm, reply: http.ServerResponse, token: string, length: number): Promise<number> {
  const units = form.units([{ text: 'x' }]);
  const at = units.findIndex(({ name }) => /delta$/i.test(name)) + 1;
  const delta = textDelta(form, `${'words and words '.repeat(2_000)}${token}`);
  reply.writeHead(200, { 'content-type': form.contentType });
  for (const { bytes } of units.slice(0, at)) reply.write(bytes);
  let written = 0;
  while (written < length && !reply.destroyed) {
    written += delta.length;
    if (!reply.write(delta)) await room(reply);
  }
  for (const { bytes } of units.slice(at)) reply.write(bytes);
  reply.end();
  return written;
}

function room(reply: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      reply.off('drain', settle).off('close', settle);
      resolve();
    };
    reply.on('drain', settle).on('close', settle);
  });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of buffers that somebody still holds. */
function heldBytes(): number {
  // The second one waits for what the first one lets go.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

for (const form of STREAMS)
  test(`a client that reads nothing of a long reply holds the upstream up, not the memory: ${form.name}`, async (t) => {
    const flooding: Promise<number>[] = [];
    const model = await startUpstream(({ body, reply }) => {
      flooding.push(flood(form, reply, tokensIn(body, 'EMAIL')[0] ?? 'no token', LONG_REPLY_BYTES));
    });
    const rig = await fullRig(t, model, { provider: form.provider, idleMs: 500 });
    const { hostname, port } = new URL(rig.gateway.url);
    const before = heldBytes();
    const socket = net.connect(Number(port), hostname);
    t.after(() => void socket.destroy());
    socket.pause();
    socket.write(post(form.path, requestOf(form, PROMPT)));
    let most = 0;
    for (let turn = 0; !rig.events().includes('response'); turn += 1) {
      if (turn % 100 === 0) most = Math.max(most, heldBytes() - before);
      await nextTurn();
    }
    const [written = 0] = await Promise.all(flooding);
    t.diagnostic(
      `${Math.round(written / MIB)} MiB taken of the upstream, ${Math.round(most / MIB)} MiB at most in buffers`,
    );
    assert.equal(rig.bodies('response')[0]?.['ended'], 'client-gone');
    assert.ok(written < LONG_REPLY_BYTES / 4, String(written));
    assert.ok(most < MAX_GROWTH_BYTES, String(most));
  });

for (const form of STREAMS)
  test(`a client that reads a long reply slowly gets all of it, and the memory stays bounded: ${form.name}`, async (t) => {
    const flooding: Promise<number>[] = [];
    const model = await startUpstream(({ body, reply }) => {
      flooding.push(flood(form, reply, tokensIn(body, 'EMAIL')[0] ?? 'no token', READ_REPLY_BYTES));
    });
    const rig = await fullRig(t, model, { provider: form.provider });
    const { hostname, port } = new URL(rig.gateway.url);
    const before = heldBytes();
    const socket = net.connect(Number(port), hostname);
    t.after(() => void socket.destroy());
    socket.write(post(form.path, requestOf(form, PROMPT)));
    let [most, length] = [0, 0];
    let tail = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      length += chunk.length;
      tail = Buffer.concat([tail, chunk]).subarray(-64);
      if (length >> 22 !== (length - chunk.length) >> 22) most = Math.max(most, heldBytes() - before);
      // Each piece is taken a few turns after it came.
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      if (tail.includes('\r\n0\r\n\r\n')) break;
    }
    await recorded(rig, 'response');
    const { ended, bytes } = rig.bodies('response')[0] ?? {};
    const [written = 0] = await Promise.all(flooding);
    t.diagnostic(`${Math.round(length / MIB)} MiB read, ${Math.round(most / MIB)} MiB at most in buffers`);
    assert.equal(ended, 'complete');
    assert.ok(Number(bytes) > written * 0.9 && length > Number(bytes));
    assert.ok(most < MAX_GROWTH_BYTES, String(most));
  });

const REQUESTS = 64;
const MESSAGES = 64;

/** A conversation of a MiB, in so many messages, each of which names one address. */
function longRequest(
  form: ReplyForm,
  number: number,
  inMessages = MESSAGES,
): { readonly body: JsonObject; readonly address: string } {
  const address = [`user.number${number}`, 'northwind-labs.com'].join('@');
  const messages = Array.from({ length: inMessages }, (_, at): JsonObject => {
    const text = `${number}.${at} ${'Some words of a file, and some more. '.repeat(Math.round(28_000 / inMessages))} ${address}`;
    return { role: at % 2 === 0 ? 'user' : 'assistant', content: form.isConverse ? [{ text }] : text };
  });
  return { body: requestOf(form, '', { messages }), address };
}

for (const form of [MESSAGES_JSON, CONVERSE_JSON])
  test(`${REQUESTS} requests of a MiB each at one time are masked and answered right, each its own: ${form.name}`, async (t) => {
    const model = await startUpstream(({ body, reply }) => {
      const [token = 'no token', ...more] = tokensIn(body, 'EMAIL');
      const isMasked = !/user\.number\d+@/.test(body.toString()) && more.length === 0;
      const [unit] = form.units([{ text: isMasked ? `To ${token}` : 'a value came up' }]);
      reply.writeHead(200, { 'content-type': form.contentType });
      reply.end(unit?.bytes);
    });
    const rig = await fullRig(t, model, { provider: form.provider });
    const requests = Array.from({ length: REQUESTS }, (_, number) => longRequest(form, number));
    const sent = requests.map(({ body }) => post(form.path, body));
    const before = process.memoryUsage().rss;
    let most = 0;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        most = Math.max(most, process.memoryUsage.rss() - before);
        await nextTurn();
      }
    })();
    const startedAtMs = performance.now();
    const replies = await Promise.all(sent.map((request) => wire(rig.gateway.url, request)));
    isOver = true;
    await watching;
    const tookMs = performance.now() - startedAtMs;
    t.diagnostic(`${Math.round(tookMs)} ms, ${Math.round(most / MIB)} MiB more of memory at most`);
    for (const [at, reply] of replies.entries()) {
      assert.equal(reply.status, 200, reply.body.toString().slice(0, 300));
      assert.equal(readReply(form, reply.body).text, `To ${requests[at]?.address ?? ''}`);
    }
    assert.equal(model.asked.length, REQUESTS);
    // The test itself holds each request twice: as it is sent, and as the model was given it.
    assert.ok(most < REQUESTS * 6 * MIB, String(most));
  });

// Texts of more than 32 KiB are looked through one after the other, within a time that counts the wait.
test('requests with one text of a MiB each at one time are answered right or refused with the reason, and never sent unseen', async (t) => {
  const form = MESSAGES_JSON;
  const model = await startUpstream(({ body, reply }) => {
    const [token = 'no token'] = tokensIn(body, 'EMAIL');
    assert.doesNotMatch(body.toString(), /user\.number\d+@/);
    reply.writeHead(200, { 'content-type': form.contentType });
    reply.end(form.units([{ text: `To ${token}` }])[0]?.bytes);
  });
  const rig = await fullRig(t, model, { provider: form.provider });
  const requests = Array.from({ length: SLOW ? 64 : 16 }, (_, number) => longRequest(form, number, 1));
  const replies = await Promise.all(requests.map(({ body }) => wire(rig.gateway.url, post(form.path, body))));
  for (const [at, reply] of replies.entries())
    if (reply.status === 200) assert.equal(readReply(form, reply.body).text, `To ${requests[at]?.address ?? ''}`);
    else assert.match(errorMessage(reply.body), /a text in it could not be checked/);
  const answered = replies.filter(({ status }) => status === 200).length;
  t.diagnostic(`${answered} of ${requests.length} answered`);
  assert.equal(model.asked.length, answered);
});
