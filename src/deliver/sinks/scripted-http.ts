import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** One request as it came. */
export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** How a request is answered. `cut` sends the head and a part of the body and ends the connection; `never` does nothing. */
export type ScriptedReply =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cut?: boolean;
    }
  | 'never'
  | 'reset';

/** A receiver on the loopback, for tests. */
export interface ScriptedReceiver {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  reply: (request: ScriptedRequest) => ScriptedReply;
}

/** Starts a receiver that answers 200 with an empty object until it is told otherwise. Gone after the test. */
export async function scriptedReceiver(t: TestContext): Promise<ScriptedReceiver> {
  const requests: ScriptedRequest[] = [];
  const receiver = { url: '', requests, reply: (): ScriptedReply => ({ status: 200, body: {} }) };
  const server = http.createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const { method = '', url: path = '', headers } = request;
      const came = { method, path, headers, body: Buffer.concat(parts).toString('utf8') };
      requests.push(came);
      answer(response, (receiver as ScriptedReceiver).reply(came));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

function answer(response: http.ServerResponse, reply: ScriptedReply): void {
  if (reply === 'never') return;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...reply.headers,
  });
  if (reply.cut === true) {
    response.write(body.slice(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
  } else {
    response.end(body);
  }
}
