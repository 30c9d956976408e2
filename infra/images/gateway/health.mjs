// Asks the gateway of this container whether it is ready: exit 0 where it is.
import http from 'node:http';
import https from 'node:https';

const TIMEOUT_MS = 3_000;
const url = new URL(process.env.SALLYPORT_HEALTH_URL ?? 'https://127.0.0.1:8443/healthz');
const options = {
  method: 'GET',
  timeout: TIMEOUT_MS,
  // On the loopback interface of its own container nobody else answers, and the certificate there is nobody's.
  rejectUnauthorized: url.hostname !== '127.0.0.1',
};
const request = (url.protocol === 'https:' ? https : http).request(url, options, (reply) => {
  reply.resume();
  process.exit(reply.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
request.end();
