import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderTiles } from '../audit/index.ts';
import type { AuditRecord } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import { rootAt } from '../tlog/index.ts';
import { boundedBy } from './bounded-log.ts';
import { deliveryFiles } from './delivery-files.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import { deliveryRig, heldFiles, RIG_TIME_MS, ruleOf, rulesOf, ScriptedSink } from './delivery-rig.ts';
import type { Rig } from './delivery-rig.ts';
import { decodePosition, encodePosition } from './position.ts';
import { ALL_TAKEN, SinkFailed } from './sink.ts';
import type { SinkAnswer } from './sink.ts';

const DAY_MS = 86_400_000;

function downSink(rig: Rig, name: string, isStore = false): ScriptedSink {
  const sink = new ScriptedSink({}, isStore);
  sink.answer = () => Promise.reject(new SinkFailed('the receiver is down'));
  rig.sinks.set(name, sink);
  return sink;
}

/** Files of which the writing of positions fails as long as it says so. */
function fullDisk(rig: Rig, isFull: () => boolean): (folder: string) => Promise<DeliveryFiles> {
  return async (folder) => {
    const files = heldFiles(await deliveryFiles(folder), rig.clock);
    return {
      ...files,
      replace: (name, text) =>
        isFull() ? Promise.reject(new Error('ENOSPC: no space left on device')) : files.replace(name, text),
    };
  };
}

const eventNames = async (rig: Rig): Promise<readonly unknown[]> => (await rig.events()).map(({ event }) => event);

test('nothing is sent while its plan cannot be written down, and all of it once it can', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(20);
  let isFull = true;
  const delivery = await rig.open([ruleOf('a')], {}, { files: fullDisk(rig, () => isFull) });
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  for (let second = 0; second < 500; second += 1) rig.clock.pass(1_000);
  assert.equal(rig.sinks.get('a')?.given.length, 0);
  assert.match(delivery.status()[0]?.lastError?.text ?? '', /no space left/);
  isFull = false;
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.equal(rig.sinks.get('a')?.taken.size, rig.log.size);
});

test('a disk that is full when a batch was taken holds up the next one, and none is sent twice', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(250);
  let isFull = false;
  const sink = new ScriptedSink();
  sink.answer = () => {
    isFull = true;
    return ALL_TAKEN;
  };
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a')], {}, { files: fullDisk(rig, () => isFull) });
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  for (let second = 0; second < 500; second += 1) rig.clock.pass(1_000);
  await rig.clock.until(() => true);
  assert.equal(sink.given.length, 1);
  sink.answer = () => ALL_TAKEN;
  isFull = false;
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  const indexes = sink.given.flatMap(({ records }) => records.map(({ record }) => record.index));
  assert.deepEqual(
    indexes,
    indexes.map((_, index) => index),
  );
});

test('a required sink that is down is told about, then nothing is decided, and both clear once it is back', async (t) => {
  const rig = await deliveryRig(t);
  const sink = downSink(rig, 'archive');
  const limits = { alarmRecords: 20, alarmSeconds: 600, denyRecords: 40, denySeconds: 1_200 };
  const delivery = await rig.open([ruleOf('archive', { required: true })], limits);
  const log = boundedBy(rig.log, delivery);
  const record = (kind: AuditRecord['kind'], event: string): AuditRecord => ({
    kind,
    occurredAtMs: RIG_TIME_MS,
    sessionId: null,
    body: { event },
  });
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  await rig.fill(25);
  await rig.clock.until(() => delivery.status()[0]?.backlog === 'alarm');
  assert.equal(delivery.denial, null);
  await log.append(record('decision', 'a'));
  await rig.fill(25);
  await rig.clock.until(() => delivery.denial !== null);
  assert.match(delivery.denial ?? '', /^sink `archive`, which the policy requires, is \d+ records and \d+ s behind$/);
  for (const [kind, event] of [
    ['decision', 'any'],
    ['session', 'opened'],
    ['model', 'request'],
    ['egress', 'opened'],
  ] as const) {
    await assert.rejects(log.append(record(kind, event)), { code: 'AUDIT_UNAVAILABLE' }, `${kind} ${event}`);
  }
  // What has happened, and what mends it, is recorded all the same.
  for (const [kind, event] of [
    ['session', 'ended'],
    ['hook', 'PostToolUse'],
    ['egress', 'closed'],
    ['policy', 'reloaded'],
    ['admin', 'erased'],
    ['finding', 'any'],
    ['log', 'heartbeat'],
  ] as const) {
    await log.append(record(kind, event));
  }
  sink.answer = () => ALL_TAKEN;
  await rig.clock.until(() => delivery.status()[0]?.backlog === 'ok');
  assert.equal(delivery.denial, null);
  await log.append(record('decision', 'b'));
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  const names = await eventNames(rig);
  assert.deepEqual(names.slice(0, 3), ['delivery-sink-added', 'delivery-behind', 'delivery-denies']);
  assert.equal(names.at(-1), 'delivery-caught-up');
  for (const name of ['delivery-behind', 'delivery-denies', 'delivery-caught-up'])
    assert.equal(names.filter((one) => one === name).length, 1, `${name} is told once`);
  const [, behind] = await rig.events();
  assert.deepEqual([behind?.['sink'], behind?.['lastError']], ['archive', 'the receiver is down']);
});

