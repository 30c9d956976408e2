import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditRecord, Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { isJsonObject } from '../core/json.ts';
import { sessionRegistry } from './index.ts';
import type { SessionRegistry } from './index.ts';

const REQUEST = { workspace: '/w', homeDir: '/h', provider: 'anthropic', about: {} } as const;
const RECEIPT: Receipt = { index: 0, hash: '0'.repeat(64) as Sha256 };

interface Stage {
  readonly folder: string;
  readonly records: AuditRecord[];
  nowMs: number;
  append: (record: AuditRecord) => Promise<Receipt>;
  /** A daemon that begins over the folder. */
  start(): SessionRegistry;
  /** The ends in the log, each with its time. */
  ended(): readonly (readonly [unknown, number])[];
}

function stage(t: { after(fn: () => void): void }): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sp-ends-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at: Stage = {
    folder,
    records: [],
    nowMs: 1_000,
    append: (record) => {
      at.records.push(record);
      return Promise.resolve(RECEIPT);
    },
    start: () =>
      sessionRegistry(folder, {
        audit: { append: (record) => at.append(record) },
        clock: () => at.nowMs,
        uptimeMs: () => 0,
        machine: { boot: 'boot-1', ms: () => 0 },
      }),
    ended: () =>
      at.records
        .filter(({ body }) => body['event'] === 'ended')
        .map(({ body, occurredAtMs }) => [body['reason'], occurredAtMs]),
  };
  return at;
}

const full = (): Promise<Receipt> => Promise.reject(new AuditUnavailable('disk is full'));

for (const restarts of [false, true])
  test(`an end that the log refuses is recorded once when it takes records again, ${restarts ? 'after a restart' : 'with the sweep'}`, async (t) => {
    const at = stage(t);
    const { append } = at;
    const first = at.start();
    const { session } = await first.open(REQUEST);
    at.append = full;
    at.nowMs = 2_000;
    await assert.rejects(first.end(session.id, 'over', true), AuditUnavailable);
    at.nowMs = 3_000;
    const registry = restarts ? at.start() : first;
    await assert.rejects(registry.sweep(), AuditUnavailable);
    at.append = append;
    await registry.sweep();
    await registry.sweep();
    assert.deepEqual(at.ended(), [['over', 2_000]]);
    await at.start().sweep();
    assert.deepEqual(at.ended(), [['over', 2_000]], 'that it is recorded outlives a restart');
  });

test('an end that is stored when the daemon dies is recorded by the next one', async (t) => {
  const at = stage(t);
  const { append } = at;
  const first = at.start();
  const { session } = await first.open(REQUEST);
  at.append = () => new Promise(() => undefined);
  void first.end(session.id, 'over');
  at.append = append;
  await at.start().sweep();
  assert.deepEqual(at.ended(), [['over', 1_000]]);
});

test('a sweep does not record an end that is being recorded', async (t) => {
  const at = stage(t);
  const registry = at.start();
  const { session } = await registry.open(REQUEST);
  const { append } = at;
  const written = Promise.withResolvers<void>();
  at.append = async (record) => {
    await written.promise;
    return append(record);
  };
  const ending = registry.end(session.id, 'over');
  await registry.sweep();
  written.resolve();
  await ending;
  await registry.sweep();
  assert.equal(at.ended().length, 1);
});

test('that an end is recorded may fail to be stored: it is recorded twice then, and not never', async (t) => {
  const at = stage(t);
  const { append } = at;
  const first = at.start();
  const { session } = await first.open(REQUEST);
  at.append = async (record) => {
    renameSync(at.folder, `${at.folder}-away`);
    return append(record);
  };
  await assert.rejects(first.end(session.id, 'over'), { code: 'ENOENT' });
  renameSync(`${at.folder}-away`, at.folder);
  at.append = append;
  await at.start().sweep();
  assert.equal(at.ended().length, 2);
});

test('a session that ended before its file told of the record counts as recorded, and its processes as ended', async (t) => {
  const at = stage(t);
  const first = at.start();
  const { session } = await first.open(REQUEST);
  await first.end(session.id, 'over', true);
  const path = join(at.folder, readdirSync(at.folder)[0] ?? '');
  const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
  assert.ok(isJsonObject(stored));
  const { unrecordedEndAtMs, areProcessesEnded, ...old } = stored;
  assert.deepEqual([unrecordedEndAtMs, areProcessesEnded], [null, false]);
  writeFileSync(path, JSON.stringify(old));
  const registry = at.start();
  await registry.sweep();
  assert.equal(at.ended().length, 1);
  assert.equal(registry.list()[0]?.areProcessesEnded, true);
  for (const changed of [{ unrecordedEndAtMs: 'now' }, { areProcessesEnded: 'yes' }]) {
    writeFileSync(path, JSON.stringify({ ...stored, ...changed }));
    assert.throws(() => at.start(), { code: 'STATE_FOLDER' });
  }
});
