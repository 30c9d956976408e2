import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { evaluate } from './lib/iam.ts';
import { planOf, providerSkip } from './lib/terraform.ts';
import type { Plan, PlannedResource } from './lib/terraform.ts';

/** Parts of the example whose keys are made by another part, for the same account. */
const KEYS_OF: Readonly<Record<string, string>> = { sessions: 'workload', guardrails: 'management_keys' };

describe('the plan of examples/full', { skip: providerSkip() }, () => {
  let plan: Plan;
  before(async () => {
    plan = await planOf('full');
  });

  const all = (type: string): readonly PlannedResource[] =>
    plan.resources.filter((resource) => resource.mode === 'managed' && resource.type === type);
  const partOf = ({ address }: PlannedResource): string => /^module\.(\w+)/u.exec(address)?.[1] ?? '';

  test('A1: every bucket is made with a lock, and none without versions', () => {
    const buckets = all('aws_s3_bucket');
    assert.ok(buckets.length >= 6);
    for (const { address, values } of buckets) assert.equal(values['object_lock_enabled'], true, address);
    assert.equal(all('aws_s3_bucket_versioning').length, buckets.length);
    assert.equal(all('aws_s3_bucket_public_access_block').length, buckets.length);
    assert.equal(all('aws_s3_bucket_policy').length, buckets.length);
  });

  test('A2: every lock is COMPLIANCE for seven years or longer', () => {
    for (const { address, values } of all('aws_s3_bucket_object_lock_configuration')) {
      const text = JSON.stringify(values['rule']);
      assert.match(text, /"mode":"COMPLIANCE"/u, address);
      assert.ok(Number(/"years":(\d+)/u.exec(text)?.[1]) >= 7, address);
    }
  });

  test('A5: every stream has a place for errors, a key and a log of errors', () => {
    const streams = all('aws_kinesis_firehose_delivery_stream');
    assert.deepEqual(streams.map(({ values }) => String(values['name'])).sort(), [
      'sallyport-audit',
      'sallyport-sessions',
    ]);
    for (const { address, values } of streams) {
      const [to] = values['extended_s3_configuration'] as readonly [Readonly<Record<string, unknown>>];
      assert.match(String(to['error_output_prefix']), /^errors\/!\{firehose:error-output-type\}\//u, address);
      assert.match(String(to['prefix']), /^records\/year=!\{timestamp:yyyy\}\//u, address);
      assert.equal(to['compression_format'], 'GZIP', address);
      assert.match(JSON.stringify(values['server_side_encryption']), /CUSTOMER_MANAGED_CMK/u, address);
    }
  });

  test('A6: what Session Manager streams goes on to the locked bucket', () => {
    const subscriptions = all('aws_cloudwatch_log_subscription_filter');
    assert.ok(subscriptions.some(({ values }) => values['log_group_name'] === '/sallyport/sessions'));
    for (const { address, values } of subscriptions) assert.equal(values['filter_pattern'], '', address);
  });

  test('A9: every account has a trail that is validated, and the archive is copied', () => {
    const trails = all('aws_cloudtrail');
    assert.deepEqual([...new Set(trails.map(partOf))].sort(), ['guardrails', 'log_archive', 'workload']);
    for (const { address, values } of trails) {
      assert.equal(values['enable_log_file_validation'], true, address);
      assert.equal(values['is_multi_region_trail'], true, address);
    }
    assert.equal(all('aws_s3_bucket_replication_configuration').length, 3);
  });

  test('A10: workload and archive each ring when they fall silent', () => {
    const rings = all('aws_cloudwatch_metric_alarm')
      .filter(({ values }) => values['treat_missing_data'] === 'breaching')
      .map((alarm) => `${partOf(alarm)} ${String(alarm.values['metric_name'])}`);
    for (const ring of [
      'guardrails IncomingLogEvents',
      'log_archive IncomingLogEvents',
      'log_archive PutRequests',
      'workload IncomingLogEvents',
      'workload IncomingRecords',
    ])
      assert.ok(rings.includes(ring), `${ring}: ${rings.join()}`);
  });

  test('A12: no bucket is of the account that writes to it', () => {
    const names = all('aws_s3_bucket').map(({ values }) => String(values['bucket']));
    const account = /-(\d{12})$/u;
    assert.equal(new Set(names.map((name) => account.exec(name)?.[1])).size, 1);
    const writers = all('aws_iam_role').filter(({ values }) =>
      /-(?:audit|sessions)-stream$/u.test(String(values['name'])),
    );
    assert.deepEqual(writers.map(partOf), ['workload', 'workload']);
  });

  test('I9: every log group has a name under which a key lets CloudWatch Logs encrypt it', () => {
    const policies = all('aws_kms_key').map((key) => ({ part: partOf(key), policy: String(key.values['policy']) }));
    const groups = all('aws_cloudwatch_log_group');
    assert.ok(groups.length > 10);
    for (const group of groups) {
      const part = KEYS_OF[partOf(group)] ?? partOf(group);
      const isLet = policies.some(({ part: of, policy }) => of === part && lets(policy, String(group.values['name'])));
      assert.ok(isLet, `${group.address}: ${String(group.values['name'])}`);
    }
  });
});

function lets(policy: string, group: string): boolean {
  const account = /arn:aws:iam::(\d{12}):root/u.exec(policy)?.[1] ?? '';
  const { decision } = evaluate({
    action: 'kms:GenerateDataKey',
    resource: `arn:aws:kms:eu-central-1:${account}:key/00000000-0000-0000-0000-000000000000`,
    principal: 'logs.eu-central-1.amazonaws.com',
    context: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:eu-central-1:${account}:log-group:${group}` },
    resourcePolicy: policy,
  });
  return decision === 'allowed';
}
