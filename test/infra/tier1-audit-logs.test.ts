import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  ARCHIVE,
  GATEWAY_ROLE,
  HOST_ROLE,
  KEYS,
  ORGANIZATION,
  WORKLOAD,
  bucketArn,
  keyPolicies,
  storeDocuments,
} from './lib/audit-documents.ts';
import { evaluate } from './lib/iam.ts';
import type { IamRequest } from './lib/iam.ts';
import { identityDocuments } from './lib/identity-documents.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const PLACE = { name: 'sallyport', region: 'eu-central-1', account_id: WORKLOAD };
const STORE = { bucket_arn: bucketArn('audit'), key_arn: KEYS.audit };
const HOST = sessionOf(HOST_ROLE, 'i-0123456789abcdef0');
const GATEWAY = sessionOf(GATEWAY_ROLE, '0123456789abcdef0123456789abcdef');
const STRANGER = 'arn:aws:sts::999988887777:assumed-role/sallyport-host/i-0123456789abcdef0';
/** The log of one host, and of another. */
const OWN = 'logs/sallyport/host-1/0a1b2c3d';
const OTHER = 'logs/sallyport/host-2/4e5f6a7b';

/** As a request comes from a host: over TLS, by the endpoint of its own network, under a key that must not be there yet. */
const CONTEXT = {
  'aws:SecureTransport': 'true',
  's3:TlsVersion': '1.3',
  's3:if-none-match': '*',
  'aws:ResourceAccount': ARCHIVE,
  'aws:ResourceOrgID': ORGANIZATION,
  'aws:PrincipalOrgID': ORGANIZATION,
  'aws:PrincipalAccount': WORKLOAD,
  'aws:RequestedRegion': 'eu-central-1',
  'aws:SourceVpc': 'vpc-0123456789abcdef0',
  'aws:Ec2InstanceSourceVpc': 'vpc-0123456789abcdef0',
  'aws:ViaAWSService': 'false',
} as const;
const { 's3:if-none-match': _condition, ...UNCONDITIONAL } = CONTEXT;
const { 'aws:SourceVpc': _network, ...PAST_THE_ENDPOINT } = CONTEXT;

