import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { openLog } from '../audit/index.ts';
import { systemClock } from './clock.ts';
import { deliveryFolder, openDelivery } from './delivery.ts';
import { rulesOf, ruleOf } from './delivery-rig.ts';
import { SEND_TIMEOUT_MS } from './send-once.ts';
import type { Sink } from './sink.ts';
import { storeSink } from './sinks/store.ts';
import { folderStore } from './stores/folder-store.ts';

// The program that `crash.test.ts` kills: it writes a log and delivers it to a store and to a receiver that takes batches in
// pieces. Batches are small and checkpoints frequent, so that each kill is near both. Arguments: a folder for all, and how
// many records this life writes; `end` as a third one has it end in order once everything is delivered.
const [home = '', records = '', mode = ''] = process.argv.slice(2);

const clock = systemClock();
const audit = join(home, 'audit');
const log = await openLog(audit, {
  clock: clock.nowMs,
  signing: { keyFile: join(home, 'audit-signing.key') },
  checkpointDelayMs: 3,
  segmentMaxBytes: 20_000,
});
const store = join(home, 'store');
mkdirSync(store, { recursive: true });
const NEWLINE = 0x0a;
const LIMITS = { maxRecords: 20, maxBytes: 4_000, maxAgeMs: 2 };

/** One call of the system for one line: what the test reads was there whole when the process died. */
const say = (text: string): void => void writeSync(1, `${text}\n`);

/** What a kill cut off at the end of a file: a line that is not whole was not taken. */
function cutToLines(path: string): void {
  if (!existsSync(path)) return;
  const held = readFileSync(path);
  truncateSync(path, held.lastIndexOf(NEWLINE) + 1);
}

/** Keeps a line for each record that it takes, and leaves the rest of a batch pending now and then. */
function journal(): Sink {
  const path = join(home, 'journal');
  cutToLines(path);
  const file = openSync(path, 'a');
  return {
    limits: LIMITS,
    store: null,
    deliver: ({ logId, firstIndex, lastIndex, records: given }) => {
      say('deliver');
      const most = Math.random() < 0.3 ? Math.ceil(given.length / 2) : given.length;
      const lines = given.slice(0, most).map(({ record, line }) => {
        const sha256 = createHash('sha256').update(line).digest('hex');
        return `${logId}/${record.index} ${sha256} ${firstIndex} ${lastIndex}\n`;
      });
      writeSync(file, lines.join(''));
      fsyncSync(file);
      say('taken');
      const pending = given.slice(most).map(({ record }) => record.index);
      return Promise.resolve({ pending, refused: [], reason: null, retryAfterMs: null });
    },
    close: () => Promise.resolve(closeSync(file)),
  };
}

function smallStore(): Sink {
  const sink = storeSink({ store: folderStore(store), retention: null, nowMs: clock.nowMs });
  return {
    ...sink,
    limits: LIMITS,
    deliver: async (batch, signal) => {
      say('put');
      return await sink.deliver(batch, signal);
    },
  };
}

const rules = rulesOf([
  ruleOf('journal'),
  { name: 'store', to: 'file', folder: store, required: true, form: 'record', kinds: null },
]);
let isEnding = false;
const delivery = await openDelivery(
  {
    folder: deliveryFolder(home),
    source: {
      folder: audit,
      origin: log.origin,
      version: '0.0.0',
      vkey: log.vkey,
      size: () => log.size,
      checkpoint: () => log.checkpoint,
    },
    // A receiver that left something pending is asked again at once. A try and the end have the time that they always have.
    clock: {
      ...clock,
      sleep: (ms, signal) => clock.sleep(isEnding || ms === SEND_TIMEOUT_MS ? ms : Math.min(ms, 5), signal),
    },
    placeOf: ({ to, name }) => ({
      target: name,
      open: () => Promise.resolve({ sink: to === 'file' ? smallStore() : journal(), target: name }),
    }),
    record: async (body) => {
      await log.append({ kind: 'log', occurredAtMs: clock.nowMs(), sessionId: null, body });
    },
    logError: () => undefined,
  },
  rules,
);
log.onCheckpoint(() => delivery.wake());
say('open');
await Promise.all(
  Array.from({ length: Number(records) }, async (_, number) => {
    await clock.sleep(number, new AbortController().signal);
    const { index } = await log.append({
      kind: 'decision',
      occurredAtMs: clock.nowMs(),
      sessionId: null,
      body: { text: 'x'.repeat(number % 200) },
    });
    delivery.wake();
    say(`receipt ${index}`);
  }),
);
if (mode === 'end') {
  const isDone = (): boolean =>
    delivery.status().every(({ behind, treeSize }) => behind === 0 && (treeSize === null || treeSize === log.size));
  while (!isDone()) await clock.sleep(5, new AbortController().signal);
  isEnding = true;
  await log.close();
  await delivery.close();
}
