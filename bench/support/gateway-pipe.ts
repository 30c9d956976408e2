import { Agent, createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

// The least that a proxy in Node does: each request goes to the model's port as it comes, and the reply back.
const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const server = createServer((incoming, outgoing) => {
  const upstream = ask(
    { host: '127.0.0.1', port, agent, method: incoming.method, path: incoming.url, headers: incoming.headers },
    (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    },
  );
  upstream.on('error', () => outgoing.destroy());
  incoming.pipe(upstream);
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () =>
  process.send?.({ told: 'listening', port: (server.address() as AddressInfo).port }),
);
process.on('disconnect', () => process.exit());
