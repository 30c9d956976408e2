import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { isStoreName } from '../../src/deliver/index.ts';
import {
  ARCHIVE,
  GATEWAY_ROLE,
  HOST_ROLE,
  KEYS,
  ORGANIZATION,
  OTHER_GATEWAY_ROLE,
  OTHER_WORKLOAD,
  WORKLOAD,
  bucketArn,
  keyPolicies,
  storeDocuments,
} from './lib/audit-documents.ts';
import { evaluate } from './lib/iam.ts';
import type { IamRequest } from './lib/iam.ts';
import { SKIP_WITHOUT_SIMULATOR, simulate } from './lib/iam-simulator.ts';
import { identityDocuments } from './lib/identity-documents.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const PLACE = { name: 'sallyport', region: 'eu-central-1', account_id: WORKLOAD };
const STORE = { bucket_arn: bucketArn('audit'), key_arn: KEYS.audit };
const HOST = sessionOf(HOST_ROLE, 'i-0123456789abcdef0');
const GATEWAY = sessionOf(GATEWAY_ROLE, '0123456789abcdef0123456789abcdef');
/** The task that comes after it, on the same state. */
const NEXT_TASK = sessionOf(GATEWAY_ROLE, 'fedcba9876543210fedcba9876543210');
/** The gateway of another account's stack, of the same name. */
const OTHER_GATEWAY = sessionOf(OTHER_GATEWAY_ROLE, '0123456789abcdef0123456789abcdef');
const STRANGER = 'arn:aws:sts::999988887777:assumed-role/sallyport-host/i-0123456789abcdef0';
/** Another host, whose id begins with that of the first. */
const NEIGHBOUR = `${HOST}1`;
/** What `aws:userid` is for each of them: the id of the role, and the name of its session. */
const USER_IDS: Readonly<Record<string, string>> = {
  [HOST]: 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0',
  [NEIGHBOUR]: 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef01',
  [GATEWAY]: 'AROAGATEWAYEXAMPLE000:0123456789abcdef0123456789abcdef',
  [NEXT_TASK]: 'AROAGATEWAYEXAMPLE000:fedcba9876543210fedcba9876543210',
  [OTHER_GATEWAY]: 'AROAGATEWAYEXAMPLE001:0123456789abcdef0123456789abcdef',
};
/** What `{identity}` is for those to whom the command says it. */
const STORE_NAMES: Readonly<Record<string, string>> = {
  [GATEWAY]: `sallyport-gateway-${WORKLOAD}`,
  [NEXT_TASK]: `sallyport-gateway-${WORKLOAD}`,
  [OTHER_GATEWAY]: `sallyport-gateway-${OTHER_WORKLOAD}`,
};
/** The folder of each, and the store in it: as the policy of the examples places it. */
const folderOf = (principal: string): string => `logs/${STORE_NAMES[principal] ?? USER_IDS[principal] ?? 'nobody'}`;
const storeOf = (principal: string): string => `${folderOf(principal)}/sallyport/host/0a1b2c3d`;
const OWN = storeOf(HOST);
/** The longest policy of a bucket that S3 takes. */
const MAX_POLICY_CHARACTERS = 20_480;

