import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailed } from '../core/error.ts';
import { ScriptedSink, deliveryRig, ruleOf } from './delivery-rig.ts';
import type { Rig, RigPorts } from './delivery-rig.ts';
import type { SinkPlace } from './sink-place.ts';
import { ALL_TAKEN } from './sink.ts';

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

const refusing = (): ScriptedSink => {
  const store = new ScriptedSink({}, true);
  store.answer = () => Promise.reject(new StoreFailed('STORE_DENIED', 'no right'));
  return store;
};
const taking = (store: ScriptedSink): void => {
  store.answer = () => ALL_TAKEN;
};

test('a denial outlasts a new identity whose store takes nothing either, and ends once that has what waited', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities('AROA:i-1');
  for (const identity of ['AROA:i-1', 'AROA:i-2', 'AROA:i-3']) who.stores.set(identity, refusing());
  const delivery = await rig.open([RULE], SECONDS, who.ports);
  await rig.fill(5);
  await rig.clock.until(() => delivery.denial !== null);
  for (const now of ['AROA:i-2', 'AROA:i-3']) {
    who.now = now;
    await rig.clock.until(() => {
      assert.notEqual(delivery.denial, null, `${now} ended the denial`);
      return storeOf(who, now).given.length > 0;
    });
    assert.equal(storeOf(who, now).given[0]?.firstIndex, 0);
  }
  taking(storeOf(who, 'AROA:i-3'));
  await rig.clock.until(() => delivery.denial === null);
  await rig.clock.until(() => delivery.status()[0]?.behind === 0);
  assert.deepEqual(indexes(storeOf(who, 'AROA:i-3')), upTo(rig.log.size));
});

test('time that records waited in vain counts for the next identity, over a restart too', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities('AROA:i-1');
  for (const identity of ['AROA:i-1', 'AROA:i-2']) who.stores.set(identity, refusing());
  const first = await rig.open([RULE], SECONDS, who.ports);
  await rig.fill(5);
  await rig.clock.until(() => (first.status()[0]?.oldestSeconds ?? 0) >= 400);
  await closed(rig, first);
  who.now = 'AROA:i-2';
  const second = await rig.open([RULE], SECONDS, who.ports);
  const openedAtMs = rig.clock.uptimeMs();
  await rig.clock.until(() => second.denial !== null);
  assert.ok(rig.clock.uptimeMs() - openedAtMs < 250_000, `${rig.clock.uptimeMs() - openedAtMs}`);
});

test('what a store had counts for no limit of the next one: only new records do', async (t) => {
  const rig = await deliveryRig(t);
  const who = identities('AROA:i-1');
  who.stores.set('AROA:i-2', refusing());
  const first = await rig.open([RULE], SECONDS, who.ports);
  await rig.fill(40);
  await rig.clock.until(() => first.status()[0]?.behind === 0);
  await closed(rig, first);
  who.now = 'AROA:i-2';
  const limits = { ...SECONDS, alarmRecords: 20, denyRecords: 30 };
  const second = await rig.open([RULE], limits, who.ports);
  await rig.clock.until(() => storeOf(who, 'AROA:i-2').given.length > 1);
  assert.equal(second.denial, null);
  await rig.fill(40);
  await rig.clock.until(() => second.denial !== null);
});

test('a place of another name, as a new host name gives it, ends no denial either, over a restart', async (t) => {
  const rig = await deliveryRig(t);
  const at = (target: string): RigPorts => {
    const sink = refusing();
    return { placeOf: () => ({ target, open: () => Promise.resolve({ sink, target }) }) };
  };
  const first = await rig.open([RULE], SECONDS, at('logs/host-1'));
  await rig.fill(5);
  await rig.clock.until(() => first.denial !== null);
  await closed(rig, first);
  const second = await rig.open([RULE], SECONDS, at('logs/host-2'));
  const openedAtMs = rig.clock.uptimeMs();
  await rig.clock.until(() => second.denial !== null);
  assert.ok(rig.clock.uptimeMs() - openedAtMs < 60_000, `${rig.clock.uptimeMs() - openedAtMs}`);
});

test('a sink that was taken out of the policy and comes back in another place owes nothing of the time between', async (t) => {
  const rig = await deliveryRig(t);
  const at = (target: string, sink: ScriptedSink): RigPorts => ({
    placeOf: () => ({ target, open: () => Promise.resolve({ sink, target }) }),
  });
  const first = await rig.open([RULE], SECONDS, at('logs/host-1', refusing()));
  await rig.fill(5);
  await rig.clock.until(() => first.denial !== null);
  await closed(rig, first);
  await closed(rig, await rig.open([], SECONDS));
  const sink = refusing();
  const second = await rig.open([RULE], { ...SECONDS, denyRecords: 20, alarmRecords: 10 }, at('logs/host-2', sink));
  await rig.clock.until(() => sink.given.length > 1);
  assert.equal(second.denial, null);
});