describe('stores of logs in the audit bucket', { skip: terraformSkip() }, () => {
  let caller: (principal: string) => Pick<IamRequest, 'principal' | 'identity' | 'boundary' | 'scps'>;
  let bucket: string | undefined;
  let sessions: string | undefined;
  let key: string | undefined;
  let endpoint: unknown;

  before(async () => {
    const { boundaries, scps } = await identityDocuments();
    const documents = {
      [HOST]: { identity: (await workstation())['instance_policy'], boundary: boundaries['host'] },
      [GATEWAY]: { identity: (await gateway())['task'], boundary: boundaries['service'] },
    };
    caller = (principal) => {
      const own = documents[principal];
      if (own === undefined) return { principal, identity: [EVERYTHING] };
      return { principal, identity: [own.identity], boundary: own.boundary, scps: Object.values(scps) };
    };
    const { buckets } = await storeDocuments();
    ({ audit: bucket, sessions } = buckets);
    key = (await keyPolicies('archive'))['audit'];
    endpoint = (await endpoints(ORGANIZATION))['s3'];
  });

  /** How a call on an object of the audit bucket ends, and the statement that ended it where one denied. */
  function ending(
    action: string,
    name: string,
    { principal = HOST, context = CONTEXT, ...more }: Partial<IamRequest> = {},
  ): string {
    const resource = name === '' ? bucketArn('audit') : `${bucketArn('audit')}/${name}`;
    const judged = { resourcePolicy: bucket, endpointPolicy: endpoint, ...caller(principal), ...more };
    const { decision, by } = evaluate({ ...judged, action, resource, context });
    return decision === 'explicitly denied' ? `denied by ${by.sid ?? by.layer}` : decision;
  }
  const list = (prefix: string, more: Partial<IamRequest> = {}): string =>
    ending('s3:ListBucket', '', { ...more, context: { ...CONTEXT, 's3:prefix': prefix } });

  for (const [who, principal] of [
    ['a host', HOST],
    ['the gateway', GATEWAY],
  ] as const) {
    test(`A1: ${who} does all that its store is kept by`, () => {
      for (const name of ['log.vkey', 'records/year=2026/x.ndjson.gz', 'tile/0/000', 'checkpoints/000', 'checkpoint']) {
        assert.equal(ending('s3:PutObject', `${OWN}/${name}`, { principal }), 'allowed', name);
        assert.equal(ending('s3:GetObject', `${OWN}/${name}`, { principal }), 'allowed', name);
      }
      assert.equal(list(`${OWN}/records/`, { principal }), 'allowed');
      assert.equal(list(`${OWN}/log.vkey`, { principal }), 'allowed', 'or what is missing would be forbidden');
    });

    test(`A1: ${who} writes the name of its newest checkpoint again, and nothing else`, () => {
      const again = (name: string): string => ending('s3:PutObject', name, { principal, context: UNCONDITIONAL });
      assert.equal(again(`${OWN}/checkpoint`), 'allowed');
      for (const name of [`${OWN}/records/x.gz`, `${OWN}/tile/0/000`, `${OWN}/checkpoints/000`, `${OTHER}/log.vkey`])
        assert.equal(again(name), 'denied by ReplaceNothing', name);
    });

    test(`A3: ${who} deletes nothing and shortens no lock, whatever its role is given`, () => {
      for (const identity of [caller(principal).identity ?? [], [EVERYTHING]]) {
        const call = (action: string): string => ending(action, `${OWN}/checkpoint`, { principal, identity });
        for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'])
          assert.match(call(action), /denied by/u);
        for (const action of ['s3:PutObjectRetention', 's3:PutObjectLegalHold'])
          assert.equal(call(action), 'denied by KeepTheSettings');
      }
    });

    test(`A1: ${who} neither writes nor reads beside the stores, whatever its role is given`, () => {
      for (const identity of [caller(principal).identity ?? [], [EVERYTHING]]) {
        for (const name of ['records/year=2026/x.gz', 'errors/x', 'checkpoint', 'logs']) {
          for (const action of ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion'])
            assert.equal(ending(action, name, { principal, identity }), 'denied by KeepStoresToTheirFolder');
        }
        for (const prefix of ['', 'records/', 'logs'])
          assert.equal(list(prefix, { principal, identity }), 'implicitly denied');
        const elsewhere = { ...caller(principal), identity, resourcePolicy: sessions, context: CONTEXT };
        const resource = `${bucketArn('sessions')}/${OWN}/x`;
        assert.equal(evaluate({ ...elsewhere, action: 's3:PutObject', resource }).by.sid, 'WriteByNamedRolesAlone');
      }
    });

    test(`A4: ${who} uses the key of the audit bucket by S3 alone`, () => {
      const use = (via: string, action = 'kms:GenerateDataKey'): string =>
        evaluate({
          ...caller(principal),
          action,
          resource: KEYS.audit,
          resourcePolicy: key,
          context: {
            ...CONTEXT,
            'aws:ViaAWSService': 'true',
            'kms:ViaService': via,
            'kms:EncryptionContext:aws:s3:arn': bucketArn('audit'),
          },
        }).decision;
      assert.equal(use('s3.eu-central-1.amazonaws.com'), 'allowed');
      assert.equal(use('s3.eu-central-1.amazonaws.com', 'kms:Decrypt'), 'allowed');
      assert.equal(use('ec2.eu-central-1.amazonaws.com'), 'implicitly denied');
    });
  }

  test('A1: all hosts have one role, so IAM does not keep one from reading what another one stored', () => {
    assert.equal(ending('s3:GetObject', `${OTHER}/records/x.gz`), 'allowed');
    assert.equal(ending('s3:GetObjectVersion', `${OTHER}/records/x.gz`), 'implicitly denied');
  });

  for (const { name, principal, context = CONTEXT, want } of [
    {
      name: 'a role of the same name in another organization',
      principal: STRANGER,
      context: { ...CONTEXT, 'aws:PrincipalOrgID': 'o-z9z9z9z9z9', 'aws:PrincipalAccount': '999988887777' },
      want: 'denied by RefuseOtherOrganizations',
    },
    {
      name: 'a role of the same name in another account of the organization',
      principal: STRANGER,
      context: { ...CONTEXT, 'aws:PrincipalAccount': '999988887777' },
      want: 'denied by WriteByNamedRolesAlone',
    },
    {
      name: 'the task of a session, in which the developer is root',
      principal: `arn:aws:sts::${WORKLOAD}:assumed-role/sallyport-session-task/x`,
      want: 'denied by WriteByNamedRolesAlone',
    },
    {
      name: 'an administrator of the workload',
      principal: `arn:aws:sts::${WORKLOAD}:assumed-role/administrator/mallory`,
      want: 'denied by WriteByNamedRolesAlone',
    },
    {
      name: 'whoever carries the credentials of a host into another network',
      principal: HOST,
      context: { ...CONTEXT, 'aws:SourceVpc': 'vpc-0fedcba9876543210', 'ec2:SourceInstanceARN': 'arn:aws:ec2:x' },
      want: 'denied by OtherNetwork',
    },
    {
      name: 'whoever uses them past the endpoint',
      principal: HOST,
      context: PAST_THE_ENDPOINT,
      want: 'denied by NoEndpoint',
    },
    {
      name: 'a host that names another key',
      principal: HOST,
      context: { ...CONTEXT, 's3:x-amz-server-side-encryption-aws-kms-key-id': KEYS.sessions },
      want: 'denied by RefuseOtherKeys',
    },
  ] satisfies readonly { name: string; principal: string; context?: Record<string, string>; want: string }[]) {
    test(`A1: no store is written by ${name}`, () => {
      assert.equal(ending('s3:PutObject', `${OWN}/log.vkey`, { principal, context }), want);
    });
  }

  test('N13: the endpoint of S3 lets a host through to the archive of its organization, and to no other bucket', async () => {
    const put = (endpointPolicy: unknown, more: Record<string, string> = {}): string =>
      ending('s3:PutObject', `${OWN}/log.vkey`, { endpointPolicy, context: { ...CONTEXT, ...more } });
    assert.equal(put(endpoint), 'allowed');
    assert.equal(put(endpoint, { 'aws:ResourceOrgID': 'o-z9z9z9z9z9' }), 'implicitly denied');
    const alone = (await endpoints(null))['s3'];
    assert.equal(put(alone), 'implicitly denied', 'without an organization the account is all that is trusted');
    assert.equal(put(alone, { 'aws:ResourceAccount': WORKLOAD }), 'allowed', 'where a trial has its archive');
  });

  test('without an archive no role is given a store', async () => {
    for (const [document, text] of [
      ['instance_policy', (await workstation({ store: null }))['instance_policy']],
      ['task', (await gateway({ store: null }))['task']],
    ] as const)
      assert.doesNotMatch(String(text), /s3:PutObject|s3:ListBucket/u, document);
  });
});

/** The session of a role, as requests name it. */
function sessionOf(role: string, session: string): string {
  return `${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`;
}

async function workstation(more: object = {}): Promise<Record<string, unknown>> {
  return await renderDocuments('workstation', {
    ...PLACE,
    developers: { alice: 'alice' },
    sessions_key_arn: KEYS.sessions,
    audit_stream_name: 'sallyport-audit',
    artifacts: {
      bucket: 'example-artifacts',
      package_key: 'package.tar.gz',
      package_sha256: '0'.repeat(64),
      client_key: 'client.tgz',
      bundle_key: 'bundle.json',
      trust_key: 'PUBLIC',
    },
    session_document: JSON.stringify({ schemaVersion: '1.0', inputs: {} }),
    store: STORE,
    ...more,
  });
}

async function gateway(more: object = {}): Promise<Record<string, unknown>> {
  return await renderDocuments('gateway', {
    ...PLACE,
    hostname: 'gateway.agents.example.com',
    image: `${WORKLOAD}.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway@sha256:${'0'.repeat(64)}`,
    bundle: { bucket: 'example-artifacts', key: 'bundle.json', public_key: 'PUBLIC', kms_key_arn: null },
    allowed_role_arns: [HOST_ROLE],
    audit_stream_name: 'sallyport-audit',
    log_group_name: '/sallyport/gateway',
    file_system_id: 'fs-0123456789abcdef0',
    access_point_arns: [],
    store: STORE,
    ...more,
  });
}

async function endpoints(organization: string | null): Promise<Record<string, unknown>> {
  const { name: _name, ...place } = PLACE;
  const buckets = { aws_owned_buckets: { 'al2023-repos-{region}-de612dc2': 'packages' } };
  return await renderDocuments('endpoints', { ...place, ...buckets, org_id: organization, services: ['sts'] });
}
