import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { deliveryRig, RIG_TIME_MS, ruleOf, ScriptedSink } from './delivery-rig.ts';
import { ALL_TAKEN, SinkFailed } from './sink.ts';
import type { SinkAnswer } from './sink.ts';

const DAY_MS = 86_400_000;

test('every record arrives once, in order, with the exact line of the log', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(250);
  const delivery = await rig.open([ruleOf('a')]);
  const sink = rig.sinks.get('a');
  await rig.clock.until(() => (sink?.taken.size ?? 0) >= rig.log.size);
  const indexes = sink?.given.flatMap(({ records }) => records.map(({ record }) => record.index));
  assert.deepEqual(
    indexes,
    Array.from({ length: rig.log.size }, (_, index) => index),
  );
  for (const [index, line] of sink?.taken ?? []) assert.equal(JSON.parse(line).index, index);
  const [status] = delivery.status();
  assert.deepEqual(
    [status?.state, status?.acked, status?.behind, status?.lastError],
    ['delivering', rig.log.size, 0, null],
  );
});

test('batches end at a count, at a number of bytes and with the UTC day', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(30);
  await rig.fill(5, { occurredAtMs: RIG_TIME_MS + DAY_MS });
  await rig.fill(5, { occurredAtMs: RIG_TIME_MS });
  rig.sinks.set('few', new ScriptedSink({ maxRecords: 7 }));
  rig.sinks.set('short', new ScriptedSink({ maxBytes: 1_000 }));
  await rig.open([ruleOf('few'), ruleOf('short')]);
  for (const sink of rig.sinks.values()) await rig.clock.until(() => sink.taken.size >= rig.log.size);
  for (const { given } of rig.sinks.values()) {
    for (const { day, records } of given) {
      for (const { record } of records) assert.equal(new Date(record.occurredAtMs).toISOString().slice(0, 10), day);
    }
  }
  assert.ok(rig.sinks.get('few')?.given.every(({ records }) => records.length <= 7));
  const bytes = rig.sinks
    .get('short')
    ?.given.map(({ records }) => records.reduce((sum, { line }) => sum + line.length + 1, 0));
  assert.ok(bytes?.every((sum) => sum <= 1_000));
});

test('the first record of a batch waits for others no longer than its age', async (t) => {
  const rig = await deliveryRig(t);
  rig.sinks.set('a', new ScriptedSink({ maxAgeMs: 60_000 }));
  const delivery = await rig.open([ruleOf('a')]);
  const sink = rig.sinks.get('a');
  await rig.fill(3);
  delivery.wake();
  let passed = 0;
  await rig.clock.until(() => {
    passed += 1_000;
    return (sink?.given.length ?? 0) > 0;
  }, 1_000);
  assert.ok(passed >= 60_000, `sent after ${passed} ms`);
  assert.equal(sink?.given.length, 1);
});

test('a sink that fails is tried again at growing distances, and then gets everything', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(20);
  let left = 6;
  const triedAt: number[] = [];
  const sink = new ScriptedSink();
  sink.answer = () => {
    triedAt.push(rig.clock.uptimeMs());
    left -= 1;
    if (left >= 0) throw new SinkFailed('503 \u001b[31m from the receiver\nwith a second line');
    return ALL_TAKEN;
  };
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a')]);
  await rig.clock.until(() => left === 4);
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  assert.equal(delivery.status()[0]?.lastError?.text, '503  [31m from the receiver with a second line');
  await rig.clock.until(() => sink.taken.size >= rig.log.size);
  const waits = triedAt.slice(1, 7).map((at, index) => at - (triedAt[index] ?? 0));
  for (const [index, wait] of waits.entries()) assert.ok(wait >= 0.75 * 1_000 * 2 ** index, `${wait} after ${index}`);
  const keys = new Set(sink.given.slice(0, 7).map((batch) => `${batch.firstIndex}-${batch.lastIndex}`));
  assert.equal(keys.size, 1, 'each try is of the same batch');
  assert.equal(delivery.status()[0]?.state, 'delivering');
});

