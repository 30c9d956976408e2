import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditRecord } from '../core/audit.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { HEARTBEAT_LIMIT_MS, sessionRegistry } from './index.ts';
import type { SessionRegistry } from './index.ts';
import { KEPT_ENDED } from './long-ended.ts';

const REQUEST = { workspace: '/w', homeDir: '/h', provider: 'anthropic', about: {} } as const;
const ANN: SessionOwner = { uid: 1001, user: 'ann', door: 'a'.repeat(24), watch: null };
const BOB: SessionOwner = { ...ANN, uid: 1002, user: 'bob' };

interface Stage {
  readonly folder: string;
  readonly registry: SessionRegistry;
  readonly records: AuditRecord[];
  readonly time: { nowMs: number };
}

function stage(t: { after(fn: () => void): void }): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sp-ended-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const records: AuditRecord[] = [];
  const append = (record: AuditRecord): Promise<{ index: number; hash: Sha256 }> =>
    Promise.resolve({ index: records.push(record) - 1, hash: '0'.repeat(64) as Sha256 });
  const time = { nowMs: 0 };
  return {
    folder,
    records,
    time,
    registry: sessionRegistry(folder, {
      audit: { append },
      clock: () => 1_000 + records.length,
      uptimeMs: () => time.nowMs,
      machine: { boot: 'boot-1', ms: () => time.nowMs },
    }),
  };
}

/** Has each attempt to store a session fail until the folder in its way is gone. */
function blockStoring({ folder }: Stage, id: SessionId): () => void {
  const part = join(folder, `${id}.json.${process.pid}.part`);
  mkdirSync(part);
  return () => rmSync(part, { recursive: true });
}

const sweepFor = async ({ registry, time }: Stage, ms: number): Promise<unknown> => {
  const failures: unknown[] = [];
  for (const endMs = time.nowMs + ms; time.nowMs < endMs;) {
    time.nowMs += 2_000;
    await registry.sweep().catch((error: unknown) => failures.push(error));
  }
  return failures.at(-1);
};

test('an end that cannot be stored keeps no session of a silent launcher alive, and is told of', async (t) => {
  const at = stage(t);
  const [stuck, silent] = [await at.registry.open(REQUEST), await at.registry.open(REQUEST)];
  const unblock = blockStoring(at, stuck.session.id);
  await assert.rejects(at.registry.end(stuck.session.id, 'over'), { code: 'EISDIR' });
  const failure = await sweepFor(at, HEARTBEAT_LIMIT_MS + 4_000);
  assert.equal((failure as NodeJS.ErrnoException).code, 'EISDIR');
  assert.equal(at.registry.byId(silent.session.id)?.endedReason, 'its launcher is gone');
  const ended = at.records.flatMap(({ body, sessionId }) => (body['event'] === 'ended' ? [sessionId] : []));
  assert.deepEqual(ended, [stuck.session.id, silent.session.id]);
  unblock();
  assert.equal(await sweepFor(at, 2_000), undefined);
});

test('a session that was recorded as opened and cannot be kept is recorded as ended', async (t) => {
  const at = stage(t);
  const opening = at.registry.open(REQUEST);
  const id = at.records[0]?.sessionId as SessionId;
  const unblock = blockStoring(at, id);
  await assert.rejects(opening, { code: 'EISDIR' });
  assert.deepEqual(
    at.records.map(({ body, sessionId }) => [body['event'], body['reason'], sessionId]),
    [
      ['opened', undefined, id],
      ['ended', 'it could not be kept', id],
    ],
  );
  assert.equal(at.registry.byId(id)?.endedReason, 'it could not be kept');
  unblock();
});

test('of a person’s ended sessions the newest are kept, in memory and on disk, and nobody else’s are forgotten for them', async (t) => {
  const at = stage(t);
  const opened = async (owner: SessionOwner): Promise<{ id: SessionId; token: string }> => {
    const { session, token } = await at.registry.open({ ...REQUEST, owner });
    return { id: session.id, token };
  };
  const ann = await opened(ANN);
  await at.registry.end(ann.id, 'over');
  const running = await opened(BOB);
  const unkilled = await opened(BOB);
  await at.registry.end(unkilled.id, 'over', true);
  const bobs = [];
  for (let nth = 0; nth < KEPT_ENDED + 3; nth += 1) {
    const one = await opened(BOB);
    await at.registry.end(one.id, 'over');
    bobs.push(one);
  }
  await at.registry.sweep();
  const known = at.registry.list().map(({ id }) => id);
  assert.deepEqual(known, [ann.id, running.id, unkilled.id, ...bobs.slice(3).map(({ id }) => id)]);
  assert.deepEqual(readdirSync(at.folder).toSorted(), known.map((id) => `${id}.json`).toSorted());
  assert.equal(at.registry.byToken(bobs[0]?.token ?? ''), null);
  assert.equal(at.registry.byToken(bobs[3]?.token ?? '')?.endedReason, 'over');
  assert.equal(at.registry.byToken(running.token)?.endedReason, null);
});
