import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';

import { StateFolder } from '../core/error.ts';
import type { LimitReached, UsageAccount, UsageRequest, UsageTicket } from '../core/usage.ts';
import { openUsageStore } from './usage-store.ts';
import type { UsageStore } from './usage-store.ts';

const DAY_MS = 86_400_000;
/** Noon of some day. */
const NOON_MS = 20_000 * DAY_MS + DAY_MS / 2;

interface Rig {
  readonly path: string;
  readonly folder: string;
  wallMs: number;
  uptimeMs: number;
  store: UsageStore;
  /** Time passes on both clocks. */
  pass(ms: number): void;
  /** As after a crash: nothing is told to the store that was. */
  restart(): void;
}

function rig(t: TestContext): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'usage-'));
  const path = join(folder, 'usage.jsonl');
  const clocks = { clock: () => made.wallMs, uptimeMs: () => made.uptimeMs };
  const made: Rig = {
    path,
    folder,
    wallMs: NOON_MS,
    uptimeMs: 1_000,
    store: openUsageStore(path, { clock: () => NOON_MS, uptimeMs: () => 0 }),
    pass: (ms) => {
      made.wallMs += ms;
      made.uptimeMs += ms;
    },
    restart: () => {
      made.uptimeMs = 7;
      made.store.close();
      made.store = openUsageStore(path, clocks);
    },
  };
  made.store.close();
  made.store = openUsageStore(path, clocks);
  t.after(() => {
    made.store.close();
    rmSync(folder, { recursive: true });
  });
  return made;
}

const account = (over: Partial<UsageAccount> = {}): UsageAccount => ({
  holder: 'session',
  name: 'a',
  requestsPerMinute: null,
  tokensPerDay: null,
  ...over,
});

const ask = (accounts: readonly UsageAccount[], over: Partial<UsageRequest> = {}): UsageRequest => ({
  accounts,
  costsTokens: true,
  tokensIfLost: 50,
  ...over,
});

async function letIn(store: UsageStore, request: UsageRequest): Promise<UsageTicket> {
  const answer = await store.admit(request);
  assert.ok(answer.kind === 'counted', JSON.stringify(answer));
  return answer;
}

async function over(store: UsageStore, request: UsageRequest): Promise<LimitReached> {
  const answer = await store.admit(request);
  assert.ok(answer.kind === 'over', 'was let in');
  return answer;
}

const BUDGET = [account({ tokensPerDay: 100 })];
const RATE = [account({ name: 'r', requestsPerMinute: 2 })];

test('a budget is used up by what was settled, and is free on the next day of UTC', async (t) => {
  const made = rig(t);
  const ticket = await letIn(made.store, ask(BUDGET));
  await (await letIn(made.store, ask(BUDGET))).settle(40);
  await ticket.settle(75);
  const reached = await over(made.store, ask(BUDGET));
  assert.deepEqual(
    { ...reached },
    {
      kind: 'over',
      limit: 'tokens-per-day',
      holder: 'session',
      allowed: 100,
      used: 115,
      freeInMs: DAY_MS / 2,
      freeAtMs: 20_001 * DAY_MS,
    },
  );
  made.pass(DAY_MS / 2 - 1);
  await over(made.store, ask(BUDGET));
  made.pass(1);
  await letIn(made.store, ask(BUDGET));
});

test('what costs no tokens passes a budget that is used up', async (t) => {
  const { store } = rig(t);
  await (await letIn(store, ask(BUDGET))).settle(100);
  await over(store, ask(BUDGET));
  await letIn(store, ask(BUDGET, { costsTokens: false }));
});

test('a minute slides: the next request passes once the oldest that is in the way is a minute old', async (t) => {
  const made = rig(t);
  await letIn(made.store, ask(RATE));
  made.pass(20_000);
  await letIn(made.store, ask(RATE));
  made.pass(15_000);
  const reached = await over(made.store, ask(RATE));
  assert.deepEqual([reached.limit, reached.used, reached.freeInMs], ['requests-per-minute', 2, 25_000]);
  made.pass(24_999);
  await over(made.store, ask(RATE));
  made.pass(1);
  await letIn(made.store, ask(RATE));
  assert.equal((await over(made.store, ask(RATE))).freeInMs, 20_000);
});