test('a receiver that asks for a wait gets it, but not more than ten minutes', async (t) => {
  const rig = await deliveryRig(t);
  const triedAt: number[] = [];
  const asked = [300_000, 1e15];
  const sink = new ScriptedSink();
  sink.answer = () => {
    triedAt.push(rig.clock.uptimeMs());
    const retryAfterMs = asked[triedAt.length - 1];
    if (retryAfterMs !== undefined) throw new SinkFailed('429', { retryAfterMs });
    return ALL_TAKEN;
  };
  rig.sinks.set('a', sink);
  await rig.open([ruleOf('a')]);
  await rig.clock.until(() => triedAt.length === 3, 5_000);
  const [first = 0, second = 0, third = 0] = triedAt;
  assert.ok(second - first >= 300_000);
  assert.ok(third - second >= 600_000 && third - second < 6_000_000);
});

test('only what is pending is sent again, and what is refused is set aside and told once', async (t) => {
  const rig = await deliveryRig(t);
  const delivery = await rig.open([ruleOf('a')]);
  const sink = rig.sinks.get('a');
  assert.ok(sink);
  await rig.clock.until(() => sink.taken.size >= rig.log.size);
  const before = sink.given.length;
  sink.answer = ({ records }) => {
    const indexes = records.map(({ record }) => record.index);
    if (records.length < 10) return ALL_TAKEN;
    const [refused = -1, ...rest] = indexes;
    return {
      pending: rest.slice(5),
      refused: [{ index: refused, reason: 'too\nlong' }],
      reason: 'some were throttled',
      retryAfterMs: null,
    };
  };
  await rig.fill(14);
  delivery.wake();
  await rig.clock.until(() => sink.taken.size >= rig.log.size - 1);
  const sizes = sink.given.slice(before).map(({ records }) => records.length);
  // One was refused and five were taken.
  assert.equal(sizes[1], (sizes[0] ?? 0) - 6);
  assert.equal(delivery.status()[0]?.refused, 1);
  const lines = (await readFile(`${rig.home}/delivery/a.refused.jsonl`, 'utf8')).trim().split('\n');
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  const first = sink.given[before]?.firstIndex;
  assert.deepEqual([line.index, line.key, line.reason], [first, `${rig.log.origin}/${first}`, 'too long']);
  await rig.fill(1);
  delivery.wake();
  await rig.clock.until(() => rig.said.some((text) => text.startsWith('delivery-refused-no-more')));
  const events = (await rig.events()).map(({ event }) => event);
  assert.deepEqual(events, ['delivery-sink-added', 'delivery-refused', 'delivery-refused-no-more']);
});

test('a sink that refuses every record from the start is set up wrongly: nothing counts as delivered', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink();
  let isWrong = true;
  sink.answer = ({ records }) => ({
    ...ALL_TAKEN,
    refused: isWrong ? records.map(({ record: { index } }) => ({ index, reason: 'no such index' })) : [],
  });
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a')]);
  await rig.clock.until(() => sink.given.length >= 5, 1_000);
  const [status] = delivery.status();
  assert.deepEqual(
    [status?.acked, status?.refused, status?.lastError?.text],
    [0, 0, 'every record is refused: no such index'],
  );
  isWrong = false;
  await rig.clock.until(() => delivery.status()[0]?.behind === 0, 1_000);
  assert.equal(delivery.status()[0]?.refused, 0);
});

test('records about refusals that are refused themselves do not lead to more of them', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink();
  sink.answer = ({ records }) => ({
    ...ALL_TAKEN,
    refused: records.flatMap(({ record: { index, kind, body } }) =>
      kind === 'model' || (kind === 'log' && body['event'] === 'delivery-refused') ? [{ index, reason: 'no' }] : [],
    ),
  });
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a')]);
  await rig.fill(1);
  await rig.fill(1, { kind: 'model' });
  delivery.wake();
  await rig.clock.until(() => rig.said.some((text) => text.startsWith('delivery-refused')));
  for (let round = 0; round < 10; round += 1) {
    await rig.fill(1);
    delivery.wake();
    await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  }
  const events = (await rig.events()).map(({ event }) => event);
  assert.deepEqual(events.slice(0, 2), ['delivery-sink-added', 'delivery-refused']);
  assert.ok(events.length <= 3, JSON.stringify(events));
});

