import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { gapsOf } from './gaps-of.ts';
import type { GapReport } from './gaps-of.ts';
import type { AuditLog } from './audit-log.ts';
import { openLog } from './open-log.ts';
import type { LogOptions } from './open-log.ts';
import { CLOCK_JUMP_MS, HEARTBEAT_SECONDS, Pulse } from './pulse.ts';
import { SAMPLE_TIME_MS, recordsOf, sampleOptions, sampleRecord, temporaryFolder } from './sample-log.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** A machine whose clock and uptime the test moves. */
class Machine {
  atMs = SAMPLE_TIME_MS;
  upMs = 1_000_000;
  boot = 'first';

  /** Lets time pass for both. */
  pass(ms: number): void {
    this.atMs += ms;
    this.upMs += ms;
  }

  restart(ms: number): void {
    this.atMs += ms;
    this.upMs = 30_000;
    this.boot = `${this.boot} and another`;
  }

  options(folder: string, disk: SimulatedDisk): LogOptions {
    const uptime = { boot: this.boot, ms: () => this.upMs };
    return sampleOptions(folder, { clock: () => this.atMs, uptime, fs: disk });
  }
}

interface Stage {
  readonly folder: string;
  readonly machine: Machine;
  readonly disk: SimulatedDisk;
  readonly open: () => Promise<AuditLog>;
  readonly notes: () => Promise<readonly JsonObject[]>;
  readonly gaps: (nowMs?: number) => Promise<GapReport>;
}

async function stage(t: TestContext): Promise<Stage> {
  const folder = await temporaryFolder(t);
  const machine = new Machine();
  const disk = new SimulatedDisk();
  return {
    folder,
    machine,
    disk,
    open: () => openLog(folder, machine.options(folder, disk)),
    notes: async () => (await recordsOf(folder, disk)).filter(({ kind }) => kind === 'log').map(({ body }) => body),
    gaps: async (nowMs) => await gapsOf(await recordsOf(folder, disk), nowMs ?? null),
  };
}

const appendAt = (log: AuditLog, { atMs }: Machine): Promise<unknown> =>
  log.append({ ...sampleRecord(1), occurredAtMs: atMs });

/** Ends a log as a killed process does: its folder is free again, and no record tells of it. */
async function kill(log: AuditLog, disk: SimulatedDisk): Promise<void> {
  disk.onStep(() => ({ failWith: 'EIO' }));
  await assert.rejects(log.close());
  disk.onStep(() => null);
}

test('a log that nobody writes to writes that it is alive, once a minute, and counts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, open, notes, gaps } = await stage(t);
  const log = await open();
  for (let minute = 0; minute < 3; minute += 1) {
    machine.pass(HEARTBEAT_SECONDS * 1_000);
    t.mock.timers.tick(HEARTBEAT_SECONDS * 1_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  }
  await log.close();
  const beats = (await notes()).filter(({ event }) => event === 'heartbeat');
  const about = { event: 'heartbeat', everySeconds: 60, boot: 'first', refused: 0 };
  assert.deepEqual(beats, [
    { ...about, sequence: 1, upMs: 1_060_000 },
    { ...about, sequence: 2, upMs: 1_120_000 },
    { ...about, sequence: 3, upMs: 1_180_000 },
  ]);
  assert.deepEqual((await gaps()).gaps, []);
});

test('a log that is written to needs a heartbeat only once in ten times', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, open, notes } = await stage(t);
  const log = await open();
  for (let turn = 0; turn < 65; turn += 1) {
    machine.pass(20_000);
    await appendAt(log, machine);
    t.mock.timers.tick(20_000);
    for (let more = 0; more < 20; more += 1) await new Promise(setImmediate);
  }
  await log.close();
  assert.deepEqual(
    (await notes()).map(({ event, sequence }) => [event, sequence]),
    [
      ['opened', undefined],
      ['heartbeat', 1],
      ['heartbeat', 2],
      ['closed', undefined],
    ],
  );
});

test('the period of the heartbeat can be changed while the log is open', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, open, notes } = await stage(t);
  const log = await open();
  log.beatEvery(5);
  machine.pass(5_000);
  t.mock.timers.tick(5_000);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  for (const seconds of [0, -1, Number.NaN, 86_401]) assert.throws(() => log.beatEvery(seconds), TypeError);
  await log.close();
  assert.deepEqual(
    (await notes()).map(({ event, everySeconds }) => [event, everySeconds]),
    [
      ['opened', 60],
      ['heartbeat', 5],
      ['closed', undefined],
    ],
  );
});

test('a heartbeat that cannot be written is missing time, and no lost record; records that were refused are counted', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, disk, open, notes, gaps } = await stage(t);
  const log = await open();
  disk.onStep(() => ({ failWith: 'ENOSPC' }));
  for (let minute = 0; minute < 10; minute += 1) {
    machine.pass(60_000);
    t.mock.timers.tick(60_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  }
  await assert.rejects(appendAt(log, machine), { code: 'AUDIT_UNAVAILABLE' });
  disk.onStep(() => null);
  await appendAt(log, machine);
  await log.close();
  const gap = { fromMs: SAMPLE_TIME_MS, toMs: SAMPLE_TIME_MS + 600_000, seconds: 600, cause: 'unwritten' };
  const found = (await notes()).find(({ event }) => event === 'gap');
  assert.deepEqual(found, { event: 'gap', ...gap });
  const report = await gaps();
  assert.deepEqual([report.missingSeconds, report.lostRecords], [600, 1]);
  assert.deepEqual(report.gaps, [{ index: 2, ...gap }]);
});

