import { chmodSync, mkdirSync, statSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';

// A user of a machine who holds every connection that can be had: `node FILE RUNTIME HOME DOORS`. Says `flooding` once all
// were tried, and `cut MS` when the daemon first ends one that stays in the middle of its request; goes on until it is killed.

const [runtime = '', home = '', doorCount = ''] = process.argv.slice(2);
const GUARD_TRIES = 100;
const SESSION_TRIES = 40;
const GATEWAY_TRIES = 1_100;
const AGAIN_MS = 250;
const HALF = 'POST /hook/x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n';

async function ask(socketPath: string, path: string, body: object): Promise<Record<string, unknown>> {
  return await new Promise((resolve, reject) => {
    const asked = http.request({ socketPath, method: 'POST', path }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(JSON.parse(text) as Record<string, unknown>);
        else reject(new Error(text));
      });
    });
    asked.on('error', reject).end(JSON.stringify(body));
  });
}

const { dev, ino } = statSync(home, { bigint: true });
const request = { workspace: home, homeDir: home, workspaceFile: `${dev}:${ino}`, about: {}, environment: {} };
let isCutSeen = false;

/** Holds half a request, and another one whenever it is ended. Resolves when it was tried once. */
async function hold(to: net.NetConnectOpts): Promise<void> {
  await new Promise<void>((isTried) => {
    const begin = (): void => {
      const startedAtMs = performance.now();
      const socket = net.connect(to, () => socket.write(HALF, () => isTried()));
      socket
        .on('error', () => undefined)
        .on('close', () => {
          isTried();
          const heldMs = Math.round(performance.now() - startedAtMs);
          if (heldMs > 1_000 && !isCutSeen) {
            isCutSeen = true;
            console.log(`cut ${heldMs}`);
          }
          setTimeout(begin, AGAIN_MS);
        });
    };
    begin();
  });
}

const doors: string[] = [];
let gatewayUrl = '';
for (let nth = 0; nth < Number(doorCount); nth += 1) {
  const name = `flood${String(nth).padStart(19, '0')}`;
  const door = `${runtime}/doors/${name}`;
  mkdirSync(door);
  chmodSync(door, 0o770);
  await ask(`${runtime}/session.sock`, '/doors', { name });
  const opened = await ask(`${door}/session/s.sock`, '/sessions', request);
  gatewayUrl = String(opened['gatewayUrl']);
  // A session that has ended keeps its door for a while.
  await ask(`${door}/session/s.sock`, `/sessions/${String(opened['sessionId'])}/end`, { reason: 'over' });
  doors.push(door);
}

const tried: Promise<void>[] = [];
const holdSo = (tries: number, to: net.NetConnectOpts): void => {
  for (let nth = 0; nth < tries; nth += 1) tried.push(hold(to));
};
for (const door of doors) {
  holdSo(SESSION_TRIES, { path: `${door}/session/s.sock` });
  holdSo(GUARD_TRIES, { path: `${door}/guard/g.sock` });
}
const { hostname, port } = new URL(gatewayUrl);
holdSo(GATEWAY_TRIES, { host: hostname, port: Number(port) });
await Promise.all(tried);
console.log('flooding');