test('a sink that gathers large batches is not behind by gathering them', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink({ maxRecords: 20_000, maxAgeMs: 60_000 });
  rig.sinks.set('archive', sink);
  const rule = ruleOf('archive', { required: true });
  const delivery = await rig.open([rule], { alarmRecords: 8, alarmSeconds: 10, denyRecords: 30, denySeconds: 10 });
  for (let round = 0; round < 10; round += 1) {
    await rig.fill(1);
    const untilMs = rig.clock.uptimeMs() + 4_000;
    await rig.clock.until(() => rig.clock.uptimeMs() > untilMs);
    assert.equal(delivery.denial, null);
  }
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.deepEqual(await eventNames(rig), ['delivery-sink-added']);
});

test('a sink that is not required is told about, and denies nothing', async (t) => {
  const rig = await deliveryRig(t);
  downSink(rig, 'siem');
  const delivery = await rig.open([ruleOf('siem')], { alarmRecords: 5, denyRecords: 10 });
  await rig.fill(50);
  await rig.clock.until(() => delivery.status()[0]?.backlog === 'alarm');
  for (let turn = 0; turn < 5; turn += 1) await rig.clock.until(() => true);
  assert.equal(delivery.denial, null);
});

for (const { name, jumpMs } of [
  { name: 'forward a year', jumpMs: 365 * DAY_MS },
  { name: 'back an hour', jumpMs: -3_600_000 },
  { name: 'back before the epoch', jumpMs: -2 * RIG_TIME_MS },
])
  test(`a clock that jumps ${name} denies nothing, and delivery goes on`, async (t) => {
    const rig = await deliveryRig(t);
    const sink = downSink(rig, 'archive');
    const limits = { alarmSeconds: 600, denySeconds: 1_200 };
    const delivery = await rig.open([ruleOf('archive', { required: true })], limits);
    await rig.fill(5, { occurredAtMs: RIG_TIME_MS });
    await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
    rig.clock.jumpMs = jumpMs;
    const untilMs = rig.clock.uptimeMs() + 60_000;
    await rig.clock.until(() => rig.clock.uptimeMs() > untilMs);
    assert.deepEqual([delivery.status()[0]?.backlog, delivery.denial], ['ok', null]);
    sink.answer = () => ALL_TAKEN;
    await rig.fill(5, { occurredAtMs: Math.max(0, rig.clock.nowMs()) });
    await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  });

test('how long a sink was waited for outlives the process: restarting does not lift a denial for long', async (t) => {
  const rig = await deliveryRig(t);
  downSink(rig, 'archive');
  const rule = ruleOf('archive', { required: true });
  const limits = { alarmSeconds: 100, denySeconds: 600 };
  const first = await rig.open([rule], limits);
  await rig.fill(3);
  await rig.clock.until(() => first.denial !== null, 1_000);
  let isClosed = false;
  void first.close().then(() => (isClosed = true));
  await rig.clock.until(() => isClosed);
  const second = await rig.open([rule], limits);
  await rig.clock.until(() => second.denial !== null);
  const status = second.status()[0];
  assert.ok((status?.oldestSeconds ?? 0) >= 600, `${status?.oldestSeconds} s`);
});

