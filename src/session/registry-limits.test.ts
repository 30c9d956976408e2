import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditRecord, Receipt } from '../core/audit.ts';
import { AuditUnavailable, SessionRefused, StateFolder } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { sessionRegistry } from './index.ts';
import type { MachineTime, SessionRegistry } from './index.ts';

const REQUEST = { workspace: '/w', homeDir: '/h', provider: 'anthropic', about: {}, maxConcurrent: 2 } as const;
const ANN: SessionOwner = { uid: 1001, user: 'ann', door: 'a'.repeat(24), watch: null };
const BOB: SessionOwner = { ...ANN, uid: 1002, user: 'bob' };

interface Stage {
  readonly folder: string;
  readonly records: AuditRecord[];
  nowMs: number;
  upMs: number;
  boot: string | null;
  isLogFull: boolean;
  open(): SessionRegistry;
}

function stage(t: { after(fn: () => void): void }): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sp-limits-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at: Stage = {
    folder,
    records: [],
    nowMs: 1_000_000,
    upMs: 5_000,
    boot: 'boot-1',
    isLogFull: false,
    open() {
      const machine: MachineTime = { boot: at.boot, ms: () => at.upMs };
      const append = (record: AuditRecord): Promise<Receipt> => {
        if (at.isLogFull) return Promise.reject(new AuditUnavailable('disk is full'));
        at.records.push(record);
        return Promise.resolve({ index: at.records.length - 1, hash: '0'.repeat(64) as Sha256 });
      };
      return sessionRegistry(folder, { audit: { append }, clock: () => at.nowMs, uptimeMs: () => 0, machine });
    },
  };
  return at;
}

test('one session more than the policy allows is refused, with which run and what ends one, and that is recorded', async (t) => {
  const at = stage(t);
  const registry = at.open();
  const first = await registry.open({ ...REQUEST, workspace: '/w/\none' });
  await registry.open(REQUEST);
  await assert.rejects(registry.open(REQUEST), (error) => {
    assert.ok(error instanceof SessionRefused);
    assert.match(
      error.message,
      /^2 sessions of yours run already, as many as the policy allows at one time \(session\.max_concurrent\): /,
    );
    assert.ok(error.message.includes(`${first.session.id} in \`/w/ one\` since 1970-01-01T00:16:40.000Z`));
    assert.equal(error.hint, `leave the client of one, or end it: \`sallyport sessions end ${first.session.id}\``);
    return true;
  });
  const { event, limit, running, most, about } = at.records[2]?.body ?? {};
  assert.deepEqual([event, limit, running, most, about], ['refused', 'max-concurrent', 2, 2, {}]);
  assert.deepEqual([at.records.length, at.records[2]?.sessionId], [3, null]);
  assert.equal(registry.list().length, 2);
});

test('a refusal that cannot be recorded opens nothing', async (t) => {
  const at = stage(t);
  const registry = at.open();
  for (const _ of [1, 2]) await registry.open(REQUEST);
  at.isLogFull = true;
  await assert.rejects(registry.open(REQUEST), { code: 'AUDIT_UNAVAILABLE' });
  assert.equal(registry.list().length, 2);
});

test('of sessions that are asked for at once exactly as many are opened as are allowed', async (t) => {
  const registry = stage(t).open();
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => registry.open(REQUEST)));
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 2);
  assert.equal(registry.list().length, 2);
});

test('each person has sessions of their own, and those who are no user of the machine theirs', async (t) => {
  const registry = stage(t).open();
  for (const owner of [ANN, BOB, null]) for (const _ of [1, 2]) await registry.open({ ...REQUEST, owner });
  for (const owner of [ANN, { ...ANN, door: 'b'.repeat(24) }, null])
    await assert.rejects(registry.open({ ...REQUEST, owner }), SessionRefused);
  await registry.open({ ...REQUEST, owner: { ...ANN, uid: 1003 } });
});

test('a session that has ended makes room, and so does one that could not be opened', async (t) => {
  const at = stage(t);
  const registry = at.open();
  const [one] = [await registry.open(REQUEST), await registry.open(REQUEST)];
  await registry.end(one.session.id, 'over');
  at.isLogFull = true;
  await assert.rejects(registry.open(REQUEST), { code: 'AUDIT_UNAVAILABLE' });
  at.isLogFull = false;
  await registry.open(REQUEST);
  await assert.rejects(registry.open(REQUEST), SessionRefused);
});

