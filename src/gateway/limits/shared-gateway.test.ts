import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';

import { startScriptedModel, turns } from '../../drill/scripted-model.ts';
import type { ScriptedModel } from '../../drill/scripted-model.ts';
import { ASK, errorMessage, nextTurn, post, TOKEN, usingRig, wire } from '../gateway-rig.ts';
import type { GatewayRig, WireReply } from '../gateway-rig.ts';
import { GATEWAY_LIMITS } from '../limits.ts';
import type { GatewayLimits } from '../limits.ts';

// What one user may hold of a gateway that several share.

const withRig = (
  limits: Partial<GatewayLimits>,
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> =>
  usingRig(startScriptedModel({ script: turns([{ text: 'hi' }, { text: 'hi' }, { text: 'hi' }]) }), { limits }, use);

const HEAD = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${TOKEN}\r\n`;

async function begun(rig: GatewayRig<ScriptedModel>, bytes: string): Promise<net.Socket> {
  const { hostname, port } = new URL(rig.gateway.url);
  const socket = net.connect(Number(port), hostname).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** Asks until the answer has that status: what is held of another connection shows a moment later. */
async function asked(rig: GatewayRig<ScriptedModel>, status: number): Promise<WireReply> {
  for (;;) {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    if (reply.status === status) return reply;
    await nextTurn();
  }
}

for (const { name, limits, half, said } of [
  {
    name: 'bytes that are announced',
    limits: { userBodyBytesAtOnce: 10_000 },
    half: `${HEAD}Content-Length: 9999\r\n\r\n{`,
    said: /hold as many bytes/,
  },
  {
    name: 'bytes in chunks',
    limits: { userBodyBytesAtOnce: 9_000 },
    half: `${HEAD}Transfer-Encoding: chunked\r\n\r\n${`400\r\n${' '.repeat(1024)}\r\n`.repeat(7)}`,
    said: /hold as many bytes/,
  },
  {
    name: 'bytes in very small chunks',
    limits: { userBodyBytesAtOnce: 9_800 },
    half: `${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(38)}`,
    said: /hold as many bytes/,
  },
  {
    name: 'bytes of all users together',
    limits: { bodyBytesAtOnce: 10_000 },
    half: `${HEAD}Content-Length: 9999\r\n\r\n{`,
    said: /hold as many bytes/,
  },
  {
    name: 'requests',
    limits: { userRequestsAtOnce: 1 },
    half: `${HEAD}Content-Length: 9\r\n\r\n{`,
    said: /as many requests under way/,
  },
  {
    name: 'connections',
    limits: { userConnections: 1 },
    half: `${HEAD}Content-Length: 9\r\n\r\n{`,
    said: /as many connections open/,
  },
]) {
  test(`a user who holds all of their ${name} waits until they end`, async () => {
    await withRig(limits, async (rig) => {
      const holder = await begun(rig, half);
      const reply = await asked(rig, 429);
      assert.match(errorMessage(reply.body), said);
      assert.match(reply.head, /retry-after: [12]\r/i);
      assert.equal(rig.bodies('refused').at(-1)?.['why'], 'too-many-at-once');
      holder.destroy();
      assert.equal((await asked(rig, 200)).isWhole, true);
    });
  });
}

test('those of whom nothing is known keep nobody out', async () => {
  await withRig({ strangerConnections: 4 }, async (rig) => {
    const silent = await Promise.all(Array.from({ length: 4 }, () => begun(rig, 'POST /v1/mess')));
    const oldest = silent[0];
    assert.ok(oldest !== undefined);
    const [reply] = await Promise.all([wire(rig.gateway.url, post('/v1/messages', ASK)), once(oldest, 'close')]);
    assert.equal(reply.status, 200);
    for (const socket of silent) socket.destroy();
  });
});

test('one user has room for two of the largest bodies, and all that one user has leaves room for another', () => {
  const { maxBodyBytes, userBodyBytesAtOnce, bodyBytesAtOnce } = GATEWAY_LIMITS;
  assert.ok(userBodyBytesAtOnce >= 2 * maxBodyBytes + 64 * 1024 * 1024);
  assert.ok(bodyBytesAtOnce >= 2 * userBodyBytesAtOnce);
});

for (const { name, body, said } of [
  {
    name: 'members',
    body: `{${Array.from({ length: 20_001 }, (_, at) => `"${at}":1`).join(',')}}`,
    said: /too many members/,
  },
  {
    name: 'messages',
    body: `{"messages":[${Array.from({ length: 20_001 }, () => '{}').join(',')}]}`,
    said: /at most 20000 messages/,
  },
]) {
  test(`a body of few bytes and very many ${name} is refused before they cost anything`, async () => {
    await withRig({}, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', body));
      assert.equal(reply.status, 400);
      assert.match(errorMessage(reply.body), said);
    });
  });
}