test('what was in the log before a sink came to it is delivered, and counts for no limit', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(200);
  const sink = downSink(rig, 'archive');
  const delivery = await rig.open([ruleOf('archive', { required: true })], { alarmRecords: 50, denyRecords: 100 });
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  assert.deepEqual([delivery.status()[0]?.backlog, delivery.denial], ['ok', null]);
  sink.answer = () => ALL_TAKEN;
  await rig.clock.until(() => sink.taken.size === rig.log.size);
});

for (const { name, damage } of [
  { name: 'cut short', damage: (text: string) => text.slice(0, text.length / 2) },
  { name: 'empty', damage: () => '' },
  { name: 'with another number in it', damage: (text: string) => text.replace(/"acked":\d+/, '"acked":999') },
  { name: 'of other bytes', damage: () => '\u0000\u0001[]' },
  { name: 'with a position below zero', damage: (text: string) => text.replace(/"acked":\d+/, '"acked":-1') },
])
  test(`a position file ${name} is told of, and the sink gets everything again`, async (t) => {
    const rig = await deliveryRig(t);
    await rig.fill(10);
    const first = await rig.open([ruleOf('a')]);
    await rig.clock.until(() => first.status()[0]?.behind === 0);
    let isClosed = false;
    void first.close().then(() => (isClosed = true));
    await rig.clock.until(() => isClosed);
    const file = `${rig.home}/delivery/a.json`;
    await writeFile(file, damage(await readFile(file, 'utf8')));
    rig.sinks.get('a')?.taken.clear();
    const second = await rig.open([ruleOf('a')]);
    await rig.clock.until(() => second.status()[0]?.behind === 0);
    assert.equal(rig.sinks.get('a')?.taken.size, rig.log.size);
    assert.equal((await eventNames(rig)).at(-1), 'delivery-position-lost');
  });

test('a store whose position was lost is asked what it holds, and gets the rest', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(30);
  const sink = new ScriptedSink({}, true);
  sink.held = 20;
  rig.sinks.set('a', sink);
  await rig.open([ruleOf('a')]);
  await rig.clock.until(() => sink.taken.size === rig.log.size - 20);
  assert.equal(Math.min(...sink.taken.keys()), 20);
});

test('a log that was cut back below what was delivered is not delivered on, and denies', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(30);
  const sink = new ScriptedSink({}, true);
  sink.held = 1_000;
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a', { required: true })], { denySeconds: 600 });
  await rig.clock.until(() => delivery.denial !== null, 1_000);
  assert.equal(sink.given.length, 0);
  assert.match(
    delivery.status()[0]?.lastError?.text ?? '',
    /^the log holds \d+ records, and 1000 of it were delivered$/,
  );
});

test('a checkpoint goes to a store once all its records are there, with every tile that it needs', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink({ maxRecords: 50 }, true);
  rig.sinks.set('a', sink);
  let fails = 3;
  sink.onTree = () => {
    fails -= 1;
    if (fails >= 0) throw new SinkFailed('tile not taken');
    for (const { size } of sink.trees) assert.ok(size <= sink.taken.size);
  };
  const delivery = await rig.open([ruleOf('a')]);
  for (let round = 0; round < 6; round += 1) {
    await rig.fill(100);
    delivery.wake();
    await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  }
  await rig.clock.until(() => (sink.trees.at(-1)?.size ?? 0) > 512);
  const paths = new Set(sink.trees.flatMap(({ tiles }) => tiles.map(({ path }) => path)));
  for (const path of ['tile/0/000', 'tile/0/001']) assert.ok(paths.has(path), path);
  const sizes = sink.trees.map(({ size }) => size);
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => a - b),
    'a store never gets an older checkpoint',
  );
  assert.match(sink.trees.at(-1)?.checkpoint ?? '', new RegExp(`^${rig.log.origin}\n${sizes.at(-1)}\n`));
});

