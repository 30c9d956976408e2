import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as s3 from '@aws-sdk/client-s3';
import { radosgwActions } from './lib/radosgw-actions.ts';
import { radosgwSkipReason, startRadosgw } from '../radosgw.ts';
import type { Radosgw } from '../radosgw.ts';
import { storeDocuments } from './lib/audit-documents.ts';
import { terraformSkip } from './lib/terraform.ts';

const Bucket = 'sallyport-audit-444455556666';

describe('a bucket of a real store', { skip: radosgwSkipReason() || terraformSkip() }, () => {
  let store: Radosgw;
  let client: s3.S3Client;
  before(async () => {
    store = await startRadosgw();
    const { endpoint, keys: credentials } = store;
    client = new s3.S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true, credentials });
    await client.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await setDefault('COMPLIANCE');
  });
  after(async () => {
    client?.destroy();
    await store?.stop();
  });

  async function setDefault(Mode: s3.ObjectLockRetentionMode): Promise<void> {
    const Rule = { DefaultRetention: { Mode, Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
    await client.send(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  }

  async function letAllExpire(): Promise<void> {
    const Rules = [{ ID: 'all', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }] as const;
    const LifecycleConfiguration = { Rules: [...Rules] };
    await client.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
  }

  async function put(Key: string): Promise<string> {
    const { VersionId } = await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'record' }));
    assert.ok(VersionId !== undefined);
    return VersionId;
  }

  async function modeOf(Key: string): Promise<string | undefined> {
    const { Retention } = await client.send(new s3.GetObjectRetentionCommand({ Bucket, Key }));
    return Retention?.Mode;
  }

  test('A3: without our policy its owner weakens the lock of what comes next, and not of what is there', async () => {
    await put('records/before');
    await setDefault('GOVERNANCE');
    await put('records/after');
    assert.equal(await modeOf('records/before'), 'COMPLIANCE');
    assert.equal(await modeOf('records/after'), 'GOVERNANCE');
    await letAllExpire();
    await client.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
    await setDefault('COMPLIANCE');
  });

  test('A3: with the denials of our policy its owner does neither, nor deletes them', async (t) => {
    const VersionId = await put('records/kept');
    const Policy = await denials(['KeepTheSettings', 'DeleteNothing']);
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const Key = 'records/kept';
    const attacks: Readonly<Record<string, () => Promise<unknown>>> = {
      'weakening the default lock': () => setDefault('GOVERNANCE'),
      'letting all expire': letAllExpire,
      'deleting the policy': () => client.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
      'replacing the policy': () => client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy })),
      'suspending versions': () =>
        client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
      'hiding an object': () => client.send(new s3.DeleteObjectCommand({ Bucket, Key })),
      'deleting a version': () => client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId })),
    };
    for (const [name, attack] of Object.entries(attacks))
      await t.test(name, () => assert.rejects(attack(), { name: 'AccessDenied' }));
    assert.equal(await modeOf(Key), 'COMPLIANCE');
    await put('records/more');
  });
});

/** The statements of these names in the policy of the audit bucket, with the actions that the store knows. */
async function denials(sids: readonly string[]): Promise<string> {
  const { buckets } = await storeDocuments();
  const policy = JSON.parse(buckets['audit'] ?? '') as {
    readonly Version: string;
    readonly Statement: readonly {
      readonly Sid: string;
      readonly Effect: string;
      readonly Principal: unknown;
      readonly Action: readonly string[];
      readonly Resource: unknown;
    }[];
  };
  // The exception goes too: the store knows no `aws:PrincipalArn`, and the caller here is nobody's break-glass role.
  const statements = policy.Statement.filter(({ Sid }) => sids.includes(Sid)).map(
    ({ Sid, Effect, Principal, Action, Resource }) => ({
      Sid,
      Effect,
      Principal,
      Resource,
      Action: radosgwActions(Action),
    }),
  );
  assert.equal(statements.length, sids.length);
  return JSON.stringify({ Version: policy.Version, Statement: statements });
}
