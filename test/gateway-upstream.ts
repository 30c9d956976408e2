import http from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RigModel } from '../src/gateway/gateway-rig.ts';

/** A request as it came to the upstream, with a reply that the test writes as it likes. */
export interface Asked {
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly reply: http.ServerResponse;
  /** Settles when the connection is gone before the reply has ended. */
  readonly cut: Promise<void>;
}

/** A model service whose replies are a test's own, down to the connection. */
export interface Upstream extends RigModel {
  readonly asked: readonly Asked[];
}

/** Starts one on the loopback interface; `answer` is called once a request is whole. */
export async function startUpstream(answer: (asked: Asked) => void): Promise<Upstream> {
  const asked: Asked[] = [];
  const server = http.createServer((request, reply) => {
    const chunks: Buffer[] = [];
    const cut = Promise.withResolvers<void>();
    reply.once('close', () => {
      if (!reply.writableFinished) cut.resolve();
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Asked = {
        url: request.url ?? '/',
        headers: request.headers,
        body: Buffer.concat(chunks),
        reply,
        cut: cut.promise,
      };
      asked.push(one);
      answer(one);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