test('a request that one account refuses counts for none', async (t) => {
  const { store } = rig(t);
  const user = account({ holder: 'user', requestsPerMinute: 1 });
  const team = account({ holder: 'team', requestsPerMinute: 2 });
  await letIn(store, ask([user, team]));
  assert.equal((await over(store, ask([user, team]))).holder, 'user');
  await letIn(store, ask([team]));
  assert.equal((await over(store, ask([team]))).holder, 'team');
});

test('names of one kind are apart from those of another', async (t) => {
  const { store } = rig(t);
  await letIn(store, ask([account({ requestsPerMinute: 1 })]));
  await letIn(store, ask([account({ holder: 'user', requestsPerMinute: 1 })]));
  await letIn(store, ask([account({ name: 'b', requestsPerMinute: 1 })]));
});

test('a limit that is lowered holds for what is used already', async (t) => {
  const { store } = rig(t);
  for (let turn = 0; turn < 5; turn += 1) await letIn(store, ask([account({ name: 'r', requestsPerMinute: 5 })]));
  assert.equal((await over(store, ask(RATE))).used, 5);
});

test('after a restart tokens and the last minute are as they were', async (t) => {
  const made = rig(t);
  await (await letIn(made.store, ask([...BUDGET]))).settle(100);
  await (await letIn(made.store, ask(RATE))).settle(0);
  made.pass(10_000);
  await (await letIn(made.store, ask(RATE))).settle(0);
  made.pass(10_000);
  made.restart();
  assert.equal((await over(made.store, ask(BUDGET))).used, 100);
  assert.equal((await over(made.store, ask(RATE))).freeInMs, 40_000);
});

test('a request that was under way at the end of the process counts as lost, once', async (t) => {
  const made = rig(t);
  await letIn(made.store, ask(BUDGET, { tokensIfLost: 101 }));
  made.restart();
  made.restart();
  assert.equal((await over(made.store, ask(BUDGET))).used, 101);
});

test('a ticket is settled once', async (t) => {
  const { store } = rig(t);
  const ticket = await letIn(store, ask(BUDGET));
  await ticket.settle(99);
  await ticket.settle(99);
  await letIn(store, ask(BUDGET));
});

for (const [name, backMs] of [
  ['by a minute', 60_000],
  ['by a day', DAY_MS],
  ['by a week', 7 * DAY_MS],
] as const) {
  test(`a clock that is set back ${name} gives nothing new, also after a restart`, async (t) => {
    const made = rig(t);
    await (await letIn(made.store, ask(BUDGET))).settle(100);
    await letIn(made.store, ask(RATE));
    await letIn(made.store, ask(RATE));
    made.wallMs -= backMs;
    await over(made.store, ask(BUDGET));
    await over(made.store, ask(RATE));
    made.restart();
    await over(made.store, ask(BUDGET));
    await over(made.store, ask(RATE));
  });
}

test('a clock that was far ahead for a moment stops nobody for years', async (t) => {
  const made = rig(t);
  await (await letIn(made.store, ask(BUDGET))).settle(60);
  made.wallMs += 3_000 * DAY_MS;
  await (await letIn(made.store, ask(BUDGET))).settle(50);
  made.wallMs -= 3_000 * DAY_MS;
  const reached = await over(made.store, ask(BUDGET));
  assert.deepEqual([reached.used, reached.freeAtMs], [110, 20_001 * DAY_MS]);
  made.pass(DAY_MS);
  await letIn(made.store, ask(BUDGET));
  await (await letIn(made.store, ask(BUDGET))).settle(50);
  assert.equal((await over(made.store, ask(BUDGET))).used, 100);
});

test('a last line that a crash cut is not there; the request that it would have settled counts as lost', async (t) => {
  const made = rig(t);
  await (await letIn(made.store, ask(BUDGET, { tokensIfLost: 100 }))).settle(1);
  truncateSync(made.path, statSync(made.path).size - 3);
  made.restart();
  assert.equal((await over(made.store, ask(BUDGET))).used, 100);
});

