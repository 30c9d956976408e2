import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  ADMINISTRATOR,
  ARCHIVE,
  AUDIT_STREAM_ROLE,
  BREAK_GLASS,
  KEYS,
  keyArn,
  keyPolicies,
  ORGANIZATION,
  READER,
  REPLICATION,
  SESSIONS_STREAM_ROLE,
  TRAIL,
  WORKLOAD,
  bucketArn,
  storeDocuments,
  streamDocuments,
} from './lib/audit-documents.ts';
import type { Purpose } from './lib/audit-documents.ts';
import { evaluate } from './lib/iam.ts';
import type { IamRequest } from './lib/iam.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const OVER_TLS = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
const OURS = { ...OVER_TLS, 'aws:ResourceAccount': ARCHIVE, 'aws:PrincipalOrgID': ORGANIZATION };
const ROOT = `arn:aws:iam::${ARCHIVE}:root`;
const CLOUDTRAIL = {
  ...OVER_TLS,
  'aws:ResourceAccount': ARCHIVE,
  'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com',
};

const skip = terraformSkip();

/** How a call ends, and the statement that ended it where one denied. */
function ending(request: IamRequest): string {
  const { decision, by } = evaluate(request);
  return decision === 'explicitly denied' ? `denied by ${by.sid ?? by.layer}` : decision;
}

