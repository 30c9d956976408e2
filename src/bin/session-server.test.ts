import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { allowance } from '../core/allowance.ts';
import { MAX_HALL_CONNECTIONS, startDoorServer, startHall } from './session-server.ts';

const STATUS = {
  version: '1',
  startedAtMs: 0,
  policy: { name: 'p', digest: 'd', sequence: null },
  gatewayUrl: 'http://127.0.0.1:1',
  isLogTaking: true,
  ownSessions: null,
};

function place(t: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'sp-hall-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 's.sock');
}

async function status(socketPath: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request({ socketPath, path: '/status', agent: false }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
  });
  asked.on('error', reject).end();
  return await promise;
}

async function half(socketPath: string): Promise<Socket> {
  const socket = connect(socketPath).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /doors HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n');
  return socket;
}

test('the hall is full for nobody: who has been there for longest makes room', async (t) => {
  const lines: string[] = [];
  const path = place(t);
  const ports = {
    status: () => STATUS,
    openDoor: () => Promise.resolve(),
    logError: (line: string) => lines.push(line),
  };
  const hall = await startHall(ports, path);
  const held: Socket[] = [];
  for (let nth = 0; nth < MAX_HALL_CONNECTIONS; nth += 1) held.push(await half(path));
  const [oldest, next] = held;
  assert.ok(oldest !== undefined && next !== undefined);
  const [answered] = await Promise.all([status(path), once(oldest, 'close')]);
  assert.equal(answered, 200);
  assert.equal(next.destroyed, false);
  await hall.close();
  for (const socket of held) socket.destroy();
  assert.deepEqual(lines, []);
});

test('a door takes no more connections than it has a share of', async (t) => {
  const path = place(t);
  const share = allowance(2);
  const none = (): never => assert.fail('nothing is asked for');
  const ports = { status: () => STATUS, openSession: none, beat: none, endSession: none, sessions: none };
  const door = await startDoorServer({ ...ports, stopSession: none, logError: none }, path, share);
  const held = [await half(path), await half(path)];
  await assert.rejects(status(path), /ECONNRESET|EPIPE|hang up/);
  const closed = once(held[0] as Socket, 'close');
  held[0]?.destroy();
  await closed;
  while (share.held > 1) await new Promise(setImmediate);
  assert.equal(await status(path), 200);
  await door.close();
  held[1]?.destroy();
  while (share.held > 0) await new Promise(setImmediate);
});
