import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluate } from './lib/iam.ts';
import { GATEWAY_ROLE, ORG, PERIMETER, PLACE } from './lib/network-policy.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const skip = terraformSkip();
const HOST_ROLE = 'arn:aws:iam::111122223333:role/sallyport-host';
const STRANGER = 'arn:aws:iam::999988887777:role/anything';
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const OWN = { 'aws:PrincipalOrgID': ORG, 'aws:ResourceOrgID': ORG };
const TO_STRANGER = { 'aws:PrincipalOrgID': ORG, 'aws:ResourceOrgID': 'o-strangers11' };
const BY_STRANGER = { 'aws:PrincipalOrgID': 'o-strangers11', 'aws:ResourceOrgID': ORG };
const AMONG_STRANGERS = { 'aws:PrincipalOrgID': 'o-strangers11', 'aws:ResourceOrgID': 'o-strangers11' };
const OPUS = 'arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-opus-4-6-v1';
const OPUS_MODEL = 'arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-6-v1';

test('N13: what the endpoints let through', { skip }, async (t) => {
  const documents = await renderDocuments('endpoints', {
    ...PLACE,
    org_id: ORG,
    services: ['bedrock-runtime', 'ecr.dkr', 'kinesis-firehose', 'monitoring', 'ssm', 'sts'],
    bedrock_perimeter: PERIMETER,
    bedrock_principal_arns: [GATEWAY_ROLE],
    aws_owned_buckets: {
      'al2023-repos-{region}-de612dc2': 'packages',
      'prod-{region}-starport-layer-bucket': 'layers',
    },
  });
  const policies: Readonly<Record<string, string>> = {
    ...(documents['interface'] as Record<string, string>),
    s3: documents['s3'] as string,
  };
  const stream = 'arn:aws:firehose:eu-central-1:111122223333:deliverystream/sallyport-audit';
  const cases: readonly (readonly [
    name: string,
    endpoint: string,
    action: string,
    resource: string,
    principal: string,
    context: Readonly<Record<string, string>>,
    want: string,
  ])[] = [
    ['our host reads our bucket', 's3', 's3:GetObject', 'arn:aws:s3:::ours/x', HOST_ROLE, OWN, 'allowed'],
    [
      'our host writes a stranger’s bucket',
      's3',
      's3:PutObject',
      'arn:aws:s3:::theirs/x',
      HOST_ROLE,
      TO_STRANGER,
      'implicitly denied',
    ],
    [
      'our host reads a stranger’s bucket',
      's3',
      's3:GetObject',
      'arn:aws:s3:::theirs/x',
      HOST_ROLE,
      TO_STRANGER,
      'implicitly denied',
    ],
    [
      'a stranger’s key writes his bucket',
      's3',
      's3:PutObject',
      'arn:aws:s3:::theirs/x',
      STRANGER,
      AMONG_STRANGERS,
      'implicitly denied',
    ],
    [
      'a stranger’s key reads our bucket',
      's3',
      's3:GetObject',
      'arn:aws:s3:::ours/x',
      STRANGER,
      BY_STRANGER,
      'implicitly denied',
    ],
    [
      'packages of the system are read',
      's3',
      's3:GetObject',
      'arn:aws:s3:::al2023-repos-eu-central-1-de612dc2/a.rpm',
      STRANGER,
      {},
      'allowed',
    ],
    [
      'nothing is written beside them',
      's3',
      's3:PutObject',
      'arn:aws:s3:::al2023-repos-eu-central-1-de612dc2/a.rpm',
      HOST_ROLE,
      { 'aws:PrincipalOrgID': ORG },
      'implicitly denied',
    ],
    [
      'a bucket with a name alike is not read',
      's3',
      's3:GetObject',
      'arn:aws:s3:::al2023-repos-eu-central-1-de612dc2x/a',
      STRANGER,
      {},
      'implicitly denied',
    ],
    ['records go to our stream', 'kinesis-firehose', 'firehose:PutRecordBatch', stream, HOST_ROLE, OWN, 'allowed'],
    [
      'records go to no stranger’s stream',
      'kinesis-firehose',
      'firehose:PutRecord',
      stream.replace('111122223333', '999988887777'),
      HOST_ROLE,
      TO_STRANGER,
      'implicitly denied',
    ],
    [
      'a stranger’s key writes no stream of his',
      'kinesis-firehose',
      'firehose:PutRecord',
      stream.replace('111122223333', '999988887777'),
      STRANGER,
      AMONG_STRANGERS,
      'implicitly denied',
    ],
    [
      'images are pulled from our registry',
      'ecr.dkr',
      'ecr:BatchGetImage',
      'arn:aws:ecr:eu-central-1:111122223333:repository/x',
      GATEWAY_ROLE,
      OWN,
      'allowed',
    ],
    [
      'images are pushed to no stranger’s registry',
      'ecr.dkr',
      'ecr:PutImage',
      'arn:aws:ecr:eu-central-1:999988887777:repository/x',
      HOST_ROLE,
      TO_STRANGER,
      'implicitly denied',
    ],
    [
      'an endpoint serves no other service',
      'monitoring',
      'firehose:PutRecord',
      stream,
      HOST_ROLE,
      OWN,
      'implicitly denied',
    ],
    [
      'our host proves who it is',
      'sts',
      'sts:GetCallerIdentity',
      '*',
      HOST_ROLE,
      { 'aws:PrincipalOrgID': ORG },
      'allowed',
    ],
    [
      'a stranger proves nothing here',
      'sts',
      'sts:GetCallerIdentity',
      '*',
      STRANGER,
      { 'aws:PrincipalOrgID': 'o-strangers11' },
      'implicitly denied',
    ],
    ['nobody takes a stranger’s role', 'sts', 'sts:AssumeRole', STRANGER, HOST_ROLE, TO_STRANGER, 'implicitly denied'],
    [
      'documents of AWS are read',
      'ssm',
      'ssm:GetDocument',
      'arn:aws:ssm:eu-central-1::document/AWS-UpdateSSMAgent',
      HOST_ROLE,
      { 'aws:PrincipalOrgID': ORG },
      'allowed',
    ],
    [
      'parameters of a stranger are not read',
      'ssm',
      'ssm:GetParameter',
      'arn:aws:ssm:eu-central-1:999988887777:parameter/x',
      HOST_ROLE,
      TO_STRANGER,
      'implicitly denied',
    ],
    [
      'the gateway runs a model',
      'bedrock-runtime',
      'bedrock:InvokeModelWithResponseStream',
      OPUS,
      GATEWAY_ROLE,
      OWN,
      'allowed',
    ],
    [
      'a host runs none, whatever its role says',
      'bedrock-runtime',
      'bedrock:InvokeModel',
      OPUS,
      HOST_ROLE,
      OWN,
      'explicitly denied',
    ],
    [
      'a stranger’s key runs none',
      'bedrock-runtime',
      'bedrock:InvokeModel',
      OPUS.replace('111122223333', '999988887777'),
      STRANGER,
      AMONG_STRANGERS,
      'explicitly denied',
    ],
    [
      'the gateway runs no other vendor’s model',
      'bedrock-runtime',
      'bedrock:InvokeModel',
      'arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-pro-v1:0',
      GATEWAY_ROLE,
      { 'aws:PrincipalOrgID': ORG },
      'implicitly denied',
    ],
    [
      'a model behind a profile runs',
      'bedrock-runtime',
      'bedrock:InvokeModel',
      OPUS_MODEL,
      GATEWAY_ROLE,
      { 'aws:PrincipalOrgID': ORG, 'bedrock:InferenceProfileArn': OPUS },
      'allowed',
    ],
    [
      'a model without a profile does not',
      'bedrock-runtime',
      'bedrock:InvokeModel',
      OPUS_MODEL,
      GATEWAY_ROLE,
      { 'aws:PrincipalOrgID': ORG },
      'implicitly denied',
    ],
  ];
  for (const [name, endpoint, action, resource, principal, context, want] of cases) {
    await t.test(name, () => {
      // Both sides allow everything, so that the endpoint alone is judged.
      const both = {
        identity: [EVERYTHING],
        resourcePolicy: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
        },
      };
      const endpointPolicy = JSON.parse(policies[endpoint] ?? '') as unknown;
      const { decision, by } = evaluate({
        action,
        resource,
        principal,
        context,
        endpointPolicy,
        ...both,
      });
      assert.equal(decision, want);
      if (want !== 'allowed') assert.equal(by.layer, 'endpoint');
    });
  }
  t.diagnostic(`infra: requests put to endpoint policies = ${cases.length}`);
});

