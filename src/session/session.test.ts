import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuditUnavailable, StateFolder } from '../core/error.ts';
import type { AuditRecord, AuditSink, Receipt } from '../core/audit.ts';
import { detectorId, makeSessionId, parseSessionId } from '../core/ids.ts';
import type { Taint } from '../core/taint.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import { HEARTBEAT_LIMIT_MS, liveness, sessionRegistry } from './index.ts';
import type { SessionRegistry } from './index.ts';

const MACHINE = { boot: 'boot-1', ms: (): number => 0 } as const;
const REQUEST = { workspace: '/w', homeDir: '/h', provider: 'anthropic', about: { user: 'dev' } } as const;

function memorySink(): AuditSink & { readonly records: AuditRecord[] } {
  const records: AuditRecord[] = [];
  return {
    records,
    append: (record): Promise<Receipt> => {
      records.push(record);
      return Promise.resolve({ index: records.length - 1, hash: '0'.repeat(64) as Sha256 });
    },
  };
}

function folder(t: { after(fn: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'sp-session-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('a session of each provider is found after a restart', async (t) => {
  const path = folder(t);
  const audit = memorySink();
  for (const provider of ['anthropic', 'bedrock', 'vertex'] as const) {
    const registry = sessionRegistry(path, { audit, clock: () => 1000, uptimeMs: () => 0, machine: MACHINE });
    const { session } = await registry.open({ ...REQUEST, provider });
    const restarted = sessionRegistry(path, { audit, clock: () => 2000, uptimeMs: () => 0, machine: MACHINE });
    assert.equal(restarted.byId(session.id)?.provider, provider);
  }
});

test('a session is found by its token and by its id, also after a restart', async (t) => {
  const path = folder(t);
  const audit = memorySink();
  const { session, token } = await sessionRegistry(path, {
    audit,
    clock: () => 1000,
    uptimeMs: () => 0,
    machine: MACHINE,
  }).open(REQUEST);
  const restarted = sessionRegistry(path, { audit, clock: () => 2000, uptimeMs: () => 0, machine: MACHINE });
  assert.deepEqual(restarted.byToken(token), session);
  assert.deepEqual(restarted.byId(session.id), session);
  assert.equal(restarted.byToken(`${token}x`), null);
  assert.equal(audit.records[0]?.body['event'], 'opened');
});

test('the token is on no disk', async (t) => {
  const path = folder(t);
  const { token } = await sessionRegistry(path, {
    audit: memorySink(),
    clock: () => 1000,
    uptimeMs: () => 0,
    machine: MACHINE,
  }).open(REQUEST);
  for (const name of readdirSync(path)) assert.ok(!readFileSync(join(path, name), 'utf8').includes(token.slice(4)));
});

test('no session is opened without a record', async (t) => {
  const path = folder(t);
  const audit: AuditSink = { append: () => Promise.reject(new AuditUnavailable('disk is full')) };
  await assert.rejects(
    sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE }).open(REQUEST),
    {
      code: 'AUDIT_UNAVAILABLE',
    },
  );
  assert.deepEqual(readdirSync(path), []);
});

test('an ended session stays ended, with its reason, even where the record of the end fails', async (t) => {
  const path = folder(t);
  const audit = memorySink();
  const registry = sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
  const { session } = await registry.open(REQUEST);
  audit.append = () => Promise.reject(new AuditUnavailable('disk is full'));
  await assert.rejects(registry.end(session.id, 'stopped by hand'));
  assert.equal(registry.byId(session.id)?.endedReason, 'stopped by hand');
  assert.equal(
    sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE }).byId(session.id)?.endedReason,
    'stopped by hand',
  );
});

const TAINT: Taint = { source: 'web-page', detectorId: null, toolUseId: 'toolu_1', occurredAtMs: 1 };
const FOUND: Taint = { ...TAINT, detectorId: detectorId('injection/override'), toolUseId: 'toolu_2' };