describe('buckets of the log archive', { skip }, () => {
  let store: Awaited<ReturnType<typeof storeDocuments>>;
  let streams: Awaited<ReturnType<typeof streamDocuments>>;
  before(async () => {
    store = await storeDocuments();
    streams = await streamDocuments();
  });

  test('A12: each bucket has a name with the account in it', () => {
    assert.deepEqual(store.names, {
      audit: `sallyport-audit-${ARCHIVE}`,
      sessions: `sallyport-sessions-${ARCHIVE}`,
      trail: `sallyport-trail-${ARCHIVE}`,
    });
  });

  test('every policy is short enough for S3', () => {
    for (const policy of [...Object.values(store.buckets), ...Object.values(store.replicas)])
      assert.ok(policy.length < 20_480, `${policy.length} characters`);
  });

  const weakenings: readonly { readonly name: string; readonly action: string; readonly isObject?: boolean }[] = [
    { name: 'weakening the default lock', action: 's3:PutBucketObjectLockConfiguration' },
    { name: 'suspending versions', action: 's3:PutBucketVersioning' },
    { name: 'letting versions expire', action: 's3:PutLifecycleConfiguration' },
    { name: 'deleting the policy', action: 's3:DeleteBucketPolicy' },
    { name: 'replacing the policy', action: 's3:PutBucketPolicy' },
    { name: 'changing the encryption', action: 's3:PutEncryptionConfiguration' },
    { name: 'ending the copies', action: 's3:PutReplicationConfiguration' },
    { name: 'holding the copies up', action: 's3:PauseReplication' },
    { name: 'opening the bucket to the public', action: 's3:PutBucketPublicAccessBlock' },
    { name: 'bringing lists of rights back', action: 's3:PutBucketOwnershipControls' },
    { name: 'a shorter lock for one object', action: 's3:PutObjectRetention', isObject: true },
    { name: 'lifting a legal hold', action: 's3:PutObjectLegalHold', isObject: true },
  ];
  const deletions: readonly { readonly name: string; readonly action: string; readonly isObject: boolean }[] = [
    { name: 'deleting a version', action: 's3:DeleteObjectVersion', isObject: true },
    { name: 'hiding an object', action: 's3:DeleteObject', isObject: true },
    { name: 'taking tags off a version', action: 's3:DeleteObjectVersionTagging', isObject: true },
    { name: 'passing governance', action: 's3:BypassGovernanceRetention', isObject: true },
    { name: 'deleting the bucket', action: 's3:DeleteBucket', isObject: false },
  ];
  for (const purpose of ['audit', 'sessions', 'trail', 'audit-replica', 'sessions-replica', 'trail-replica'] as const) {
    const policyOf = (): string | undefined =>
      purpose.endsWith('-replica') ? store.replicas[purpose.replace('-replica', '')] : store.buckets[purpose];
    const call = (action: string, isObject: boolean | undefined, principal: string): string =>
      ending({
        action,
        principal,
        resource: `${bucketArn(purpose)}${isObject === true ? '/records/x' : ''}`,
        context: OURS,
        identity: principal === ROOT ? [] : [EVERYTHING],
        resourcePolicy: policyOf(),
      });
    for (const { name, action, isObject } of weakenings) {
      test(`A3: ${name} of ${purpose} is denied to an administrator and left to the break-glass role`, () => {
        assert.equal(call(action, isObject, ADMINISTRATOR), 'denied by KeepTheSettings');
        assert.equal(call(action, isObject, BREAK_GLASS), 'allowed');
      });
    }
    for (const action of ['s3:UpdateObjectEncryption', 's3:PutObjectTagging', 's3:PutObjectVersionTagging']) {
      test(`A3: ${action} on what ${purpose} keeps is denied to everybody`, () => {
        for (const principal of [ADMINISTRATOR, BREAK_GLASS, REPLICATION])
          assert.equal(call(action, true, principal), 'denied by NoOtherWrites');
      });
    }
    for (const { name, action, isObject } of deletions) {
      test(`A3: ${name} of ${purpose} is denied to everybody`, () => {
        for (const principal of [ADMINISTRATOR, BREAK_GLASS, READER])
          assert.equal(call(action, isObject, principal), 'denied by DeleteNothing');
      });
    }
  }

  test('a trial in development can be taken down again', async () => {
    const { buckets } = await storeDocuments({ protected: false, break_glass_role_arns: [] });
    const request = {
      principal: ADMINISTRATOR,
      context: OURS,
      identity: [EVERYTHING],
      resourcePolicy: buckets['audit'],
    };
    assert.equal(ending({ ...request, action: 's3:DeleteBucket', resource: bucketArn('audit') }), 'allowed');
    assert.equal(
      ending({ ...request, action: 's3:PutObject', resource: `${bucketArn('audit')}/records/x` }),
      'denied by WriteByNamedRolesAlone',
    );
  });

  for (const { name, purpose, ...given } of [
    { name: 'its stream writes records', want: 'allowed' },
    { name: 'its stream writes errors', key: 'errors/processing-failed/x', want: 'allowed' },
    { name: 'its stream writes with our key', context: encrypted('aws:kms', KEYS.audit), want: 'allowed' },
    { name: 'its stream does not write elsewhere', key: 'other/x', want: 'implicitly denied' },
    {
      name: 'its stream does not write with another key',
      context: encrypted('aws:kms', keyArn(9)),
      want: 'denied by RefuseOtherKeys',
    },
    {
      name: 'its stream does not write with the key of S3',
      context: encrypted('AES256'),
      want: 'denied by RefuseOtherEncryption',
    },
    {
      name: 'nothing is written in plain text',
      context: { 'aws:SecureTransport': 'false' },
      want: 'denied by RefusePlainText',
    },
    { name: 'nothing is written with old TLS', context: { 's3:TlsVersion': '1.1' }, want: 'denied by RefuseOldTls' },
    {
      name: 'the stream of sessions writes no audit log',
      principal: SESSIONS_STREAM_ROLE,
      want: 'denied by WriteByNamedRolesAlone',
    },
    {
      name: 'the stream of the audit log writes no recordings',
      purpose: 'sessions',
      want: 'denied by WriteByNamedRolesAlone',
    },
    {
      name: 'an administrator of the archive writes nothing',
      principal: ADMINISTRATOR,
      want: 'denied by WriteByNamedRolesAlone',
    },
    { name: 'the break-glass role writes nothing', principal: BREAK_GLASS, want: 'denied by WriteByNamedRolesAlone' },
    {
      name: 'another role of the workload writes nothing',
      principal: `arn:aws:iam::${WORKLOAD}:role/sallyport-session-task`,
      want: 'denied by WriteByNamedRolesAlone',
    },
    {
      name: 'a role of the same name in another organization writes nothing',
      principal: 'arn:aws:iam::999988887777:role/sallyport-audit-stream',
      context: { 'aws:PrincipalOrgID': 'o-z9z9z9z9z9' },
      want: 'denied by RefuseOtherOrganizations',
    },
    { name: 'a reader does not write', principal: READER, want: 'denied by WriteByNamedRolesAlone' },
    { name: 'a reader reads', principal: READER, action: 's3:GetObjectVersion', want: 'allowed' },
    {
      name: 'another account of the organization does not read',
      principal: `arn:aws:iam::${WORKLOAD}:role/developer`,
      action: 's3:GetObject',
      want: 'implicitly denied',
    },
    {
      name: 'a role outside of the organization does not read',
      principal: 'arn:aws:iam::999988887777:role/auditor',
      action: 's3:GetObject',
      context: { 'aws:PrincipalOrgID': 'o-z9z9z9z9z9' },
      want: 'denied by RefuseOtherOrganizations',
    },
    {
      name: 'its stream does not shorten the lock of what it writes',
      action: 's3:PutObjectRetention',
      want: 'denied by KeepTheSettings',
    },
  ] satisfies readonly WriteCase[] as readonly WriteCase[]) {
    test(`the audit bucket: ${name}`, () => {
      const {
        key = 'records/year=2026/x.gz',
        principal = AUDIT_STREAM_ROLE,
        action = 's3:PutObject',
        context = {},
        want,
      } = given;
      const bucket = purpose ?? 'audit';
      const request = {
        action,
        principal: principal.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/').concat('/session'),
        resource: `${bucketArn(bucket)}/${key}`,
        context: { ...OURS, ...context },
        identity: [EVERYTHING],
        resourcePolicy: store.buckets[bucket],
      };
      assert.equal(ending(request), want);
    });
  }

  test("I9: the stream's own policy and the bucket's agree", () => {
    for (const purpose of ['audit', 'sessions'] as const) {
      const principal = purpose === 'audit' ? AUDIT_STREAM_ROLE : SESSIONS_STREAM_ROLE;
      const request = {
        principal,
        context: OURS,
        identity: [streams.policies[purpose]],
        resourcePolicy: store.buckets[purpose],
      };
      for (const { action, key } of [
        { action: 's3:PutObject', key: '/records/x' },
        { action: 's3:PutObject', key: '/errors/x' },
        { action: 's3:AbortMultipartUpload', key: '/records/x' },
        { action: 's3:ListBucketMultipartUploads', key: '' },
        { action: 's3:GetBucketLocation', key: '' },
      ])
        assert.equal(ending({ ...request, action, resource: `${bucketArn(purpose)}${key}` }), 'allowed', action);
    }
  });

  for (const {
    name,
    context,
    key = `AWSLogs/${WORKLOAD}/CloudTrail/x`,
    principal = 'cloudtrail.amazonaws.com',
    want,
  } of [
    { name: 'our trail writes', context: { 'aws:SourceArn': TRAIL }, want: 'allowed' },
    {
      name: 'its digests keep the encryption that CloudTrail gives them',
      context: { 'aws:SourceArn': TRAIL, ...encrypted('AES256') },
      want: 'allowed',
    },
    {
      name: 'a trail of another account does not write',
      context: { 'aws:SourceArn': TRAIL.replace(WORKLOAD, '999988887777') },
      want: 'implicitly denied',
    },
    {
      name: 'our trail does not write into the folder of another account',
      context: { 'aws:SourceArn': TRAIL },
      key: 'AWSLogs/999988887777/CloudTrail/x',
      want: 'implicitly denied',
    },
    {
      name: 'an administrator does not write',
      context: {},
      principal: ADMINISTRATOR,
      want: 'denied by WriteByCloudTrailAlone',
    },
  ]) {
    test(`I9: the trail bucket: ${name}`, () => {
      const isService = principal.endsWith('.com');
      const caller = isService ? { ...CLOUDTRAIL, 's3:x-amz-acl': 'bucket-owner-full-control' } : OURS;
      const request = {
        action: 's3:PutObject',
        principal,
        resource: `${bucketArn('trail')}/${key}`,
        context: { ...caller, ...context },
        identity: isService ? [] : [EVERYTHING],
        resourcePolicy: store.buckets['trail'],
      };
      assert.equal(ending(request), want);
    });
  }

  test('A11: no bucket lets the service of server access logs write', () => {
    for (const purpose of ['audit', 'sessions', 'trail'] as const) {
      const request = {
        action: 's3:PutObject',
        principal: 'logging.s3.amazonaws.com',
        resource: `${bucketArn(purpose)}/records/x`,
        context: {
          ...OVER_TLS,
          'aws:ResourceAccount': ARCHIVE,
          'aws:PrincipalServiceName': 'logging.s3.amazonaws.com',
        },
        resourcePolicy: store.buckets[purpose],
      };
      assert.match(ending(request), /denied by WriteBy/u);
    }
  });

  test('a copy is written by replication alone', () => {
    const request = {
      resource: `${bucketArn('audit-replica')}/records/x`,
      context: OURS,
      resourcePolicy: store.replicas['audit'],
    };
    const identity = [store.replicationPolicy];
    assert.equal(ending({ ...request, action: 's3:ReplicateObject', principal: REPLICATION, identity }), 'allowed');
    for (const [action, sid] of [
      ['s3:PutObject', 'WriteNothingDirectly'],
      ['s3:ReplicateObject', 'CopyByReplicationAlone'],
      ['s3:ReplicateTags', 'CopyByReplicationAlone'],
    ] as const)
      assert.equal(
        ending({ ...request, action, principal: ADMINISTRATOR, identity: [EVERYTHING] }),
        `denied by ${sid}`,
      );
    for (const principal of [ADMINISTRATOR, BREAK_GLASS, REPLICATION])
      assert.equal(
        ending({ ...request, action: 's3:ReplicateDelete', principal, identity: [EVERYTHING] }),
        'denied by DeleteNothing',
      );
  });

  // Whoever administers the archive's account has buckets of his own there, and a role that he hands to S3.
  for (const bucket of ['audit', 'sessions', 'trail'] as const)
    for (const action of ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'])
      for (const isProtected of [true, false])
        test(`A3: nothing is copied into ${bucket}, ${isProtected ? 'protected' : 'in development'}: ${action}`, async () => {
          const { buckets } = isProtected
            ? store
            : await storeDocuments({ protected: false, break_glass_role_arns: [] });
          for (const principal of [ADMINISTRATOR, BREAK_GLASS, REPLICATION, AUDIT_STREAM_ROLE])
            assert.equal(
              ending({
                action,
                principal,
                resource: `${bucketArn(bucket)}/records/x`,
                context: OURS,
                identity: [EVERYTHING],
                resourcePolicy: buckets[bucket],
              }),
              'denied by NoOtherWrites',
            );
        });

  test('A3: the role that copies reads no other bucket, though its policy lets it', () => {
    const read = (bucket: string, action: string, key = ''): string =>
      ending({
        action,
        principal: REPLICATION,
        resource: `arn:aws:s3:::${bucket}${key}`,
        context: OURS,
        identity: [store.replicationPolicy],
        resourcePolicy: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: REPLICATION }, Action: 's3:*', Resource: '*' }],
        },
      });
    assert.equal(read(`sallyport-audit-${ARCHIVE}`, 's3:GetReplicationConfiguration'), 'allowed');
    assert.equal(read(`sallyport-audit-${ARCHIVE}`, 's3:GetObjectVersionForReplication', '/records/x'), 'allowed');
    for (const bucket of ['mine', `sallyport-audit-${ARCHIVE}-mine`]) {
      assert.equal(read(bucket, 's3:GetReplicationConfiguration'), 'denied by NoOtherBucket');
      assert.equal(read(bucket, 's3:GetObjectVersionForReplication', '/records/x'), 'denied by NoOtherBucket');
    }
  });

  test('I9: only S3 takes the role that copies', () => {
    const request = { action: 'sts:AssumeRole', resource: REPLICATION, resourcePolicy: store.replicationTrust };
    assert.equal(ending({ ...request, principal: 's3.amazonaws.com' }), 'allowed');
    assert.equal(ending({ ...request, principal: 'ec2.amazonaws.com' }), 'implicitly denied');
    assert.equal(ending({ ...request, principal: ADMINISTRATOR, identity: [EVERYTHING] }), 'implicitly denied');
  });
});