test('N13: without an organization the account is the perimeter', { skip }, async () => {
  const { s3 } = await renderDocuments('endpoints', {
    ...PLACE,
    services: ['ssm'],
    aws_owned_buckets: { 'amazon-ssm-{region}': 'agent' },
  });
  const ask = (account: string, owner: string): string =>
    evaluate({
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::some/x',
      principal: `arn:aws:iam::${account}:role/x`,
      context: { 'aws:ResourceAccount': owner },
      identity: [EVERYTHING],
      endpointPolicy: JSON.parse(s3 as string),
    }).decision;
  assert.equal(ask('111122223333', '111122223333'), 'allowed');
  assert.equal(ask('111122223333', '999988887777'), 'implicitly denied');
  assert.notEqual(ask('999988887777', '999988887777'), 'allowed');
});

test('I9: the role of the flow logs is taken for this account alone', { skip }, async () => {
  const { flow_log_trust: trust } = await renderDocuments('network', {
    ...PLACE,
    log_group_name: '/aws/vendedlogs/sallyport/vpc-flow',
  });
  const ask = (account: string): string =>
    evaluate({
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::111122223333:role/sallyport-vpc-flow-logs',
      principal: 'vpc-flow-logs.amazonaws.com',
      context: {
        'aws:SourceAccount': account,
        'aws:SourceArn': `arn:aws:ec2:eu-central-1:${account}:vpc-flow-log/fl-0a`,
      },
      resourcePolicy: JSON.parse(trust as string),
    }).decision;
  assert.equal(ask('111122223333'), 'allowed');
  assert.equal(ask('999988887777'), 'implicitly denied');
});