test('a file cut at any byte opens, and counts no less than what was settled before the cut', async (t) => {
  const made = rig(t);
  await (await letIn(made.store, ask(BUDGET))).settle(30);
  await (await letIn(made.store, ask(BUDGET))).settle(30);
  made.store.close();
  const whole = readFileSync(made.path);
  for (let at = 0; at <= whole.length; at += 1) {
    writeFileSync(made.path, whole.subarray(0, at));
    const settled = whole.toString('utf8', 0, at).match(/"settled".*\n/g)?.length ?? 0;
    made.restart();
    const answer = await made.store.admit(ask([account({ tokensPerDay: Math.max(1, settled * 30) })]));
    assert.equal(
      answer.kind,
      settled === 0 && !whole.toString('utf8', 0, at).includes('\n') ? 'counted' : 'over',
      String(at),
    );
  }
});

for (const [name, line] of [
  ['no JSON', 'x'],
  ['another event', '{"event":"gift","atMs":1,"id":1}'],
  ['negative tokens', '{"event":"day","day":20000,"key":"session:a","tokens":-5}'],
  ['tokens that are no number', '{"event":"settled","id":1,"atMs":1,"tokens":"0"}'],
  ['a key of nobody', '{"event":"day","day":20000,"key":"a","tokens":5}'],
  ['zeros of a disk', '\0\0\0'],
] as const) {
  test(`a file with a line of ${name} is not guessed at`, (t) => {
    const made = rig(t);
    made.store.close();
    appendFileSync(made.path, `${line}\n`);
    assert.throws(
      () => made.restart(),
      (error) => error instanceof StateFolder && error.message.startsWith('line 1 of '),
    );
  });
}

test('the file is for its owner alone and does not grow with what has passed', async (t) => {
  const made = rig(t);
  for (let turn = 0; turn < 30_000; turn += 1) {
    made.pass(10);
    await (await letIn(made.store, ask(BUDGET.map((one) => ({ ...one, tokensPerDay: null }))))).settle(1);
  }
  assert.equal(statSync(made.path).mode & 0o777, 0o600);
  assert.ok(statSync(made.path).size < 4.5 * 1024 * 1024);
  made.restart();
  assert.ok(statSync(made.path).size < 1024 * 1024);
  assert.equal((await over(made.store, ask(BUDGET))).used, 30_000);
});

test('where the file cannot be written nothing is let in, until it can; what was settled meanwhile counts', async (t) => {
  const made = rig(t);
  const limited = [account({ tokensPerDay: 1_000 })];
  const ticket = await letIn(made.store, ask(limited));
  // The descriptor is lost with the file's owner; writing anew needs the folder, which is gone.
  made.store.close();
  rmSync(made.folder, { recursive: true });
  await assert.rejects(made.store.admit(ask(limited)), /ENOENT/);
  await assert.rejects(ticket.settle(1_000), /ENOENT/);
  assert.equal((await over(made.store, ask(limited))).used, 1_000);
  await assert.rejects(made.store.admit(ask(RATE)), /ENOENT/);
  const { mkdirSync } = await import('node:fs');
  mkdirSync(made.folder);
  await letIn(made.store, ask(RATE));
  made.restart();
  assert.equal((await over(made.store, ask(limited))).used, 1_000);
});

test('however requests, restarts and clocks come, no budget lets more in than it has', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('request' as const), tokens: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('lose' as const), tokens: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('back' as const), ms: fc.integer({ min: 0, max: 3 * DAY_MS }) }),
    fc.constant({ kind: 'restart' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'usage-'));
      const path = join(folder, 'usage.jsonl');
      let wallMs = NOON_MS;
      const clocks = { clock: () => wallMs, uptimeMs: () => 0 };
      let store = openUsageStore(path, clocks);
      let used = 0;
      try {
        for (const next of steps) {
          if (next.kind === 'back') wallMs -= next.ms;
          if (next.kind === 'restart' || next.kind === 'back') {
            store.close();
            store = openUsageStore(path, clocks);
            continue;
          }
          const answer = await store.admit(ask(BUDGET, { tokensIfLost: next.tokens }));
          assert.equal(answer.kind, used < 100 ? 'counted' : 'over');
          if (answer.kind === 'over') continue;
          used += next.tokens;
          if (next.kind === 'request') await answer.settle(next.tokens);
          else {
            store.close();
            store = openUsageStore(path, clocks);
          }
        }
      } finally {
        store.close();
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});
