// One end of a TLS connection, started in a network namespace of its own: `serve ADDRESS PORT KEY CERT` or
// `ask ADDRESS PORT NAME PADDING`, where NAME `-` says none and PADDING are bytes of protocol names that make the hello longer.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';

const [, , what, address, port, ...rest] = process.argv;
if (what === 'serve') {
  const [key, cert] = rest;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    socket.on('error', () => undefined);
    socket.end('reached');
  });
  server.on('tlsClientError', () => undefined);
  server.listen(Number(port), address, () => process.stdout.write('ready\n'));
} else {
  const [name, padding] = rest;
  // Names of protocols (ALPN, RFC 7301) fill the hello; each takes up to 255 bytes.
  const protocols = Array.from({ length: Math.ceil(Number(padding) / 200) }, (_, at) => `p${at}`.padEnd(200, 'x'));
  const socket = connect({
    host: address,
    port: Number(port),
    rejectUnauthorized: false,
    timeout: 4_000,
    ...(name === '-' ? {} : { servername: name }),
    ...(protocols.length > 0 ? { ALPNProtocols: protocols } : {}),
  });
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk));
  const end = () => {
    process.stdout.write(heard === 'reached' ? 'reached\n' : 'not reached\n');
    process.exit(0);
  };
  socket.on('end', end).on('timeout', end).on('error', end);
}