/** As a request comes from a host: over TLS, by the endpoint of its own network, under a key that must not be there yet. */
const CONTEXT = {
  'aws:SecureTransport': 'true',
  's3:TlsVersion': '1.3',
  's3:if-none-match': '*',
  'aws:ResourceAccount': ARCHIVE,
  'aws:ResourceOrgID': ORGANIZATION,
  'aws:PrincipalOrgID': ORGANIZATION,
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
      [NEIGHBOUR]: { identity: (await workstation())['instance_policy'], boundary: boundaries['host'] },
      [GATEWAY]: { identity: (await gateway())['task'], boundary: boundaries['service'] },
      [NEXT_TASK]: { identity: (await gateway())['task'], boundary: boundaries['service'] },
      [OTHER_GATEWAY]: {
        identity: (await gateway({ account_id: OTHER_WORKLOAD }))['task'],
        boundary: boundaries['service'],
      },
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

  /** A call on an object of the audit bucket, or on the bucket, with all documents that have a say in it. */
  function requestOf(
    action: string,
    name: string,
    { principal = HOST, context = CONTEXT, ...more }: Partial<IamRequest> = {},
  ): IamRequest {
    const resource = name === '' ? bucketArn('audit') : `${bucketArn('audit')}/${name}`;
    const userId = USER_IDS[principal];
    const own = userId === undefined ? context : { 'aws:userid': userId, ...context };
    const documents = { resourcePolicy: bucket, endpointPolicy: endpoint, ...caller(principal) };
    return { ...documents, ...more, action, resource, context: own };
  }
  /** How such a call ends, and the statement that ended it where one denied. */
  function ending(action: string, name: string, more: Partial<IamRequest> = {}): string {
    const { decision, by } = evaluate(requestOf(action, name, more));
    return decision === 'explicitly denied' ? `denied by ${by.sid ?? by.layer}` : decision;
  }
  const list = (prefix: string, more: Partial<IamRequest> = {}): string =>
    ending('s3:ListBucket', '', { ...more, context: { ...CONTEXT, 's3:prefix': prefix } });

  for (const [who, principal] of [
    ['a host', HOST],
    ['the gateway', GATEWAY],
    ['the next task of the gateway', NEXT_TASK],
    ['the gateway of another account', OTHER_GATEWAY],
  ] as const) {
    const own = storeOf(principal);

    test(`A1: ${who} does all that its store is kept by`, () => {
      for (const name of ['log.vkey', 'records/year=2026/x.ndjson.gz', 'tile/0/000', 'checkpoints/000', 'checkpoint']) {
        assert.equal(ending('s3:PutObject', `${own}/${name}`, { principal }), 'allowed', name);
        assert.equal(ending('s3:GetObject', `${own}/${name}`, { principal }), 'allowed', name);
      }
      assert.equal(list(`${own}/records/`, { principal }), 'allowed');
      assert.equal(list(`${own}/log.vkey`, { principal }), 'allowed', 'or what is missing would be forbidden');
    });

    test(`A1: ${who} writes the name of its newest checkpoint again, and nothing else`, () => {
      const again = (name: string): string => ending('s3:PutObject', name, { principal, context: UNCONDITIONAL });
      assert.equal(again(`${own}/checkpoint`), 'allowed');
      for (const name of [`${own}/records/x.gz`, `${own}/tile/0/000`, `${own}/checkpoints/000`, `${own}/log.vkey`])
        assert.match(again(name), /^denied by ReplaceNothing/u, name);
    });

    test(`A3: ${who} deletes nothing and shortens no lock, whatever its role is given`, () => {
      for (const identity of [caller(principal).identity ?? [], [EVERYTHING]]) {
        const call = (action: string): string => ending(action, `${own}/checkpoint`, { principal, identity });
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
            assert.match(ending(action, name, { principal, identity }), /^denied by KeepStoresToTheirFolder/u);
        }
        for (const prefix of ['', 'records/', 'logs', 'logs/', folderOf(principal)])
          assert.equal(list(prefix, { principal, identity }), 'implicitly denied');
        const elsewhere = { ...caller(principal), identity, resourcePolicy: sessions, context: CONTEXT };
        const resource = `${bucketArn('sessions')}/${own}/x`;
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

  /** What one caller does to the store of another, with its own rights or all that its role could be given. */
  function reachingOver(from: string, to: string, identity: readonly unknown[]): readonly [string, IamRequest][] {
    const more = { principal: from, identity };
    const store = storeOf(to);
    return [
      ...['log.vkey', 'records/x.gz', 'tile/0/000', 'checkpoints/000', 'checkpoint'].flatMap((name) =>
        ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion'].map((action): [string, IamRequest] => [
          `${action} ${name}`,
          requestOf(action, `${store}/${name}`, more),
        ]),
      ),
      [
        'the newest checkpoint again',
        requestOf('s3:PutObject', `${store}/checkpoint`, { ...more, context: UNCONDITIONAL }),
      ],
      ['another log beside it', requestOf('s3:PutObject', `${folderOf(to)}/sallyport/x/1/log.vkey`, more)],
      ...[`${store}/records/`, `${store}/log.vkey`, `${folderOf(to)}/`, 'logs/AROA', 'logs/sally'].map(
        (prefix): [string, IamRequest] => [
          `the listing of ${prefix}`,
          requestOf('s3:ListBucket', '', { ...more, context: { ...CONTEXT, 's3:prefix': prefix } }),
        ],
      ),
    ];
  }
  const PAIRS = [
    { name: 'one host over into the store of another with the same role', from: HOST, to: NEIGHBOUR },
    { name: 'the other way round, where one name begins the other', from: NEIGHBOUR, to: HOST },
    { name: 'a host over into the store of the gateway', from: HOST, to: GATEWAY },
    { name: 'the gateway over into the store of a host', from: GATEWAY, to: HOST },
    { name: 'one gateway over into the store of another account’s', from: GATEWAY, to: OTHER_GATEWAY },
    { name: 'the other account’s gateway over into that of the first', from: OTHER_GATEWAY, to: GATEWAY },
  ] as const;
  const everyReach = (): readonly [string, IamRequest][] =>
    PAIRS.flatMap(({ from, to }) =>
      [caller(from).identity ?? [], [EVERYTHING]].flatMap((identity) => reachingOver(from, to, identity)),
    );

  for (const { name, from, to } of PAIRS)
    test(`A1: nothing reaches from ${name}, whatever its role is given`, () => {
      for (const identity of [caller(from).identity ?? [], [EVERYTHING]])
        for (const [what, request] of reachingOver(from, to, identity)) {
          const { decision, by } = evaluate(request);
          const want = request.action === 's3:ListBucket' ? 'implicitly denied' : 'explicitly denied';
          assert.equal(decision, want, what);
          if (decision === 'explicitly denied')
            assert.match(by.sid ?? '', /^(?:KeepStoresToTheirFolder|ReplaceNothing)1?$/u);
        }
    });

  test('A1: a gateway has no folder by its task, in which its log would begin anew with each', () => {
    for (const action of ['s3:PutObject', 's3:GetObject'])
      for (const identity of [caller(GATEWAY).identity ?? [], [EVERYTHING]]) {
        const name = `logs/${USER_IDS[GATEWAY]}/sallyport/host/0a1b2c3d/log.vkey`;
        assert.match(ending(action, name, { principal: GATEWAY, identity }), /^denied by KeepStoresToTheirFolder/u);
      }
  });

  test('A1: one task of the gateway goes on with what another began', () => {
    assert.equal(storeOf(NEXT_TASK), storeOf(GATEWAY));
    assert.equal(ending('s3:PutObject', `${storeOf(GATEWAY)}/tile/0/001`, { principal: NEXT_TASK }), 'allowed');
  });

  test('the store that the role may keep is the one that its command names', async () => {
    for (const [account, principal] of [
      [WORKLOAD, GATEWAY],
      [OTHER_WORKLOAD, OTHER_GATEWAY],
    ] as const)
      assert.deepEqual(await lastWords({ account_id: account }), ['--store-name', STORE_NAMES[principal]]);
    const [, longest = ''] = await lastWords({ name: 's'.repeat(21) });
    assert.ok(isStoreName(longest), longest);
  });

  test('the policy of the bucket stays within what S3 takes, with sixteen workloads', async () => {
    const accounts = Array.from({ length: 16 }, (_, at) => String(111122223300 + at));
    const roles = (role: string): readonly string[] =>
      accounts.map((account) => `arn:aws:iam::${account}:role/sallyport-${role}`);
    const { buckets } = await storeDocuments({
      audit_writer_role_arns: roles('audit-stream'),
      store_writer_role_arns: roles('host'),
      named_store_writer_role_arns: { 'sallyport-gateway': roles('gateway-task') },
      session_writer_role_arns: roles('sessions-stream'),
    });
    assert.ok((buckets['audit'] ?? '').length < MAX_POLICY_CHARACTERS);
  });

  test('A1: a caller of a writing role that AWS gives no name has no store', () => {
    const nameless = { principal: HOST, context: { ...CONTEXT, 'aws:userid': [] } };
    for (const action of ['s3:PutObject', 's3:GetObject'])
      for (const name of [`${OWN}/log.vkey`, 'logs//x', 'logs/${aws:userid}/x'])
        assert.equal(ending(action, name, nameless), 'denied by KeepStoresToTheirFolder', name);
  });

  test('another simulator of IAM answers alike who reaches which store', { skip: SKIP_WITHOUT_SIMULATOR }, (t) => {
    const own = [HOST, NEIGHBOUR, GATEWAY, NEXT_TASK, OTHER_GATEWAY].flatMap((principal) =>
      ['s3:PutObject', 's3:GetObject'].map((action) =>
        requestOf(action, `${storeOf(principal)}/log.vkey`, { principal }),
      ),
    );
    const all = [...own, ...everyReach().map(([, request]) => request)];
    const answers = simulate(all);
    const differing = all.flatMap((request, at) =>
      answers[at]?.answer === evaluate(request).decision
        ? []
        : [`${request.principal} ${request.action} ${request.resource}: ${answers[at]?.told}`],
    );
    assert.deepEqual(differing, []);
    t.diagnostic(`infra: requests on stores judged alike by another simulator = ${all.length}`);
  });

  test('A1: nobody but the service takes the role of a host, for who takes a role names its session', async () => {
    const resourcePolicy = (await workstation())['trust_policy'];
    const take = (principal: string): string =>
      evaluate({ action: 'sts:AssumeRole', resource: HOST_ROLE, principal, identity: [EVERYTHING], resourcePolicy })
        .decision;
    assert.equal(take('ec2.amazonaws.com'), 'allowed');
    for (const other of [HOST, GATEWAY, `arn:aws:iam::${WORKLOAD}:role/administrator`, 'ecs-tasks.amazonaws.com'])
      assert.equal(take(other), 'implicitly denied', other);
  });

  test('the policy that the guide shows lets a machine to its own store alone', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/audit-delivery.md'), 'utf8');
    const [, text = ''] = /^```json\n(.*?)^```$/msu.exec(page) ?? [];
    const identity = [JSON.parse(text) as unknown];
    const guide = (action: string, name: string, context: Record<string, string> = {}): string => {
      const resource = `arn:aws:s3:::acme-agent-audit${name}`;
      const own = { 'aws:userid': USER_IDS[HOST] ?? '', 'aws:ResourceAccount': WORKLOAD, ...context };
      return evaluate({ principal: HOST, identity, action, resource, context: own }).decision;
    };
    for (const action of ['s3:PutObject', 's3:GetObject']) {
      assert.equal(guide(action, `/${OWN}/log.vkey`), 'allowed');
      assert.equal(guide(action, `/${storeOf(NEIGHBOUR)}/log.vkey`), 'implicitly denied');
    }
    assert.equal(guide('s3:ListBucket', '', { 's3:prefix': `${OWN}/records/` }), 'allowed');
    assert.equal(guide('s3:ListBucket', '', { 's3:prefix': `${storeOf(NEIGHBOUR)}/` }), 'implicitly denied');
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

/** The last option of the gateway's command. */
async function lastWords(more: object): Promise<readonly string[]> {
  const containers = JSON.parse(String((await gateway(more))['containers'])) as readonly {
    readonly command: readonly string[];
  }[];
  assert.equal(containers.length, 1);
  return containers[0]?.command.slice(-2) ?? [];
}

async function endpoints(organization: string | null): Promise<Record<string, unknown>> {
  const { name: _name, ...place } = PLACE;
  const buckets = { aws_owned_buckets: { 'al2023-repos-{region}-de612dc2': 'packages' } };
  return await renderDocuments('endpoints', { ...place, ...buckets, org_id: organization, services: ['sts'] });
}
