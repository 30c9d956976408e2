import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { readLog } from '../src/audit/index.ts';
import { RIG_TIME_MS, deliveryRig } from '../src/deliver/delivery-rig.ts';
import type { Rig } from '../src/deliver/delivery-rig.ts';
import { folderStore, s3Store, storeSink } from '../src/deliver/index.ts';
import { makeHome, sallyportBeside } from './daemon-process.ts';
import { deliverWholeLog } from './deliver-whole-log.ts';
import { motoSkipReason, startMoto } from './moto.ts';

// Asks stores that the delivery wrote, and the log that it delivered, the same questions.

const DAY_MS = 86_400_000;
const keys = { accessKeyId: 'testing', secretAccessKey: 'testing' };
const region = 'us-east-1';

/** A log of two days: 60 decisions on each, every fifth a denial. */
async function filledRig(t: TestContext): Promise<Rig> {
  const rig = await deliveryRig(t);
  for (const day of [0, 1])
    for (const nth of Array.from({ length: 60 }, (_, number) => number))
      await rig.fill(1, {
        occurredAtMs: RIG_TIME_MS + day * DAY_MS,
        body: { event: 'PreToolUse', kind: 'command', verdict: nth % 5 === 0 ? 'deny' : 'allow', ruleId: 'test/rule' },
      });
  return rig;
}

interface Asked {
  readonly status: number | null;
  readonly rows: readonly unknown[];
  readonly stderr: string;
}

async function asked(
  t: TestContext,
  sql: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const home = makeHome(t);
  const env = { AWS_EC2_METADATA_DISABLED: 'true', ...more };
  const ran = await sallyportBeside(home, ['audit', 'query', sql, '--json', ...words], { cwd: home.folder, env });
  const rows = ran.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));
  return { status: ran.status, rows, stderr: ran.stderr };
}

/** Asks a store and the log that it is of, as far as that was delivered. */
async function assertTellsTheSame(
  t: TestContext,
  rig: Rig,
  sizeRecords: number,
  store: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const indexes: number[] = [];
  let denied = 0;
  for await (const { index, kind, body } of readLog(join(rig.home, 'audit'))) {
    if (index < sizeRecords) indexes.push(index);
    if (index < sizeRecords && kind === 'decision' && body['verdict'] === 'deny') denied += 1;
  }
  assert.equal(denied, 24);
  const all = `SELECT id, time, kind, event, body, year, month, day FROM records WHERE id < ${sizeRecords} ORDER BY id`;
  const [stored, local] = [await asked(t, all, store, env), await asked(t, all, ['--log', join(rig.home, 'audit')])];
  assert.deepEqual([stored.status, stored.stderr], [0, '']);
  assert.deepEqual(
    stored.rows.map((row) => (row as { id: number }).id),
    indexes,
  );
  assert.deepEqual(stored, local);

  const count = "SELECT count(*) AS n FROM decisions WHERE verdict = 'deny'";
  assert.deepEqual((await asked(t, count, store, env)).rows, [{ n: 24 }]);
  const secondDay = new Date(RIG_TIME_MS + DAY_MS).toISOString().slice(0, 10);
  const ofOneDay = await asked(t, count, [...store, '--from', secondDay, '--to', secondDay], env);
  assert.deepEqual([ofOneDay.rows, ofOneDay.stderr], [[{ n: 12 }], '']);
  const covered = 'SELECT max(size) AS size, count(root) AS roots FROM checkpoints';
  const [checkpoint] = (await asked(t, covered, store, env)).rows as readonly { size: number; roots: number }[];
  assert.ok(checkpoint !== undefined && checkpoint.size >= sizeRecords && checkpoint.roots === 1);
}

test('a folder that the delivery wrote is answered from as the log itself', async (t) => {
  const rig = await filledRig(t);
  const root = join(rig.home, 'store');
  mkdirSync(root);
  const sizeRecords = rig.log.size;
  await deliverWholeLog(rig, () => storeSink({ store: folderStore(root), retention: null, nowMs: Date.now }));
  await assertTellsTheSame(t, rig, sizeRecords, ['--log', root]);
});

test('a bucket that the delivery wrote is answered from as the log itself', { skip: motoSkipReason() }, async (t) => {
  const moto = await startMoto();
  t.after(async () => await moto.stop());
  const bucket = `b-${randomBytes(6).toString('hex')}`;
  const s3 = new S3Client({ endpoint: moto.endpoint, region, credentials: keys, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  const rig = await filledRig(t);
  const sizeRecords = rig.log.size;
  await deliverWholeLog(rig, () =>
    storeSink({
      store: s3Store({
        endpoint: moto.endpoint,
        region,
        keys: () => Promise.resolve(keys),
        bucket,
        prefix: 'logs',
        kmsKey: null,
        compliance: 'acknowledged',
      }),
      retention: { mode: 'compliance', days: 2_557 },
      nowMs: Date.now,
    }),
  );
  const credentials = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey };
  const place = ['--log', `s3://${bucket}/logs`, '--region', region, '--endpoint', moto.endpoint];
  await assertTellsTheSame(t, rig, sizeRecords, place, credentials);

  const none = await asked(
    t,
    'SELECT count(*) AS n FROM records',
    ['--log', 's3://nowhere-at-all', ...place.slice(2)],
    {
      ...credentials,
    },
  );
  assert.deepEqual([none.status, none.rows], [1, []]);
  assert.match(none.stderr, /^error: .*nowhere-at-all/);
});