for (const { name, between, want } of [
  {
    name: 'a stop for an hour',
    between: async ({ machine }: Stage, log: AuditLog) => {
      await log.close();
      machine.pass(HOUR_MS);
    },
    want: { missingSeconds: 0, stoppedSeconds: 3_600, clockJumps: 0, gaps: [[3_600, 'stopped']] },
  },
  {
    name: 'a kill, noticed ten minutes later',
    between: async ({ machine, disk }: Stage, log: AuditLog) => {
      await kill(log, disk);
      machine.pass(600_000);
    },
    want: { missingSeconds: 600, stoppedSeconds: 0, clockJumps: 0, gaps: [[600, 'killed']] },
  },
  {
    name: 'a kill, and a restart of the machine',
    between: async ({ machine, disk }: Stage, log: AuditLog) => {
      await kill(log, disk);
      machine.restart(120_000);
    },
    want: { missingSeconds: 120, stoppedSeconds: 0, clockJumps: 0, gaps: [[120, 'killed']] },
  },
  {
    name: 'a clock set back an hour while the log was closed',
    between: async ({ machine }: Stage, log: AuditLog) => {
      await log.close();
      machine.pass(60_000);
      machine.atMs -= HOUR_MS;
    },
    want: { missingSeconds: 0, stoppedSeconds: 60, clockJumps: 1, gaps: [[60, 'stopped']] },
  },
  {
    name: 'a clock set forward a year while the log was closed',
    between: async ({ machine }: Stage, log: AuditLog) => {
      await log.close();
      machine.pass(60_000);
      machine.atMs += YEAR_MS;
    },
    want: { missingSeconds: 0, stoppedSeconds: 60, clockJumps: 1, gaps: [[60, 'stopped']] },
  },
  {
    name: 'a clock set back over a restart of the machine, which hides how long it was',
    between: async ({ machine, disk }: Stage, log: AuditLog) => {
      await kill(log, disk);
      machine.restart(-HOUR_MS);
    },
    want: { missingSeconds: 0, stoppedSeconds: 0, clockJumps: 0, gaps: [[null, 'clock-back']] },
  },
  {
    name: 'a clock set forward a year over a restart of the machine, which nobody can tell from a year',
    between: async ({ machine, disk }: Stage, log: AuditLog) => {
      await kill(log, disk);
      machine.restart(YEAR_MS);
    },
    want: { missingSeconds: YEAR_MS / 1_000, stoppedSeconds: 0, clockJumps: 0, gaps: [[YEAR_MS / 1_000, 'killed']] },
  },
  {
    name: 'a clock set back an hour while the log is open',
    between: async ({ machine }: Stage, log: AuditLog) => {
      machine.atMs -= HOUR_MS;
      await appendAt(log, machine);
      await log.close();
    },
    want: { missingSeconds: 0, stoppedSeconds: 0, clockJumps: 1, gaps: [[0, 'stopped']] },
  },
  {
    name: 'a clock set forward a year while the log is open',
    between: async ({ machine }: Stage, log: AuditLog) => {
      machine.atMs += YEAR_MS;
      await appendAt(log, machine);
      await log.close();
    },
    want: { missingSeconds: 0, stoppedSeconds: 0, clockJumps: 1, gaps: [[0, 'stopped']] },
  },
  {
    name: 'a machine that slept an hour while the log is open',
    between: async ({ machine }: Stage, log: AuditLog) => {
      machine.pass(HOUR_MS);
      await appendAt(log, machine);
      await log.close();
    },
    want: {
      missingSeconds: 3_600,
      stoppedSeconds: 0,
      clockJumps: 0,
      gaps: [
        [3_600, 'asleep'],
        [0, 'stopped'],
      ],
    },
  },
]) {
  test(`${name} is told by the log`, async (t) => {
    const own = await stage(t);
    const log = await own.open();
    await appendAt(log, own.machine);
    await between(own, log);
    await (await own.open()).close();
    const { missingSeconds, stoppedSeconds, clockJumps, gaps } = await own.gaps();
    const short = gaps.map(({ seconds, cause }) => [seconds, cause]);
    assert.deepEqual({ missingSeconds, stoppedSeconds, clockJumps, gaps: short }, want);
  });
}

test('what comes after silence or a jump of the clock comes after the record of it', async (t) => {
  const { folder, disk, machine, open } = await stage(t);
  const log = await open();
  machine.pass(HOUR_MS);
  machine.atMs += CLOCK_JUMP_MS;
  await Promise.all([appendAt(log, machine), appendAt(log, machine)]);
  await log.close();
  const events = (await recordsOf(folder, disk)).map(({ kind, body }) => (kind === 'log' ? body['event'] : kind));
  assert.deepEqual(events, ['opened', 'clock-jump', 'gap', 'decision', 'decision', 'closed']);
});

test('a clock that is slewed is no jump', () => {
  const pulse = new Pulse(60, { atMs: 0, upMs: 0, boot: null });
  for (let turn = 1; turn < 100; turn += 1) {
    const now = { atMs: turn * 60_000 + turn * (CLOCK_JUMP_MS - 1), upMs: turn * 60_000, boot: null };
    assert.deepEqual(pulse.look(now, false), []);
    pulse.wrote(now);
  }
});