test('a store that takes records and no checkpoints denies in the end', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink({}, true);
  sink.onTree = () => {
    throw new SinkFailed('the store holds another tree');
  };
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a', { required: true })], { alarmSeconds: 60, denySeconds: 600 });
  await rig.fill(10);
  delivery.wake();
  await rig.clock.until(() => delivery.denial !== null, 1_000);
  assert.match(delivery.status()[0]?.lastError?.text ?? '', /another tree/);
});

test('sinks come and go with the policy while a batch hangs, and each change is recorded', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(30);
  const hanging = new ScriptedSink();
  hanging.answer = (_, signal) =>
    new Promise<SinkAnswer>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new SinkFailed('broken off')));
    });
  rig.sinks.set('old', hanging);
  rig.sinks.set('new', new ScriptedSink());
  const delivery = await rig.open([ruleOf('old'), ruleOf('stays')]);
  await rig.clock.until(() => hanging.given.length > 0);
  let isFollowed = false;
  void delivery.follow(rulesOf([ruleOf('new'), ruleOf('stays')])).then(() => (isFollowed = true));
  await rig.clock.until(() => isFollowed);
  assert.equal(hanging.closed, 1);
  assert.deepEqual(
    delivery.status().map(({ name }) => name),
    ['new', 'stays'],
  );
  await rig.clock.until(() => delivery.status().every(({ behind }) => behind === 0));
  assert.equal(rig.sinks.get('stays')?.closed, 0, 'who stays goes on');

  // It comes back, and goes on with the very batch that was under way.
  const [before] = hanging.given;
  hanging.answer = () => ALL_TAKEN;
  isFollowed = false;
  void delivery.follow(rulesOf([ruleOf('old'), ruleOf('new'), ruleOf('stays')])).then(() => (isFollowed = true));
  await rig.clock.until(() => isFollowed && delivery.status().every(({ behind }) => behind === 0));
  assert.deepEqual(
    [hanging.given[1]?.firstIndex, hanging.given[1]?.lastIndex],
    [before?.firstIndex, before?.lastIndex],
  );
  assert.equal(hanging.taken.size, rig.log.size);
  const changes = (await rig.events()).map((body) => `${stringField(body, 'event')} ${stringField(body, 'sink')}`);
  assert.deepEqual(changes.slice(0, 5), [
    'delivery-sink-added old',
    'delivery-sink-added stays',
    'delivery-sink-removed old',
    'delivery-sink-added new',
    'delivery-sink-added old',
  ]);
});

test('a sink that is taken out while nothing runs is recorded at the next start', async (t) => {
  const rig = await deliveryRig(t);
  const first = await rig.open([ruleOf('a'), ruleOf('b')]);
  let isClosed = false;
  void first.close().then(() => (isClosed = true));
  await rig.clock.until(() => isClosed);
  await rig.open([ruleOf('b')]);
  await rig.clock.until(() => rig.said.some((line) => line.startsWith('delivery-sink-removed')));
  const [removed] = (await rig.events()).filter(({ event }) => event === 'delivery-sink-removed');
  assert.equal(removed?.['sink'], 'a');
  const position = decodePosition(await readFile(`${rig.home}/delivery/a.json`));
  assert.equal(position?.isRemoved, true);
});

test('a folder of positions that cannot be read holds up no start: the sink is tried until it can', async (t) => {
  const rig = await deliveryRig(t);
  let isBroken = true;
  const broken = <Result>(action: () => Promise<Result>): Promise<Result> =>
    isBroken ? Promise.reject(new Error('EIO: i/o error')) : action();
  const delivery = await rig.open(
    [ruleOf('a')],
    {},
    {
      files: async (folder) => {
        const files = heldFiles(await deliveryFiles(folder), rig.clock);
        return {
          ...files,
          list: () => broken(() => files.list()),
          read: (name) => broken(() => files.read(name)),
        };
      },
    },
  );
  assert.ok(rig.said.some((line) => line.includes('EIO')));
  assert.equal(delivery.status()[0]?.state, 'retrying');
  isBroken = false;
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
});