for (const module of ['dns-firewall', 'network-firewall']) {
  test(`I9: delivery of the logs of ${module} writes for this account alone`, { skip }, async () => {
    const group = '/aws/vendedlogs/sallyport/x';
    const { log_delivery: document } = await renderDocuments(module, { ...PLACE, log_group_names: [group] });
    const ask = (account: string, name: string): string =>
      evaluate({
        action: 'logs:PutLogEvents',
        resource: `arn:aws:logs:eu-central-1:111122223333:log-group:${name}:log-stream:y`,
        principal: 'delivery.logs.amazonaws.com',
        context: { 'aws:SourceAccount': account, 'aws:SourceArn': `arn:aws:logs:eu-central-1:${account}:*` },
        resourcePolicy: JSON.parse(document as string),
      }).decision;
    assert.equal(ask('111122223333', group), 'allowed');
    assert.equal(ask('999988887777', group), 'implicitly denied');
    assert.equal(ask('111122223333', '/aws/vendedlogs/sallyport/other'), 'implicitly denied');
  });
}

test('N16: no text says that nothing of the internet is reached', () => {
  const repository = fileURLToPath(new URL('../../', import.meta.url));
  const texts = globSync(['README.md', 'docs/**/*.md', 'infra/**/*.{tf,md,yaml,sh}'], { cwd: repository });
  assert.ok(texts.length > 20);
  const claims = texts.filter((file) =>
    /\b(?:no|without|zero)\s+(?:public\s+)?internet\s+(?:exposure|access)\b/iu.test(
      readFileSync(join(repository, file), 'utf8'),
    ),
  );
  assert.deepEqual(claims, [], 'nothing comes in, and out go listed names alone: say that instead');
});
