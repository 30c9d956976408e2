import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';

import { TOKEN } from '../gateway-rig.ts';

/** A client of the proxy, as bytes and as HTTP. Whoever opens a connection destroys it. */

/** What a proxy answered to CONNECT, and the connection if it is one now. */
export interface Connected {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  readonly socket: net.Socket;
}

export const HOST = 'api.anthropic.com';

export const BASIC = `Basic ${Buffer.from(`anybody:${TOKEN}`).toString('base64')}`;

/** Asks for a connection. `headers` are lines; without them the token of the rig is shown. */
export async function connectTo(
  gatewayUrl: string,
  target: string = `${HOST}:443`,
  headers: readonly string[] = [`Proxy-Authorization: ${BASIC}`],
): Promise<Connected> {
  const { hostname, port } = new URL(gatewayUrl);
  const socket = net.connect(Number(port), hostname);
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${HOST}:443`, ...headers];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const { head, rest } = await headOf(socket);
  const status = Number(head.split(' ')[1] ?? 0);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const body = status === 200 ? rest : await bytesOf(socket, rest, length);
  return { status, head, body: body.toString(), socket };
}

/** Speaks TLS on a connection. @throws {Error} where the handshake fails. */
export async function secured(
  socket: net.Socket,
  options: tls.ConnectionOptions & { readonly ca: string },
): Promise<tls.TLSSocket> {
  const through = tls.connect({ servername: HOST, ALPNProtocols: ['http/1.1'], ...options, socket });
  await new Promise<void>((resolve, reject) => {
    through.once('secureConnect', resolve);
    through.once('error', reject);
    through.once('close', () => reject(new Error('the connection was closed')));
  });
  return through;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection. */
export async function ask(
  connection: net.Socket,
  request: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: http.OutgoingHttpHeaders;
    readonly body?: string;
  },
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const outgoing = http.request({
      createConnection: () => connection,
      method: request.method ?? 'POST',
      path: request.path ?? '/v1/messages',
      headers: { host: HOST, connection: 'keep-alive', ...request.headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.end(request.body);
  });
}

/** Settles when a connection has ended, however. */
export async function ended(socket: net.Socket): Promise<void> {
  socket.on('error', () => undefined);
  socket.resume();
  if (socket.destroyed || socket.readableEnded) return;
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('end', () => resolve());
  });
}

async function headOf(socket: net.Socket): Promise<{ readonly head: string; readonly rest: Buffer }> {
  return await new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (): void => {
      socket.off('data', onData);
      socket.off('close', settle);
      const at = bytes.indexOf('\r\n\r\n');
      socket.pause();
      resolve({ head: bytes.toString('latin1', 0, at), rest: bytes.subarray(at === -1 ? bytes.length : at + 4) });
    };
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.includes('\r\n\r\n')) settle();
    };
    socket.on('data', onData);
    socket.on('error', () => undefined);
    socket.once('close', settle);
  });
}

async function bytesOf(socket: net.Socket, first: Buffer, length: number): Promise<Buffer> {
  return await new Promise((resolve) => {
    let bytes = first;
    const settle = (): void => resolve(bytes);
    if (bytes.length >= length) return settle();
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= length) settle();
    });
    socket.once('close', settle);
    socket.resume();
  });
}
