import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErasureRefused } from '../core/error.ts';
import { makeSessionId } from '../core/ids.ts';
import { DUE_FOR_MS, contentRetention, contentWrittenMs, touchRunningKeys } from './content-retention.ts';

const DAY_MS = 86_400_000;
const ID = makeSessionId(1, new Uint8Array(16).fill(3));
const START_MS = 100 * DAY_MS;

function rig(more: { keptDays?: () => number | null; erase?: () => Promise<never> } = {}) {
  const erased: string[] = [];
  const said: string[] = [];
  const at = { clockMs: START_MS, uptimeMs: 0 };
  const retention = contentRetention({
    eraser: {
      erase: async (request) => {
        await more.erase?.();
        erased.push(`${request.sessionId} ${request.cause} ${request.reason}`);
        return { key: 'destroyed', contentBytes: null, maskBytes: null, record: 0 };
      },
    },
    keptDays: more.keptDays ?? (() => 30),
    ended: () => (erased.length > 0 ? [] : [{ id: ID, lastWrittenMs: START_MS - 10 * DAY_MS }]),
    clock: () => at.clockMs,
    uptimeMs: () => at.uptimeMs,
    logError: (line) => said.push(line),
  });
  /** Lets as much time go by on both clocks, and looks every quarter of an hour. */
  const live = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += DUE_FOR_MS / 4) {
      at.clockMs += DUE_FOR_MS / 4;
      at.uptimeMs += DUE_FOR_MS / 4;
      await retention.sweep();
    }
  };
  return { erased, said, at, live, retention };
}

test('content goes once its days are over, and an hour more', async () => {
  const { erased, live } = rig();
  await live(20 * DAY_MS);
  assert.deepEqual(erased, []);
  await live(2 * DUE_FOR_MS);
  assert.deepEqual(erased, [`${ID} retention content is kept for 30 days`]);
});

test('a policy without days keeps it for ever', async () => {
  const { erased, live } = rig({ keptDays: () => null });
  await live(60 * DAY_MS);
  assert.deepEqual(erased, []);
});

test('a clock that jumps a year ahead destroys nothing if it is set right within the hour', async () => {
  const { erased, at, live } = rig();
  at.clockMs += 365 * DAY_MS;
  await live(DUE_FOR_MS / 2);
  at.clockMs -= 365 * DAY_MS;
  await live(DAY_MS);
  assert.deepEqual(erased, []);
});

test('what is held is passed over in silence, what fails is said, and both are tried again', async () => {
  let failure: Error | null = new ErasureRefused('held');
  const { erased, said, live } = rig({
    erase: async () => {
      await Promise.resolve();
      if (failure !== null) throw failure;
      return undefined as never;
    },
  });
  await live(21 * DAY_MS);
  assert.deepEqual([erased, said], [[], []]);
  const { StateFolder } = await import('../core/error.ts');
  failure = new StateFolder('the disk is gone');
  await live(DUE_FOR_MS);
  assert.match(said.join(), /the disk is gone/);
  failure = null;
  await live(DUE_FOR_MS);
  assert.equal(erased.length, 1);
});

test('the days of a session that ran for long begin with its end, and not with its key', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'retention-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const paths = { contentKeys: join(home, 'keys'), content: join(home, 'content'), masks: join(home, 'masks') };
  for (const folder of Object.values(paths)) mkdirSync(folder);
  const ended = makeSessionId(1, new Uint8Array(16).fill(4));
  for (const id of [ID, ended]) {
    writeFileSync(join(paths.contentKeys, id), 'key');
    utimesSync(join(paths.contentKeys, id), START_MS / 1_000, START_MS / 1_000);
  }
  touchRunningKeys(paths, (id) => id === ID, START_MS + 40 * DAY_MS);
  assert.equal(contentWrittenMs(paths, ID), START_MS + 40 * DAY_MS);
  assert.equal(contentWrittenMs(paths, ended), START_MS);
});