test('a sink that is moved elsewhere begins anew there, and that is recorded', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(10);
  const delivery = await rig.open([ruleOf('a')]);
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  const moved = ruleOf('a', { url: 'https://elsewhere.example' });
  const before = rig.sinks.get('a')?.given.length ?? 0;
  let isFollowed = false;
  void delivery.follow(rulesOf([moved])).then(() => (isFollowed = true));
  await rig.clock.until(() => isFollowed && delivery.status()[0]?.behind === 0);
  assert.equal(rig.sinks.get('a')?.given[before]?.firstIndex, 0);
  assert.ok((await eventNames(rig)).includes('delivery-target-changed'));
});

test('a set-aside record counts only once that is written down', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink();
  rig.sinks.set('a', sink);
  let isFull = true;
  const delivery = await rig.open(
    [ruleOf('a')],
    {},
    {
      files: async (folder) => {
        const files = heldFiles(await deliveryFiles(folder), rig.clock);
        return {
          ...files,
          append: (name, text) => (isFull ? Promise.reject(new Error('ENOSPC')) : files.append(name, text)),
        };
      },
    },
  );
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  sink.answer = ({ records }) => ({
    ...ALL_TAKEN,
    refused: records.flatMap(({ record: { index, kind } }) => (kind === 'model' ? [{ index, reason: 'no' }] : [])),
  });
  await rig.fill(1);
  await rig.fill(1, { kind: 'model' });
  delivery.wake();
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  assert.equal(delivery.status()[0]?.refused, 0);
  isFull = false;
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.equal(delivery.status()[0]?.refused, 1);
});

test('what is told about the delivery while the log takes nothing is recorded once it does', async (t) => {
  const rig = await deliveryRig(t);
  let isBroken = true;
  await rig.open(
    [ruleOf('a')],
    {},
    {
      record: async (body) => {
        if (isBroken) throw new Error('the disk is full');
        await rig.log.append({ kind: 'log', occurredAtMs: RIG_TIME_MS, sessionId: null, body });
      },
    },
  );
  assert.ok(rig.said.some((line) => line.startsWith('delivery-sink-added')));
  assert.deepEqual(await eventNames(rig), []);
  isBroken = false;
  const before = rig.log.size;
  await rig.clock.until(() => rig.log.size > before);
  assert.deepEqual(await eventNames(rig), ['delivery-sink-added']);
});

test('how long a sink was waited for is counted once, however often its rule changes', async (t) => {
  const rig = await deliveryRig(t);
  downSink(rig, 'archive');
  const limits = { alarmSeconds: 100, denySeconds: 600 };
  const delivery = await rig.open([ruleOf('archive', { required: true })], limits);
  await rig.fill(3);
  const untilMs = rig.clock.uptimeMs() + 250_000;
  await rig.clock.until(() => rig.clock.uptimeMs() >= untilMs, 1_000);
  for (const tokenEnv of ['A', 'B', 'C']) {
    let isFollowed = false;
    void delivery
      .follow(rulesOf([ruleOf('archive', { required: true, tokenEnv })], limits))
      .then(() => (isFollowed = true));
    await rig.clock.until(() => isFollowed);
  }
  const waitedS = Math.ceil(rig.clock.uptimeMs() / 1_000);
  const seconds = delivery.status()[0]?.oldestSeconds ?? 0;
  assert.ok(seconds > 240 && seconds <= waitedS, `${seconds} s of ${waitedS} s`);
  assert.equal(delivery.denial, null);
});