test('a sink gets the kinds that the policy names, and its position still goes on', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(120);
  await rig.fill(3, { kind: 'model' });
  await rig.fill(120);
  const delivery = await rig.open([ruleOf('a', { kinds: ['model'] })]);
  const sink = rig.sinks.get('a');
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.equal(sink?.taken.size, 3);
});

test('a sink that hangs is broken off, and tried again', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink();
  let tries = 0;
  sink.answer = async (): Promise<SinkAnswer> => {
    tries += 1;
    // It does not heed the signal either.
    return tries < 3 ? await new Promise<SinkAnswer>(() => undefined) : ALL_TAKEN;
  };
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a')]);
  await rig.clock.until(() => delivery.status()[0]?.lastError !== null, 1_000);
  assert.equal(delivery.status()[0]?.lastError?.text, 'no answer after 120 s');
  await rig.clock.until(() => delivery.status()[0]?.behind === 0, 1_000);
  assert.equal(sink.closed, 2);
});

test('an answer about records that were not sent is a failure, not an acknowledgement', async (t) => {
  const rig = await deliveryRig(t);
  const sink = new ScriptedSink();
  const odd: readonly SinkAnswer[] = [
    { pending: [9_999], refused: [], reason: null, retryAfterMs: null },
    { pending: [0], refused: [{ index: 0, reason: 'both' }], reason: null, retryAfterMs: null },
    { pending: [0, 0], refused: [], reason: null, retryAfterMs: null },
  ];
  let tries = 0;
  sink.answer = () => odd[tries++] ?? ALL_TAKEN;
  rig.sinks.set('a', sink);
  const delivery = await rig.open([ruleOf('a')]);
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.equal(
    delivery.status()[0]?.lastError?.text,
    'the answer names records that were not sent, or one of them twice',
  );
  assert.ok(tries >= 4);
});

test('a sink that cannot be made is tried again until it can', async (t) => {
  const rig = await deliveryRig(t);
  const delivery = await rig.open(
    [ruleOf('a')],
    {},
    {
      makeSink: ({ name }) => {
        const sink = rig.sinks.get(name);
        if (sink === undefined || rig.clock.uptimeMs() < 60_000)
          throw new SinkFailed('variable `HEC_TOKEN` is not set');
        return Promise.resolve(sink);
      },
    },
  );
  await rig.clock.until(() => delivery.status()[0]?.state === 'retrying');
  assert.equal(delivery.status()[0]?.lastError?.text, 'variable `HEC_TOKEN` is not set');
  await rig.clock.until(() => delivery.status()[0]?.behind === 0, 1_000);
});

test('two deliveries of one folder are refused', async (t) => {
  const rig = await deliveryRig(t);
  await rig.open([ruleOf('a')]);
  await assert.rejects(rig.open([ruleOf('a')]), { code: 'ALREADY_RUNNING' });
});

test('one sink that is down holds up no other', async (t) => {
  const rig = await deliveryRig(t);
  const down = new ScriptedSink();
  down.answer = () => Promise.reject(new SinkFailed('down'));
  rig.sinks.set('down', down);
  const delivery = await rig.open([ruleOf('down'), ruleOf('up')]);
  await rig.fill(50);
  delivery.wake();
  await rig.clock.until(() => rig.sinks.get('up')?.taken.size === rig.log.size);
  assert.equal(delivery.status()[0]?.acked, 0);
});

test('what is left is delivered at the end', async (t) => {
  const rig = await deliveryRig(t);
  rig.sinks.set('a', new ScriptedSink({ maxAgeMs: 3_600_000 }));
  const delivery = await rig.open([ruleOf('a')]);
  await rig.fill(10);
  assert.equal(rig.sinks.get('a')?.taken.size, 0);
  await delivery.close();
  assert.equal(rig.sinks.get('a')?.taken.size, rig.log.size);
});
