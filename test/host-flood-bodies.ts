import net from 'node:net';

// A user of a machine who begins large requests and ends none: `node FILE URL TOKEN COUNT MIB`. Says `held N refused M` once
// each of them was either sent up to its last bytes or answered; holds them until it is killed.

const [url = '', token = '', count = '', mib = ''] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const MIB = Buffer.alloc(1024 * 1024, 'a');
const head = [
  'POST /v1/messages HTTP/1.1',
  'host: x',
  `x-api-key: ${token}`,
  'content-type: application/json',
  `content-length: ${Number(mib) * MIB.length + 10}`,
];

async function held(): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let isAnswered = false;
    socket.on('error', () => resolve(false));
    socket.on('data', () => {
      isAnswered = true;
      resolve(false);
      socket.destroy();
    });
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    let left = Number(mib);
    const go = (): void => {
      if (isAnswered) return;
      if (left === 0) return resolve(true);
      left -= 1;
      socket.write(MIB, go);
    };
    go();
  });
}

const ends = await Promise.all(Array.from({ length: Number(count) }, held));
const heldCount = ends.filter((isHeld) => isHeld).length;
console.log(`held ${heldCount} refused ${ends.length - heldCount}`);
setInterval(() => undefined, 60_000);
