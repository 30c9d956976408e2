import { once } from 'node:events';
import { join } from 'node:path';
import { openLog } from '../../src/audit/index.ts';
import { DEFAULT_AUDIT_RULES } from '../../src/core/audit-rules.ts';
import { systemClock } from '../../src/deliver/clock.ts';
import { openDelivery } from '../../src/deliver/delivery.ts';
import { folderStore, s3Store, storeSink } from '../../src/deliver/index.ts';
import type { Sink } from '../../src/deliver/index.ts';

/** What one delivery took. */
export interface DeliveryTook {
  readonly seconds: number;
  readonly records: number;
  /** Memory of the process before it, and the most that it had. */
  readonly startRssMiB: number;
  readonly peakRssMiB: number;
}

const POLL_MS = 50;
const MIB = 1024 * 1024;

/** Delivers a whole log from its first record on, in a process of its own so that its memory is its own. */
async function deliver(home: string, positions: string, makeSink: () => Sink): Promise<DeliveryTook> {
  const log = await openLog(join(home, 'audit'), {
    clock: Date.now,
    signing: { keyFile: join(home, 'audit-signing.key') },
    heartbeatSeconds: 3_600,
  });
  while ((log.checkpoint?.size ?? 0) < log.size) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  const records = log.size;
  const startRssMiB = process.memoryUsage.rss() / MIB;
  let treeSize = 0;
  const startedMs = performance.now();
  const delivery = await openDelivery(
    {
      folder: positions,
      source: {
        folder: join(home, 'audit'),
        origin: log.origin,
        version: '0.0.0',
        vkey: log.vkey,
        size: () => records,
        checkpoint: () => log.checkpoint,
      },
      clock: systemClock(),
      placeOf: () => ({
        target: positions,
        open: () => Promise.resolve({ sink: noting(makeSink(), (size) => (treeSize = size)), target: positions }),
      }),
      record: () => Promise.resolve(),
      logError: (line) => process.stderr.write(`${line}\n`),
    },
    {
      deliver: [{ name: 'store', required: false, form: 'record', kinds: null, to: 'file', folder: positions }],
      backlog: DEFAULT_AUDIT_RULES.backlog,
    },
  );
  while (treeSize < records) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  const seconds = (performance.now() - startedMs) / 1_000;
  await delivery.close();
  await log.close();
  const peakRssMiB = process.resourceUsage().maxRSS / 1024;
  return { seconds, records, startRssMiB, peakRssMiB };
}

function noting(sink: Sink, onTree: (sizeRecords: number) => void): Sink {
  const { store } = sink;
  if (store === null) throw new TypeError('not a store');
  return {
    ...sink,
    limits: { ...sink.limits, maxAgeMs: 100 },
    store: {
      ...store,
      putTree: async (tree, signal) => {
        await store.putTree(tree, signal);
        onTree(tree.size);
      },
    },
  };
}

const [home = '', positions = '', place = ''] = process.argv.slice(2);
const keys = (): Promise<{ accessKeyId: string; secretAccessKey: string }> =>
  Promise.resolve({ accessKeyId: 'bench', secretAccessKey: 'bench' });
const store = () =>
  place.startsWith('http:')
    ? s3Store({
        endpoint: place,
        region: 'eu-central-1',
        bucket: 'b',
        prefix: 'p',
        kmsKey: null,
        compliance: 'refused',
        keys,
      })
    : folderStore(place);
const took = await deliver(home, positions, () => storeSink({ store: store(), retention: null, nowMs: Date.now }));
process.stdout.write(`${JSON.stringify(took)}\n`);
if (!process.stdout.writableLength) process.exit(0);
await once(process.stdout, 'drain');
process.exit(0);
