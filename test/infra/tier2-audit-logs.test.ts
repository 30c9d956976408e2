import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as s3 from '@aws-sdk/client-s3';
import { deliveryRig } from '../../src/deliver/delivery-rig.ts';
import type { Rig } from '../../src/deliver/delivery-rig.ts';
import { s3Store, storeSink } from '../../src/deliver/index.ts';
import { makeHome, sallyportBeside } from '../daemon-process.ts';
import { deliverWholeLog } from '../deliver-whole-log.ts';
import { radosgwActions } from './lib/radosgw-actions.ts';
import { radosgwSkipReason, startRadosgw } from '../radosgw.ts';
import type { Radosgw, RadosgwKeys } from '../radosgw.ts';
import { bucketArn, storeDocuments } from './lib/audit-documents.ts';
import { terraformSkip } from './lib/terraform.ts';

const Bucket = bucketArn('audit').replace('arn:aws:s3:::', '');
/** What AWS puts in the place of `aws:userid`. This store knows no such variables, nor a colon in the last part of an ARN. */
const IDENTITY = 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0';
const PREFIX = `logs/${IDENTITY}/sallyport/host-1/0a1b2c3d`;
const OTHER = 'logs/AROAHOSTROLEEXAMPLE00:i-0fedcba9876543210/sallyport/host-2/4e5f6a7b';
/** Statements whose principals are named by a condition that the store does not know, and who that is. */
const USERS: Readonly<Record<string, string>> = {
  LetStoresGrow: 'host',
  LetStoresBeListed: 'host',
  KeepStoresToTheirFolder: 'host',
  LetReadersRead: 'auditor',
  LetReadersList: 'auditor',
};