describe('streams of the workload', { skip }, () => {
  let streams: Awaited<ReturnType<typeof streamDocuments>>;
  before(async () => {
    streams = await streamDocuments();
  });

  test('I1: records are put by calls of Firehose, on the stream of the audit log alone', () => {
    const principal = `arn:aws:iam::${WORKLOAD}:role/sallyport-host`;
    const put = (action: string, resource = streams.arns['audit'] ?? ''): string =>
      ending({ action, resource, principal, identity: [streams.putPolicy] });
    assert.equal(put('firehose:PutRecord'), 'allowed');
    assert.equal(put('firehose:PutRecordBatch'), 'allowed');
    assert.equal(put('firehose:PutRecordBatch', streams.arns['sessions']), 'implicitly denied');
    for (const action of ['firehose:UpdateDestination', 'firehose:DeleteDeliveryStream', 'kinesis:PutRecords'])
      assert.equal(put(action), 'implicitly denied');
  });

  test('I9: only Firehose, for its own stream and account, takes the role of a stream', () => {
    for (const purpose of ['audit', 'sessions'] as const) {
      const other = purpose === 'audit' ? 'sessions' : 'audit';
      const own = { 'aws:SourceAccount': WORKLOAD, 'aws:SourceArn': streams.arns[purpose] ?? '' };
      const take = (context: Record<string, string>, principal = 'firehose.amazonaws.com'): string =>
        ending({
          action: 'sts:AssumeRole',
          resource: AUDIT_STREAM_ROLE,
          principal,
          context,
          resourcePolicy: streams.trust[purpose],
        });
      assert.equal(take(own), 'allowed');
      assert.equal(take({ 'sts:ExternalId': WORKLOAD }), 'allowed');
      assert.equal(take({ 'sts:ExternalId': '999988887777' }), 'implicitly denied');
      assert.equal(take({ ...own, 'aws:SourceArn': streams.arns[other] ?? '' }), 'implicitly denied');
      assert.equal(take({ ...own, 'aws:SourceAccount': '999988887777' }), 'implicitly denied');
      assert.equal(take({}), 'implicitly denied');
      assert.equal(take(own, 'logs.amazonaws.com'), 'implicitly denied');
    }
  });

  test('I9: only CloudWatch Logs of this account and region takes the role of the subscription', () => {
    const take = (source: string, account: string): string =>
      ending({
        action: 'sts:AssumeRole',
        resource: SESSIONS_STREAM_ROLE,
        principal: 'logs.amazonaws.com',
        context: { 'aws:SourceArn': source, 'aws:SourceAccount': account },
        resourcePolicy: streams.subscriptionTrust,
      });
    const group = `arn:aws:logs:eu-central-1:${WORKLOAD}:log-group:/sallyport/sessions:*`;
    assert.equal(take(group, WORKLOAD), 'allowed');
    assert.equal(take(group.replace(WORKLOAD, ARCHIVE), ARCHIVE), 'implicitly denied');
    assert.equal(take(group.replace('eu-central-1', 'us-east-1'), WORKLOAD), 'implicitly denied');
  });

  test('I9: within the boundary of services a stream has all that Firehose asks for', async () => {
    const { service: boundary } = await renderDocuments('identity/boundary', {
      account_id: WORKLOAD,
      region: 'eu-central-1',
    });
    const { buckets } = await storeDocuments();
    const { audit: resourcePolicy } = await keyPolicies('archive');
    const role = { principal: AUDIT_STREAM_ROLE, identity: [streams.policies['audit']], boundary };
    const object = {
      ...role,
      resource: `${bucketArn('audit')}/records/x`,
      context: OURS,
      resourcePolicy: buckets['audit'],
    };
    assert.equal(ending({ ...object, action: 's3:PutObject' }), 'allowed');
    assert.equal(ending({ ...object, action: 's3:GetObject' }), 'allowed');
    const context = {
      'aws:RequestedRegion': 'eu-central-1',
      'kms:ViaService': 's3.eu-central-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': bucketArn('audit'),
    };
    assert.equal(
      ending({ ...role, action: 'kms:GenerateDataKey', resource: KEYS.audit, context, resourcePolicy }),
      'allowed',
    );
  });

  test('A6: recordings go to a stream and a bucket of their own', () => {
    const principal = `arn:aws:iam::${WORKLOAD}:role/sallyport-sessions-subscription`;
    const put = (resource = ''): string =>
      ending({ action: 'firehose:PutRecordBatch', resource, principal, identity: [streams.subscriptionPolicy] });
    assert.equal(put(streams.arns['sessions']), 'allowed');
    assert.equal(put(streams.arns['audit']), 'implicitly denied');
    const write = (resource: string): string =>
      ending({
        action: 's3:PutObject',
        resource,
        principal: SESSIONS_STREAM_ROLE,
        context: { 'aws:ResourceAccount': WORKLOAD },
        identity: [(streams.policies['sessions'] ?? '').replaceAll(ARCHIVE, WORKLOAD)],
      });
    assert.equal(write(`${bucketArn('sessions').replace(ARCHIVE, WORKLOAD)}/records/x`), 'allowed');
    assert.equal(write(`${bucketArn('audit').replace(ARCHIVE, WORKLOAD)}/records/x`), 'implicitly denied');
  });
});

