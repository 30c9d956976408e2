import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailed } from '../core/error.ts';
import { ScriptedSink, deliveryRig, ruleOf } from './delivery-rig.ts';
import type { Rig, RigPorts } from './delivery-rig.ts';
import type { SinkPlace } from './sink-place.ts';

const RULE = ruleOf('archive', { required: true });
const SECONDS = { alarmSeconds: 60, denySeconds: 600 };

/** Stores by the identity that they belong to, and who the host is now; null where nobody can say it. */
interface Identities {
  now: string | null;
  readonly stores: Map<string, ScriptedSink>;
  readonly ports: RigPorts;
}

function identities(now: string | null): Identities {
  const stores = new Map<string, ScriptedSink>();
  const place: SinkPlace = {
    target: null,
    open: () => {
      const identity = made.now;
      if (identity === null) return Promise.reject(new StoreFailed('STORE_UNREACHABLE', 'nobody says who we are'));
      const sink = stores.get(identity) ?? new ScriptedSink({}, true);
      stores.set(identity, sink);
      return Promise.resolve({ sink, target: `logs/${identity}` });
    },
  };
  const made: Identities = { now, stores, ports: { placeOf: () => place } };
  return made;
}

const storeOf = ({ stores }: Identities, identity: string): ScriptedSink =>
  stores.get(identity) ?? assert.fail(`nothing was opened for ${identity}`);
/** Whether the store has a checkpoint over the whole log. */
const hasTree = ({ log }: Rig, { stores }: Identities, identity: string): boolean =>
  stores.get(identity)?.trees.at(-1)?.size === log.size;
const indexes = (sink: ScriptedSink): readonly number[] => [...sink.taken.keys()].sort((a, b) => a - b);
const upTo = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index);

async function closed(rig: Rig, delivery: { close(): Promise<void> }): Promise<void> {
  let isClosed = false;
  const closing = delivery.close().then(() => (isClosed = true));
  await rig.clock.until(() => isClosed);
  await closing;
}

test('while nobody says who we are the sink is late, denies in time, over a restart too, and then gets everything', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities(null);
  const first = await rig.open([RULE], SECONDS, who.ports);
  await rig.fill(5);
  await rig.clock.until(() => first.status()[0]?.backlog === 'alarm');
  assert.equal(first.status()[0]?.lastError?.text, 'nobody says who we are');
  assert.equal(first.denial, null);
  await closed(rig, first);
  assert.equal(who.stores.size, 0, 'nothing went anywhere');

  const second = await rig.open([RULE], SECONDS, who.ports);
  await rig.clock.until(() => second.denial !== null);
  assert.ok(rig.clock.uptimeMs() < 900_000, 'the time before the restart counts');
  who.now = 'AROA:i-1';
  await rig.clock.until(() => second.denial === null && second.status()[0]?.behind === 0);
  assert.deepEqual(indexes(storeOf(who, 'AROA:i-1')), upTo(rig.log.size));
  const names = (await rig.events()).map(({ event }) => event);
  assert.equal(names.filter((name) => name === 'delivery-sink-added').length, 1);
  assert.ok(!names.includes('delivery-target-changed'));
});

test('a new identity has a store of its own, from record 0 on; the old one is left as it was', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities('AROA:i-1');
  const first = await rig.open([RULE], {}, who.ports);
  await rig.fill(12);
  await rig.clock.until(() => first.status()[0]?.behind === 0 && hasTree(rig, who, 'AROA:i-1'));
  const before = indexes(storeOf(who, 'AROA:i-1'));
  await closed(rig, first);

  // The same disk in another instance.
  who.now = 'AROA:i-2';
  const second = await rig.open([RULE], {}, who.ports);
  await rig.fill(3);
  await rig.clock.until(() => second.status()[0]?.behind === 0 && hasTree(rig, who, 'AROA:i-2'));
  assert.deepEqual(indexes(storeOf(who, 'AROA:i-2')), upTo(rig.log.size));
  assert.equal(storeOf(who, 'AROA:i-2').trees.at(-1)?.size, rig.log.size);
  assert.deepEqual(indexes(storeOf(who, 'AROA:i-1')), before);
  const [changed] = (await rig.events()).filter(({ event }) => event === 'delivery-target-changed');
  assert.deepEqual([changed?.['sink'], changed?.['acked']], ['archive', before.length]);
});

test('an identity that changes while the daemon runs is met with the next failure, and no record is lost between the two', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities('AROA:i-1');
  const delivery = await rig.open([RULE], {}, who.ports);
  await rig.fill(4);
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  storeOf(who, 'AROA:i-1').answer = () => Promise.reject(new StoreFailed('STORE_DENIED', 'no right'));
  who.now = 'AROB:i-1';
  await rig.fill(4);
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.deepEqual(indexes(storeOf(who, 'AROB:i-1')), upTo(rig.log.size));
});

test('an identity that comes back goes on with its store, which is asked what it holds', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities('AROA:i-1');
  const first = await rig.open([RULE], {}, who.ports);
  await rig.fill(6);
  await rig.clock.until(() => first.status()[0]?.behind === 0);
  await closed(rig, first);
  const held = indexes(storeOf(who, 'AROA:i-1')).length;
  for (const now of ['AROA:i-2', 'AROA:i-1']) {
    who.now = now;
    if (now === 'AROA:i-1') storeOf(who, now).held = held;
    const delivery = await rig.open([RULE], {}, who.ports);
    await rig.clock.until(() => delivery.status()[0]?.behind === 0);
    await closed(rig, delivery);
  }
  const store = storeOf(who, 'AROA:i-1');
  assert.deepEqual(indexes(store), upTo(rig.log.size));
  assert.ok(store.given.filter(({ firstIndex }) => firstIndex === 0).length === 1, 'what it has is not sent again');
});
