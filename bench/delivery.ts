import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openLog } from '../src/audit/index.ts';
import type { DeliveryTook } from './support/delivery-run.ts';

/** Name of the bench on the command line. */
export const name = 'delivery';

/** Bytes of lines that wait to be delivered; `BENCH_BYTES` sets another number. */
const BACKLOG_BYTES = Number(process.env['BENCH_BYTES'] ?? 1024 ** 3);
/** Bytes of text in a record: with its frame, about what a decision with a command and its reasons takes. */
const TEXT_BYTES = 1_000;
const APPENDS_AT_A_TIME = 2_000;
const MIB = 1024 * 1024;

const runFile = promisify(execFile);

/**
 * Delivers a backlog to a store in a folder and to one that speaks S3 on this machine: bytes of lines per second, and the most memory
 * that the delivering process had.
 */
export async function run(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  try {
    const bytes = await writeBacklog(home);
    const folder = join(home, 'store');
    await mkdir(folder);
    tell('folder', bytes, await deliver(home, 'positions-folder', folder));
    const bucket = await startBucket();
    try {
      tell('loopback S3', bytes, await deliver(home, 'positions-s3', bucket.endpoint));
    } finally {
      await bucket.close();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function writeBacklog(home: string): Promise<number> {
  const folder = join(home, 'audit');
  const log = await openLog(folder, { clock: Date.now, signing: { keyFile: join(home, 'audit-signing.key') } });
  const words = createHash('sha256');
  const text = Array.from({ length: TEXT_BYTES / 40 }, (_, at) =>
    words.copy().update(String(at)).digest('hex').slice(0, 40),
  );
  const records = Math.ceil(BACKLOG_BYTES / (TEXT_BYTES + 300));
  for (let number = 0; number < records; number += APPENDS_AT_A_TIME) {
    await Promise.all(
      Array.from({ length: APPENDS_AT_A_TIME }, (_, more) =>
        log.append({
          kind: 'decision',
          occurredAtMs: Date.now(),
          sessionId: null,
          body: {
            number: number + more,
            verdict: 'allow',
            ruleId: 'dev/look',
            text: text.join(`${number + more}`.slice(0, 3)),
          },
        }),
      ),
    );
  }
  await log.close();
  const segments = join(folder, 'segments');
  let bytes = 0;
  for (const file of await readdir(segments)) bytes += (await stat(join(segments, file))).size;
  return bytes;
}

async function deliver(home: string, positions: string, place: string): Promise<DeliveryTook> {
  const file = fileURLToPath(new URL('support/delivery-run.ts', import.meta.url));
  const { stdout } = await runFile(process.execPath, [file, home, join(home, positions), place], { timeout: 400_000 });
  return JSON.parse(stdout) as DeliveryTook;
}

function tell(store: string, bytes: number, took: DeliveryTook): void {
  const { seconds, records, startRssMiB, peakRssMiB } = took;
  const line = {
    bench: 'delivery',
    store,
    backlogMiB: Math.round(bytes / MIB),
    records,
    seconds: Math.round(seconds * 10) / 10,
    mibPerSecond: Math.round(bytes / MIB / seconds),
    startRssMiB: Math.round(startRssMiB),
    peakRssMiB: Math.round(peakRssMiB),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.stderr.write(
    `${store}: ${line.backlogMiB} MiB in ${line.seconds} s, ${line.mibPerSecond} MiB/s; memory ${line.startRssMiB} MiB before, ${line.peakRssMiB} MiB at most\n`,
  );
}

/** Takes everything, remembers nothing, and has nothing. */
async function startBucket(): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const isListing = request.url?.includes('list-type=') === true;
      const body = isListing ? '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' : '';
      response.writeHead(request.method === 'PUT' || isListing ? 200 : 404).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
