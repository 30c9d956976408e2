import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Where requests go and what they carry besides their body. */
export interface WireTarget {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One reply as the client saw it. Times in milliseconds since the first byte of the request was written. */
export interface WireReply {
  readonly status: number;
  /** Of the body as framed, chunk marks included. */
  readonly bytes: number;
  readonly totalMs: number;
  /** Until the first text delta; of a reply without any, until its end. */
  readonly firstTokenMs: number;
  /** The body as framed; null unless it was asked for or the request was refused. */
  readonly text: string | null;
}

/** A kept connection that carries one request at a time. */
export interface WireConnection {
  /** @throws {Error} where the connection ends before the reply does. */
  send(body: Buffer, isTextKept?: boolean): Promise<WireReply>;
  close(): void;
}

const FIRST_TOKEN = 'text_delta';
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/**
 * Opens a connection to a candidate. By hand, because `node:http` costs the load generator about as much as what it
 * measures; it reads replies that state a length or are chunked, and nothing else.
 */
export async function wireConnection(target: WireTarget): Promise<WireConnection> {
  const socket = connect({ host: '127.0.0.1', port: target.port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  // Each exchange looks for errors itself; between two of them nobody waits for anything.
  socket.on('error', () => undefined);
  return {
    send: (body, isTextKept = false) => exchange(socket, target, body, isTextKept),
    close: () => socket.destroy(),
  };
}

function requestBytes(target: WireTarget, body: Buffer): Buffer {
  const fields = Object.entries({ ...target.headers, 'content-length': String(body.length) });
  const head = [
    `POST ${target.path} HTTP/1.1`,
    'host: model.bench',
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

async function exchange(socket: Socket, target: WireTarget, body: Buffer, isTextKept: boolean): Promise<WireReply> {
  const request = requestBytes(target, body);
  const startMs = performance.now();
  return await new Promise<WireReply>((resolve, reject) => {
    let head: Buffer = Buffer.alloc(0);
    let framing: { readonly status: number; readonly length: number | null } | null = null;
    let bytes = 0;
    let tail: Buffer = Buffer.alloc(0);
    let firstTokenMs: number | null = null;
    const kept: Buffer[] = [];
    const settle = (): void => {
      socket.off('data', onData).off('error', fail).off('close', fail);
    };
    const fail = (error?: Error | boolean): void => {
      settle();
      reject(error instanceof Error ? error : new Error('the connection ended before the reply did'));
    };
    const onData = (chunk: Buffer): void => {
      let rest = chunk;
      if (framing === null) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const headEnd = head.indexOf('\r\n\r\n');
        if (headEnd === -1) return;
        framing = framingOf(head.toString('latin1', 0, headEnd));
        rest = head.subarray(headEnd + 4);
      }
      bytes += rest.length;
      if (isTextKept || framing.status !== 200) kept.push(rest);
      if (firstTokenMs === null && rest.includes(FIRST_TOKEN)) firstTokenMs = performance.now() - startMs;
      tail = rest.length >= LAST_CHUNK.length ? rest.subarray(-LAST_CHUNK.length) : Buffer.concat([tail, rest]);
      tail = tail.subarray(-LAST_CHUNK.length);
      const isWhole = framing.length === null ? tail.equals(LAST_CHUNK) : bytes >= framing.length;
      if (!isWhole) return;
      settle();
      const totalMs = performance.now() - startMs;
      const text = kept.length > 0 ? Buffer.concat(kept).toString('utf8') : null;
      resolve({ status: framing.status, bytes, totalMs, firstTokenMs: firstTokenMs ?? totalMs, text });
    };
    socket.on('data', onData).on('error', fail).on('close', fail);
    socket.write(request);
  });
}

function framingOf(head: string): { readonly status: number; readonly length: number | null } {
  const length = /^content-length: *([0-9]+)/im.exec(head)?.[1];
  return { status: Number(head.split(' ')[1]), length: length === undefined ? null : Number(length) };
}