test('sessions count over a restart, and a probe is never one too many', async (t) => {
  const at = stage(t);
  const before = at.open();
  for (const _ of [1, 2]) await before.open(REQUEST);
  const registry = at.open();
  await assert.rejects(registry.open(REQUEST), SessionRefused);
  await registry.open({ ...REQUEST, maxConcurrent: null });
});

test('a refusal names eight sessions and counts the others', async (t) => {
  const registry = stage(t).open();
  for (let nth = 0; nth < 12; nth += 1) await registry.open({ ...REQUEST, maxConcurrent: 12 });
  await assert.rejects(registry.open({ ...REQUEST, maxConcurrent: 12 }), (error: Error) => {
    assert.equal(error.message.match(/ses_/g)?.length, 8);
    assert.match(error.message, /, and 4 more$/);
    return true;
  });
});

for (const { name, change, want } of [
  { name: 'time that passes', change: (at: Stage) => void ((at.upMs += 60_000), (at.nowMs += 60_000)), want: 60_000 },
  {
    name: 'a clock that is set forward',
    change: (at: Stage) => void ((at.upMs += 1_000), (at.nowMs += 9e9)),
    want: 1_000,
  },
  {
    name: 'a clock that is set back',
    change: (at: Stage) => void ((at.upMs += 60_000), (at.nowMs -= 9e9)),
    want: 60_000,
  },
  {
    name: 'a machine that was started anew, by its clock',
    change: (at: Stage) => void ((at.boot = 'boot-2'), (at.upMs = 10), (at.nowMs += 60_000)),
    want: 60_000,
  },
  {
    name: 'a machine that was started anew with its clock set back: less than nothing is none',
    change: (at: Stage) => void ((at.boot = 'boot-2'), (at.upMs = 10), (at.nowMs -= 60_000)),
    want: 0,
  },
] as const) {
  test(`how long a session has run, over a restart of the daemon: ${name}`, async (t) => {
    const at = stage(t);
    const { session } = await at.open().open(REQUEST);
    change(at);
    assert.equal(at.open().ranMs(session.id), want);
  });
}

test('where the system does not tell its runs apart the clock counts', async (t) => {
  const at = stage(t);
  at.boot = null;
  const { session } = await at.open().open(REQUEST);
  at.upMs += 5;
  at.nowMs += 60_000;
  assert.equal(at.open().ranMs(session.id), 60_000);
});

test('the process that a session lives with, and that its processes end, are known after a restart', async (t) => {
  const at = stage(t);
  const before = at.open();
  const holder = { kind: 'launcher', pid: 7, startTicks: 9 } as const;
  const { session } = await before.open({ ...REQUEST, holder });
  assert.deepEqual(before.holderOf(session.id), holder);
  await before.end(session.id, 'over', true);
  const registry = at.open();
  assert.deepEqual(registry.holderOf(session.id), holder);
  assert.deepEqual(
    registry.list().map(({ endedReason, endsProcesses }) => [endedReason, endsProcesses]),
    [['over', true]],
  );
});

test('a session of a daemon that kept less is found, with what it kept', async (t) => {
  const at = stage(t);
  const { session } = await at.open().open({ ...REQUEST, owner: { ...ANN, watch: { pid: 7, startTicks: 9 } } });
  const file = join(at.folder, readdirSync(at.folder)[0] ?? '');
  const {
    openedUp: _,
    endedUp: ____,
    holder: __,
    endsProcesses: ___,
    ...kept
  } = JSON.parse(readFileSync(file, 'utf8')) as object & Record<string, unknown>;
  writeFileSync(file, JSON.stringify(kept));
  at.nowMs += 5_000;
  const registry = at.open();
  assert.equal(registry.ranMs(session.id), 5_000);
  assert.deepEqual(registry.holderOf(session.id), { kind: 'client', pid: 7, startTicks: 9 });
  for (const odd of [
    { holder: 7 },
    { openedUp: { boot: 1, upMs: 2 } },
    { endedUp: { boot: 'b', upMs: 'x' } },
    { endsProcesses: 'yes' },
    { holder: { kind: 'x', pid: 1, startTicks: 1 } },
  ]) {
    writeFileSync(file, JSON.stringify({ ...kept, ...odd }));
    assert.throws(() => at.open(), StateFolder, JSON.stringify(odd));
  }
});