describe('keys', { skip }, () => {
  let archive: Readonly<Record<string, string>>;
  let replica: Readonly<Record<string, string>>;
  let workload: Readonly<Record<string, string>>;
  before(async () => {
    archive = await keyPolicies('archive');
    replica = await keyPolicies('replica');
    workload = await keyPolicies('workload');
  });

  for (const action of ['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy', 'DisableKeyRotation']) {
    test(`A4: kms:${action} is denied to an administrator, on every key, and left to the break-glass role`, () => {
      for (const policies of [archive, replica, workload]) {
        for (const [purpose, resourcePolicy] of Object.entries(policies)) {
          const account = policies === workload ? WORKLOAD : ARCHIVE;
          const call = (principal: string): string =>
            ending({
              action: `kms:${action}`,
              resource: keyArn(7, 'eu-central-1', account),
              principal,
              identity: [EVERYTHING],
              resourcePolicy,
            });
          assert.equal(call(`arn:aws:iam::${account}:role/administrator`), 'denied by KeepTheKey', purpose);
          if (account === ARCHIVE) assert.equal(call(BREAK_GLASS), 'allowed', purpose);
        }
      }
    });
  }

  test('A4: an administrator of the archive can neither read with its keys nor give that to anybody', () => {
    for (const purpose of ['audit', 'sessions', 'trail'] as const)
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant', 'kms:ReEncryptFrom'])
        for (const principal of [ADMINISTRATOR, BREAK_GLASS])
          assert.equal(use({ purpose, action, principal, policy: archive[purpose] }), 'implicitly denied', action);
  });

  for (const { name, want, ...given } of [
    {
      name: 'its stream encrypts through S3',
      principal: AUDIT_STREAM_ROLE,
      action: 'kms:GenerateDataKey',
      want: 'allowed',
    },
    {
      name: 'its stream does not use it elsewhere',
      principal: AUDIT_STREAM_ROLE,
      action: 'kms:GenerateDataKey',
      context: { 'kms:ViaService': 'sqs.eu-central-1.amazonaws.com' },
      want: 'implicitly denied',
    },
    {
      name: 'its stream does not use it for another bucket',
      principal: AUDIT_STREAM_ROLE,
      action: 'kms:GenerateDataKey',
      context: { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::other' },
      want: 'implicitly denied',
    },
    {
      name: 'the stream of sessions does not',
      principal: SESSIONS_STREAM_ROLE,
      action: 'kms:GenerateDataKey',
      want: 'implicitly denied',
    },
    { name: 'a reader decrypts through S3', principal: READER, action: 'kms:Decrypt', want: 'allowed' },
    { name: 'a reader does not encrypt', principal: READER, action: 'kms:GenerateDataKey', want: 'implicitly denied' },
    { name: 'replication decrypts', principal: REPLICATION, action: 'kms:Decrypt', want: 'allowed' },
  ] as const) {
    test(`the key of the audit log: ${name}`, () => {
      assert.equal(use({ purpose: 'audit', policy: archive['audit'], ...given }), want);
    });
  }

  test('the key of the copy: replication encrypts, and the streams do not use it', () => {
    const context = {
      'kms:ViaService': 's3.eu-west-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': bucketArn('audit-replica'),
    };
    const copy = { purpose: 'audit', policy: replica['audit'], context } as const;
    assert.equal(use({ ...copy, action: 'kms:Encrypt', principal: REPLICATION }), 'allowed');
    assert.equal(use({ ...copy, action: 'kms:Decrypt', principal: REPLICATION }), 'implicitly denied');
  });

  test('I9: CloudTrail encrypts for our trails alone', () => {
    const encrypt = (trail: string): string =>
      ending({
        action: 'kms:GenerateDataKey',
        resource: KEYS.trail,
        principal: 'cloudtrail.amazonaws.com',
        context: { 'aws:SourceArn': trail, 'kms:EncryptionContext:aws:cloudtrail:arn': trail },
        resourcePolicy: archive['trail'],
      });
    assert.equal(encrypt(TRAIL), 'allowed');
    assert.equal(encrypt(TRAIL.replace(WORKLOAD, '999988887777')), 'implicitly denied');
  });

  test('a trail can be made where the bucket has a bucket key: CloudTrail decrypts for our trails too', () => {
    const decrypt = (trail: string): string =>
      ending({
        action: 'kms:Decrypt',
        resource: KEYS.trail,
        principal: 'cloudtrail.amazonaws.com',
        context: { 'aws:SourceArn': trail },
        resourcePolicy: archive['trail'],
      });
    assert.equal(decrypt(TRAIL), 'allowed');
    assert.equal(decrypt(TRAIL.replace(WORKLOAD, '999988887777')), 'implicitly denied');
  });

  for (const { name, group, purpose = 'logs', want } of [
    { name: 'a log group of ours', group: `${WORKLOAD}:log-group:/sallyport/hosts`, want: 'allowed' },
    {
      name: 'a log group of the network',
      group: `${WORKLOAD}:log-group:/aws/vendedlogs/sallyport/vpc-flow`,
      want: 'allowed',
    },
    {
      name: 'the log group of sessions with the key of sessions',
      purpose: 'sessions',
      group: `${WORKLOAD}:log-group:/sallyport/sessions`,
      want: 'allowed',
    },
    { name: 'not another log group', group: `${WORKLOAD}:log-group:/other/hosts`, want: 'implicitly denied' },
    {
      name: 'not a log group of another account',
      group: '999988887777:log-group:/sallyport/hosts',
      want: 'implicitly denied',
    },
  ]) {
    test(`I9: CloudWatch Logs encrypts ${name}`, () => {
      const request = {
        action: 'kms:GenerateDataKey',
        resource: keyArn(8, 'eu-central-1', WORKLOAD),
        principal: 'logs.eu-central-1.amazonaws.com',
        context: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:eu-central-1:${group}` },
        resourcePolicy: workload[purpose],
      };
      assert.equal(ending(request), want);
    });
  }

  test('EventBridge publishes to the encrypted topic, with nothing that tells whose rule it is', () => {
    const request = {
      action: 'kms:GenerateDataKey',
      resource: keyArn(8, 'eu-central-1', WORKLOAD),
      resourcePolicy: workload['logs'],
    };
    assert.equal(ending({ ...request, principal: 'events.amazonaws.com' }), 'allowed');
    const alarm = { ...request, principal: 'cloudwatch.amazonaws.com' };
    assert.equal(ending({ ...alarm, context: { 'aws:SourceAccount': WORKLOAD } }), 'allowed');
    assert.equal(ending({ ...alarm, context: { 'aws:SourceAccount': '999988887777' } }), 'implicitly denied');
  });

  test('hosts start with disks that the key of the data encrypts', () => {
    const principal = `arn:aws:iam::${WORKLOAD}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
    const call = (action: string, context: Record<string, string> = {}, from = principal): string =>
      ending({
        action,
        resource: keyArn(8, 'eu-central-1', WORKLOAD),
        principal: from,
        context: { 'kms:CallerAccount': from.split(':')[4] ?? '', ...context },
        resourcePolicy: workload['data'],
      });
    assert.equal(call('kms:GenerateDataKeyWithoutPlaintext'), 'allowed');
    assert.equal(call('kms:CreateGrant', { 'kms:GrantIsForAWSResource': 'true' }), 'allowed');
    assert.equal(call('kms:CreateGrant', { 'kms:GrantIsForAWSResource': 'false' }), 'implicitly denied');
    assert.equal(call('kms:Decrypt', {}, principal.replace(WORKLOAD, '999988887777')), 'implicitly denied');
  });
});

interface WriteCase {
  readonly name: string;
  readonly purpose?: Purpose;
  readonly key?: string;
  readonly principal?: string;
  readonly action?: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly want: string;
}

function encrypted(algorithm: string, key?: string): Record<string, string> {
  const named = key === undefined ? {} : { 's3:x-amz-server-side-encryption-aws-kms-key-id': key };
  return { 's3:x-amz-server-side-encryption': algorithm, ...named };
}

function use({
  purpose,
  action,
  principal,
  policy,
  context = {},
}: {
  readonly purpose: Purpose;
  readonly action: string;
  readonly principal: string;
  readonly policy: string | undefined;
  readonly context?: Readonly<Record<string, string>>;
}): string {
  return ending({
    action,
    principal,
    resource: KEYS[purpose],
    context: {
      'kms:ViaService': 's3.eu-central-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': bucketArn(purpose),
      ...context,
    },
    identity: [EVERYTHING],
    resourcePolicy: policy,
  });
}
