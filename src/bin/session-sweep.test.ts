import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { SessionHolder, SessionOwner } from '../core/session-owner.ts';
import { HEARTBEAT_LIMIT_MS, sessionRegistry } from '../session/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import { ownUid } from './own-user.ts';
import { processToWatch } from './process-facts.ts';
import { sessionHolder } from './session-holder.ts';
import { LEAVE_MS, sessionSweep } from './session-sweep.ts';
import type { SessionSweep } from './session-sweep.ts';

const OWN = processToWatch(process.pid, ownUid());
assert.ok(OWN !== null);
/** This process, and one that had its number before. */
const [ALIVE, DEAD] = [OWN, { ...OWN, startTicks: OWN.startTicks + 1 }];
const ANN: SessionOwner = { uid: 1001, user: 'ann', door: 'a'.repeat(24), watch: null };

interface Stage {
  readonly registry: SessionRegistry;
  readonly sweeping: SessionSweep;
  /** What was done to processes: `leave` or `kill`, and of which session. */
  readonly done: (readonly [string, SessionId])[];
  readonly time: { nowMs: number; isDeaf: boolean };
  /** Of the machine, which goes on while no daemon runs. */
  readonly up: { ms: number };
  open(holder: SessionHolder | null, owner?: SessionOwner | null): Promise<SessionId>;
  /** The same after the daemon began anew, in this run of the machine or another. */
  restarted(boot?: string): Stage;
}

function stage(t: { after(fn: () => void): void }): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sp-sweep-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return begun(folder, { ms: 5_000 });
}

function begun(folder: string, up: Stage['up'], boot = 'boot-1'): Stage {
  const done: (readonly [string, SessionId])[] = [];
  const time = { nowMs: 0, isDeaf: false };
  const uptimeMs = (): number => time.nowMs;
  const registry = sessionRegistry(folder, {
    audit: { append: () => Promise.resolve({ index: 0, hash: '0'.repeat(64) as Sha256 }) },
    clock: () => 1,
    uptimeMs,
    machine: { boot, ms: () => up.ms },
  });
  const sweeping = sessionSweep({
    registry,
    limited: { endDue: () => undefined },
    processes: { askToLeave: (id) => done.push(['leave', id]), kill: (id) => done.push(['kill', id]) },
    isDeaf: () => time.isDeaf,
    uptimeMs,
  });
  return {
    registry,
    sweeping,
    done,
    time,
    up,
    async open(holder, owner = null) {
      const request = { workspace: '/w', homeDir: '/h', provider: 'anthropic', about: {}, holder, owner } as const;
      return (await registry.open(request)).session.id;
    },
    restarted: (boot) => begun(folder, up, boot),
  };
}

/** Sweeps every second until that moment. */
async function sweepUntil(at: Stage, endMs: number): Promise<void> {
  for (; at.time.nowMs < endMs; at.time.nowMs += 1_000, at.up.ms += 1_000) await at.sweeping.sweep();
  await at.sweeping.sweep();
}

test('a session whose processes end with it has its client asked at once and killed some seconds later, once', async (t) => {
  const at = stage(t);
  const id = await at.open(null);
  await at.registry.end(id, 'over', true);
  await sweepUntil(at, LEAVE_MS - 1_000);
  assert.deepEqual(at.done, [['leave', id]]);
  await sweepUntil(at, LEAVE_MS * 3);
  assert.deepEqual(at.done, [
    ['leave', id],
    ['kill', id],
  ]);
});

test('a daemon that is started anew goes on with what of ended sessions was to be killed, and not with what was', async (t) => {
  const before = stage(t);
  const [killed, left] = [await before.open(null), await before.open({ kind: 'launcher', ...DEAD })];
  await before.registry.end(killed, 'over', true);
  await sweepUntil(before, LEAVE_MS + 5_000);
  await before.registry.end(left, 'over', true);
  await before.registry.end(await before.open(null), 'the client has ended');
  await sweepUntil(before, LEAVE_MS + 10_000);

  const at = before.restarted();
  await sweepUntil(at, LEAVE_MS - 6_000);
  assert.deepEqual(at.done, [['leave', left]]);
  await sweepUntil(at, LEAVE_MS - 5_000);
  assert.deepEqual(at.done, [
    ['leave', left],
    ['kill', left],
  ]);
  await sweepUntil(at, LEAVE_MS * 2);
  const again = at.restarted();
  await sweepUntil(again, LEAVE_MS * 2);
  assert.deepEqual(again.done, []);
});