test('a changed rule lifts no denial, also not for a moment', async (t) => {
  const rig = await deliveryRig(t);
  downSink(rig, 'archive');
  const limits = { alarmSeconds: 100, denySeconds: 600 };
  const delivery = await rig.open([ruleOf('archive', { required: true }), ruleOf('other')], limits);
  await rig.fill(3);
  await rig.clock.until(() => delivery.denial !== null, 1_000);
  const slow = rig.sinks.get('other');
  if (slow !== undefined) slow.close = () => new Promise((resolve) => setTimeout(resolve, 300));
  let isFollowed = false;
  let isLifted = false;
  const changed = [ruleOf('archive', { required: true, tokenEnv: 'NEW' })];
  void delivery.follow(rulesOf(changed, limits)).then(() => (isFollowed = true));
  await rig.clock.until(() => {
    isLifted ||= delivery.denial === null;
    return isFollowed;
  });
  assert.notEqual(delivery.denial, null);
  assert.equal(isLifted, false);
});

test('a log that was put back and grew again is not delivered on, and denies in the end', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(30);
  const rule = ruleOf('siem', { required: true });
  const limits = { alarmSeconds: 100, denySeconds: 600 };
  const first = await rig.open([rule], limits);
  await rig.clock.until(() => first.status()[0]?.behind === 0);
  let isClosed = false;
  void first.close().then(() => (isClosed = true));
  await rig.clock.until(() => isClosed);
  const file = join(rig.home, 'delivery', 'siem.json');
  const position = decodePosition(await readFile(file));
  assert.ok(position !== null);
  await writeFile(file, encodePosition({ ...position, head: 'ab'.repeat(32) as Sha256 }));
  const second = await rig.open([rule], limits);
  await rig.clock.until(() => second.denial !== null, 1_000);
  assert.match(second.status()[0]?.lastError?.text ?? '', /record \d+ of the log is not the one that was delivered/);
});

for (const { name, size, isOurs, want } of [
  { name: 'the beginning of this log', size: 20, isOurs: true, want: null },
  {
    name: 'another history of the same length',
    size: 20,
    isOurs: false,
    want: /the 20 records that the store holds are not the first of this log/,
  },
  {
    name: 'more records than this log',
    size: 9_999,
    isOurs: false,
    want: /the store holds 9999 records, more than the \d+ of this log/,
  },
] as const) {
  test(`a store that holds ${name} is ${want === null ? 'added to' : 'left as it is, and denies in the end'}`, async (t) => {
    const rig = await deliveryRig(t);
    await rig.fill(300);
    const { folder, root } = { folder: join(rig.home, 'audit'), root: new Uint8Array(32) };
    await rig.clock.until(() => rig.log.checkpoint.size >= 300);
    const sink = new ScriptedSink({}, true);
    const own = isOurs ? await rootAt(folderTiles(folder), size, rig.log.checkpoint.size) : root;
    sink.head = { origin: rig.log.origin, size, root: own, extensions: [] };
    rig.sinks.set('archive', sink);
    const rule = ruleOf('archive', { required: true });
    const delivery = await rig.open([rule], { alarmSeconds: 100, denySeconds: 600 });
    if (want === null) {
      await rig.clock.until(() => sink.trees.length > 0);
      assert.equal(delivery.denial, null);
      return;
    }
    await rig.clock.until(() => delivery.denial !== null, 1_000);
    assert.match(delivery.status()[0]?.lastError?.text ?? '', want);
    assert.deepEqual(sink.given, []);
    assert.deepEqual(sink.trees, []);
  });
}

test('a tile that was damaged on the disk reaches no store', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(600);
  await rig.clock.until(() => rig.log.checkpoint.size >= 600);
  const path = join(rig.home, 'audit', 'tile', '0', '000');
  const whole = await readFile(path);
  const changed = Buffer.from(whole);
  changed[4_000] = (changed[4_000] ?? 0) ^ 1;
  await writeFile(path, changed);
  const sink = new ScriptedSink({}, true);
  rig.sinks.set('archive', sink);
  const delivery = await rig.open([ruleOf('archive')]);
  await rig.clock.until(() => delivery.status()[0]?.lastError !== null);
  assert.match(
    delivery.status()[0]?.lastError?.text ?? '',
    /tile `tile\/0\/000` of the log is not the one that was signed/,
  );
  assert.deepEqual(sink.trees, []);
  await writeFile(path, whole);
  await rig.clock.until(() => sink.trees.length > 0, 1_000);
});
