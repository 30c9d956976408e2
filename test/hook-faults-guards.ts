import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Something that listens where a guard should. */
export interface FakeGuard {
  readonly socket: string;
  close(): Promise<void>;
}

/** A fresh folder for a socket below `root`, and the path of the socket in it. */
export function socketPlace(root: string): string {
  return join(mkdtempSync(join(root, 's-')), 'guard.sock');
}

/**
 * Listens on a fresh socket and does with each connection what the fault needs.
 *
 * @param onRequest called once the head and the body of the request have come.
 */
export async function fakeGuard(
  root: string,
  onRequest: (connection: Socket) => void,
  onConnect?: (connection: Socket) => void,
): Promise<FakeGuard> {
  const socket = socketPlace(root);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection));
    connection.on('error', () => connection.destroy());
    onConnect?.(connection);
    let request = '';
    connection.on('data', (bytes) => {
      request += bytes.toString('latin1');
      const [head = '', body] = request.split('\r\n\r\n', 2);
      const [, length = '0'] = /content-length: (\d+)/i.exec(head) ?? [];
      if (body === undefined || body.length < Number(length)) return;
      connection.removeAllListeners('data');
      connection.resume();
      onRequest(connection);
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(socket, resolve);
  await promise;
  return {
    socket,
    async close() {
      for (const connection of open) connection.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** An HTTP answer around a body, as the guard sends it. */
export function http(body: string | Buffer, status = '200 OK'): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`),
    bytes,
  ]);
}

/** The payload of an answer that lets a call run. */
export const ALLOW =
  '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"Allowed."}}';

/** A whole frame; what makes an answer a fault is a difference from this. */
export function frame(payload: string, exit = '0'): string {
  return `sallyport-answer ${exit}\n${payload}\nsallyport-end\n`;
}

/** A real guard in a process of its own, so that it can be killed and stopped. */
export interface GuardProcess {
  readonly socket: string;
  readonly child: ChildProcess;
  /** Kills it and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts `hook-faults-guard-process.ts`.
 *
 * @param mode `answers`; or where it sends itself SIGKILL: `dies-deciding` before an answer, `dies-answering` in the midst.
 */
export async function guardProcess(
  root: string,
  mode: 'answers' | 'dies-deciding' | 'dies-answering',
): Promise<GuardProcess> {
  const socket = socketPlace(root);
  const script = fileURLToPath(new URL('hook-faults-guard-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, socket, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.stdout.once('data', () => resolve());
  child.once('close', () => reject(new Error('the guard process ended before it listened')));
  await promise;
  return {
    socket,
    child,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