test('a daemon that is started anew again and again kills what is left, in time', async (t) => {
  let at = stage(t);
  const id = await at.open(null);
  await at.registry.end(id, 'over', true);
  for (let begins = 0; begins < 4; begins += 1) {
    await sweepUntil(at, 2_000);
    assert.deepEqual(at.done, [['leave', id]]);
    at = at.restarted();
  }
  await sweepUntil(at, 2_000);
  assert.deepEqual(at.done, [
    ['leave', id],
    ['kill', id],
  ]);
});

test('what is left of a session that ended in an earlier run of the machine has the whole time', async (t) => {
  const before = stage(t);
  const id = await before.open(null);
  await before.registry.end(id, 'over', true);
  const at = before.restarted('boot-2');
  await sweepUntil(at, LEAVE_MS - 1_000);
  assert.deepEqual(at.done, [['leave', id]]);
});

test('what a session leaves that ended in order is left alone', async (t) => {
  const at = stage(t);
  await at.registry.end(await at.open(null), 'the client has ended');
  await sweepUntil(at, LEAVE_MS * 3);
  assert.deepEqual(at.done, []);
});

test('what a session leaves whose launcher is silent is killed when it is ended', async (t) => {
  const at = stage(t);
  const id = await at.open({ kind: 'launcher', ...ALIVE });
  await sweepUntil(at, HEARTBEAT_LIMIT_MS);
  assert.deepEqual(at.done, []);
  await sweepUntil(at, HEARTBEAT_LIMIT_MS + 1_000);
  assert.deepEqual(at.done, [['kill', id]]);
});

test('a client that somebody started by hand sends no beats, and its session lives as long as it does', async (t) => {
  const at = stage(t);
  const [alive, dead] = [await at.open({ kind: 'client', ...ALIVE }), await at.open({ kind: 'client', ...DEAD })];
  await sweepUntil(at, HEARTBEAT_LIMIT_MS * 2);
  assert.equal(at.registry.byId(alive)?.endedReason, null);
  assert.equal(at.registry.byId(dead)?.endedReason, 'its launcher is gone');
  assert.deepEqual(at.done, [['kill', dead]]);
});

test('sessions of a person whose process is gone are ended without waiting for beats, and no others', async (t) => {
  const at = stage(t);
  const gone = [await at.open({ kind: 'launcher', ...DEAD }), await at.open({ kind: 'client', ...DEAD })];
  await at.open({ kind: 'launcher', ...ALIVE });
  await at.open(null);
  await at.open({ kind: 'launcher', ...DEAD }, ANN);
  await at.sweeping.endGone(null);
  assert.deepEqual(
    at.registry.list().map(({ endedReason }) => endedReason),
    ['its launcher is gone', 'its client is gone', null, null, null],
  );
  assert.deepEqual(
    at.done,
    gone.map((id) => ['kill', id]),
  );
  await at.sweeping.endGone({ ...ANN, door: 'b'.repeat(24) });
  assert.equal(at.registry.list()[4]?.endedReason, 'its launcher is gone');
});

for (const { name, asked, uid = ownUid(), want } of [
  {
    name: 'a launcher that is seen as it says',
    asked: { watchPid: null, launcher: ALIVE },
    want: { kind: 'launcher', ...ALIVE },
  },
  { name: 'a launcher whose number is another process here', asked: { watchPid: null, launcher: DEAD }, want: null },
  {
    name: 'a launcher that is another user’s',
    asked: { watchPid: null, launcher: ALIVE },
    uid: ownUid() + 1,
    want: null,
  },
  {
    name: 'a launcher that is not there',
    asked: { watchPid: null, launcher: { pid: 2 ** 30, startTicks: 1 } },
    want: null,
  },
  { name: 'no launcher that tells of itself', asked: { watchPid: null }, want: null },
  { name: 'a client that is to be watched', asked: { watchPid: process.pid }, want: { kind: 'client', ...ALIVE } },
  {
    name: 'a client before a launcher',
    asked: { watchPid: process.pid, launcher: DEAD },
    want: { kind: 'client', ...ALIVE },
  },
] as const) {
  test(`a session lives with ${name}`, () => assert.deepEqual(sessionHolder(asked, uid), want));
}

test('while nothing can be opened nobody is silent, and the silence begins anew when it can', async (t) => {
  const at = stage(t);
  const id = await at.open(null);
  at.time.isDeaf = true;
  await sweepUntil(at, HEARTBEAT_LIMIT_MS * 3);
  assert.equal(at.registry.byId(id)?.endedReason, null);
  at.time.isDeaf = false;
  await sweepUntil(at, HEARTBEAT_LIMIT_MS * 4);
  assert.equal(at.registry.byId(id)?.endedReason, null);
  await sweepUntil(at, HEARTBEAT_LIMIT_MS * 4 + 3_000);
  assert.equal(at.registry.byId(id)?.endedReason, 'its launcher is gone');
});