test('a taint lasts over a restart, is recorded once, and only a worse one takes its place', async (t) => {
  const path = folder(t);
  const audit = memorySink();
  const registry = sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
  const { session } = await registry.open(REQUEST);
  await Promise.all([registry.taint(session.id, TAINT), registry.taint(session.id, { ...TAINT, occurredAtMs: 2 })]);
  await registry.taint(session.id, FOUND);
  await registry.taint(session.id, TAINT);
  assert.deepEqual(registry.byId(session.id)?.taint, FOUND);
  const again = sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
  assert.deepEqual(again.byId(session.id)?.taint, FOUND);
  assert.deepEqual(
    audit.records.filter(({ body }) => body['event'] === 'tainted').map(({ body }) => body['toolUseId']),
    ['toolu_1', 'toolu_2'],
  );
});

for (const failing of ['disk', 'record'] as const)
  test(`a taint that does not last for its ${failing} holds, and every further one fails until it lasts`, async (t) => {
    const path = folder(t);
    const audit = memorySink();
    const registry = sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
    const { session } = await registry.open(REQUEST);
    const append = audit.append.bind(audit);
    if (failing === 'disk') renameSync(path, `${path}-away`);
    else audit.append = () => Promise.reject(new AuditUnavailable('disk is full'));
    const both = await Promise.allSettled([registry.taint(session.id, TAINT), registry.taint(session.id, TAINT)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(registry.byId(session.id)?.taint, TAINT);
    if (failing === 'disk') renameSync(`${path}-away`, path);
    else audit.append = append;
    await registry.taint(session.id, TAINT);
    const again = sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
    assert.deepEqual(again.byId(session.id)?.taint, TAINT);
    assert.equal(audit.records.filter(({ body }) => body['event'] === 'tainted').length, 1);
  });

test('who goes on with a client session of before goes on with what it had read, also after a restart', async (t) => {
  const path = folder(t);
  const open = (): SessionRegistry =>
    sessionRegistry(path, { audit: memorySink(), clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
  const before = open();
  const [bad, good] = [await before.open(REQUEST), await before.open(REQUEST)];
  await before.clientStarted(bad.session.id, 'client-1', true);
  await before.taint(bad.session.id, FOUND);
  await before.clientStarted(good.session.id, 'client-2', true);
  await before.end(bad.session.id, 'over');

  const registry = open();
  const [one, two, three, four] = await Promise.all([1, 2, 3, 4].map(() => registry.open(REQUEST)));
  assert.ok(one && two && three && four);
  await registry.clientStarted(one.session.id, 'client-1', false);
  await registry.clientStarted(two.session.id, 'client-2', false);
  await registry.clientStarted(three.session.id, 'client-of-nobody', false);
  await registry.clientStarted(four.session.id, 'client-3', true);
  const taintOf = ({ session }: { session: { id: SessionId } }): Taint | null | undefined =>
    registry.byId(session.id)?.taint;
  assert.deepEqual(taintOf(one), FOUND);
  assert.equal(taintOf(two), null);
  assert.deepEqual(taintOf(three)?.source, 'earlier-session');
  assert.equal(taintOf(four), null);
  await registry.clientStarted(four.session.id, 'client-3', false);
  assert.equal(taintOf(four), null, 'a session that is made shorter goes on with itself');
});

test('a session whose launcher is silent is ended', async (t) => {
  let now = 0;
  const registry = sessionRegistry(folder(t), {
    audit: memorySink(),
    clock: () => 1,
    uptimeMs: () => now,
    machine: MACHINE,
  });
  const { session } = await registry.open(REQUEST);
  for (; now < HEARTBEAT_LIMIT_MS; now += 1000) await registry.sweep();
  registry.beat(session.id);
  for (; now <= HEARTBEAT_LIMIT_MS * 2; now += 1000) await registry.sweep();
  assert.equal(registry.byId(session.id)?.endedReason, null);
  now += 1000;
  await registry.sweep();
  assert.equal(registry.byId(session.id)?.endedReason, 'its launcher is gone');
});

test('a machine that slept gives every launcher its whole time again', async (t) => {
  let now = 0;
  const registry = sessionRegistry(folder(t), {
    audit: memorySink(),
    clock: () => 1,
    uptimeMs: () => now,
    machine: MACHINE,
  });
  const { session } = await registry.open(REQUEST);
  now = HEARTBEAT_LIMIT_MS * 100;
  await registry.sweep();
  assert.equal(registry.byId(session.id)?.endedReason, null);
});

test('an end that could not be stored is recorded, holds, and is stored by a later sweep', async (t) => {
  const path = folder(t);
  const audit = memorySink();
  const registry = sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE });
  const { session } = await registry.open(REQUEST);
  renameSync(path, `${path}-away`);
  await assert.rejects(registry.end(session.id, 'stopped by hand'));
  renameSync(`${path}-away`, path);
  assert.equal(registry.byId(session.id)?.endedReason, 'stopped by hand');
  assert.deepEqual(
    audit.records.map((record) => record.body['event']),
    ['opened', 'ended'],
  );
  await registry.sweep();
  assert.equal(
    sessionRegistry(path, { audit, clock: () => 1, uptimeMs: () => 0, machine: MACHINE }).byId(session.id)?.endedReason,
    'stopped by hand',
  );
});

for (const { name, text } of [
  { name: 'a session file that is no JSON', text: '{' },
  { name: 'a session file that is a list', text: '[]' },
  { name: 'a session file with a token of another shape', text: '{"id":"x"}' },
]) {
  test(`${name} stops the start`, (t) => {
    const path = folder(t);
    writeFileSync(join(path, 'ses_x.json'), text);
    assert.throws(
      () => sessionRegistry(path, { audit: memorySink(), clock: () => 1, uptimeMs: () => 0, machine: MACHINE }),
      StateFolder,
    );
  });
}

test('session ids sort by time and are read back', () => {
  const [early, late] = [
    makeSessionId(1_700_000_000_000, randomBytes(16)),
    makeSessionId(1_800_000_000_000, randomBytes(16)),
  ];
  assert.ok(early < late);
  assert.equal(parseSessionId(early), early);
  assert.equal(parseSessionId('ses_I'), null);
});

test('a canary proves the client session that it was issued to, and no other', () => {
  const book = liveness(randomBytes(32), randomBytes);
  const session = makeSessionId(1, randomBytes(16));
  const id = book.issue(session, 'client-a');
  assert.ok(book.isCanary(id));
  book.confirm(session, 'client-b', id);
  assert.equal(book.isProven(session, 'client-b'), false);
  assert.equal(book.isProven(session, 'client-a'), false);
  book.confirm(session, 'client-a', id);
  assert.equal(book.isProven(session, 'client-a'), true);
  assert.equal(book.isProven(session, 'client-b'), false);
});

test('a decided call is remembered for its session, and crowded out only by calls of that session', () => {
  const book = liveness(randomBytes(32), randomBytes);
  const [ours, theirs] = [makeSessionId(1, randomBytes(16)), makeSessionId(2, randomBytes(16))];
  assert.equal(book.wasDecided(ours, 'toolu_1'), false);
  book.noteDecision(ours, 'toolu_1');
  assert.equal(book.wasDecided(ours, 'toolu_1'), true);
  assert.equal(book.wasDecided(theirs, 'toolu_1'), false);
  for (let nth = 0; nth < 20_000; nth += 1) book.noteDecision(theirs, `toolu_their_${nth}`);
  assert.equal(book.wasDecided(ours, 'toolu_1'), true);
  assert.equal(book.wasDecided(theirs, 'toolu_their_0'), false);
  for (let nth = 0; nth < 4_095; nth += 1) book.noteDecision(ours, `toolu_our_${nth}`);
  assert.equal(book.wasDecided(ours, 'toolu_1'), true);
  book.noteDecision(ours, 'toolu_last');
  assert.equal(book.wasDecided(ours, 'toolu_1'), false);
  book.noteDecision(ours, 'x'.repeat(513));
  assert.equal(book.wasDecided(ours, 'x'.repeat(513)), false);
});

test('canary ids are known after a restart and cannot be made without the key', () => {
  const key = randomBytes(32);
  const session = makeSessionId(1, randomBytes(16));
  const id = liveness(key, randomBytes).issue(session, 'a');
  assert.ok(liveness(key, randomBytes).isCanary(id));
  assert.ok(!liveness(randomBytes(32), randomBytes).isCanary(id));
  assert.ok(!liveness(key, randomBytes).isCanary(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`));
  assert.ok(!liveness(key, randomBytes).isCanary('toolu_sallyport_'));
});