describe('a store in the audit bucket, by its policy', { skip: radosgwSkipReason() || terraformSkip() }, () => {
  let store: Radosgw;
  let owner: s3.S3Client;
  let host: s3.S3Client;
  let auditor: s3.S3Client;
  let keys: { readonly host: RadosgwKeys; readonly auditor: RadosgwKeys };
  const clientOf = (credentials: RadosgwKeys): s3.S3Client =>
    new s3.S3Client({ region: 'us-east-1', endpoint: store.endpoint, forcePathStyle: true, credentials });

  before(async () => {
    store = await startRadosgw();
    keys = { host: store.addUser('host'), auditor: store.addUser('auditor') };
    owner = clientOf(store.keys);
    host = clientOf(keys.host);
    auditor = clientOf(keys.auditor);
    await owner.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const Rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
    await owner.send(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    for (const Key of ['records/of-firehose', `${OTHER}/records/x`, `${OTHER}/checkpoint`])
      await owner.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'x' }));
    await owner.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: await policy() }));
  });
  after(async () => {
    owner?.destroy();
    host?.destroy();
    auditor?.destroy();
    await store?.stop();
  });

  async function deliver(rig: Rig): Promise<void> {
    const address = { region: 'us-east-1', endpoint: store.endpoint, keys: () => Promise.resolve(keys.host) };
    const options = { ...address, bucket: Bucket, prefix: PREFIX, kmsKey: null, compliance: 'refused' } as const;
    await deliverWholeLog(rig, () => storeSink({ store: s3Store(options), retention: null, nowMs: Date.now }));
  }

  test('A1: a host delivers, the bucket locks, an auditor verifies; the host takes nothing back', async (t) => {
    const rig = await deliveryRig(t);
    await rig.fill(300);
    await deliver(rig);
    await rig.fill(300);
    await deliver(rig);

    const { Versions = [] } = await auditor.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix: PREFIX }));
    assert.ok(Versions.length > 5);
    for (const { Key, VersionId } of Versions) {
      const { Retention } = await auditor.send(new s3.GetObjectRetentionCommand({ Bucket, Key, VersionId }));
      assert.equal(Retention?.Mode, 'COMPLIANCE', Key);
    }
    t.diagnostic(`infra: objects of a store that the default of the bucket locked = ${Versions.length}`);

    const home = makeHome(t);
    const env = {
      ...home.env,
      AWS_ACCESS_KEY_ID: keys.auditor.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.auditor.secretAccessKey,
    };
    const place = [`s3://${Bucket}/${PREFIX}`, '--region', 'us-east-1', '--endpoint', store.endpoint];
    const verified = async (...more: readonly string[]): Promise<{ ok: boolean; records: number } | null> => {
      const words = ['audit', 'verify', ...place, '--key', rig.log.vkey, '--json', ...more];
      const { status, stdout } = await sallyportBeside({ ...home, env }, words, { cwd: home.folder });
      return status === 0 ? (JSON.parse(stdout) as { ok: boolean; records: number }) : null;
    };
    assert.deepEqual(await verified().then((told) => [told?.ok, told?.records]), [true, rig.log.size]);

    const [{ Key, VersionId } = {}] = Versions;
    const until = new Date(Date.now() + 60_000);
    const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: until } as const;
    const attacks: Readonly<Record<string, () => Promise<unknown>>> = {
      'hiding an object': () => host.send(new s3.DeleteObjectCommand({ Bucket, Key })),
      'deleting a version': () => host.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId })),
      'weakening its lock': () => host.send(new s3.PutObjectRetentionCommand({ Bucket, Key, VersionId, Retention })),
      'writing where Firehose does': () => host.send(new s3.PutObjectCommand({ Bucket, Key: 'records/y', Body: 'y' })),
      'reading what another host stored': () =>
        host.send(new s3.GetObjectCommand({ Bucket, Key: `${OTHER}/records/x` })),
      'adding to what another host stored': () =>
        host.send(new s3.PutObjectCommand({ Bucket, Key: `${OTHER}/records/y`, Body: 'y' })),
      'writing over its newest checkpoint': () =>
        host.send(new s3.PutObjectCommand({ Bucket, Key: `${OTHER}/checkpoint`, Body: 'y' })),
      'reading what Firehose wrote': () => host.send(new s3.GetObjectCommand({ Bucket, Key: 'records/of-firehose' })),
      'changing the lock of the bucket': () =>
        host.send(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: {} })),
    };
    for (const [name, attack] of Object.entries(attacks))
      await t.test(name, () => assert.rejects(attack(), { name: 'AccessDenied' }));

    // The one key that a host may write again: what stood there before is in its older versions.
    await host.send(new s3.PutObjectCommand({ Bucket, Key: `${PREFIX}/checkpoint`, Body: 'forged' }));
    assert.equal(await verified(), null);
    assert.deepEqual(await verified('--first-versions').then((told) => [told?.ok, told?.records]), [
      true,
      rig.log.size,
    ]);
  });
});

/**
 * The policy of the audit bucket in words that the store knows: users by their name, and no conditions, of which it has not the keys.
 * It has `s3:prefix`, but not as S3 for a key that is missing, which that judges as a listing of the key. What the conditions do is
 * judged by our own evaluation alone, and so is `ReplaceNothing`.
 */
async function policy(): Promise<string> {
  const { buckets } = await storeDocuments();
  const { Version, Statement } = JSON.parse(
    (buckets['audit'] ?? '').replaceAll('${aws:userid}', IDENTITY.replace(':', '?')),
  ) as {
    readonly Version: string;
    readonly Statement: readonly {
      readonly Sid: string;
      readonly Action: string | readonly string[];
      readonly Condition?: unknown;
    }[];
  };
  const known = Statement.filter(({ Sid }) => Sid in USERS || Sid === 'DeleteNothing');
  assert.equal(known.length, Object.keys(USERS).length + 1);
  const statements = known.map(({ Condition: _condition, ...statement }) => {
    const user = USERS[statement.Sid];
    return {
      ...statement,
      Action: radosgwActions(statement.Action),
      Principal: user === undefined ? '*' : { AWS: `arn:aws:iam:::user/${user}` },
    };
  });
  return JSON.stringify({ Version, Statement: statements });
}
