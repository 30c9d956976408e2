import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SinkRule } from '../core/audit-rules.ts';
import type { AwsKeys } from './aws/aws-client-settings.ts';
import { MADE_KEYS, scriptedAws } from './aws/scripted-aws.ts';
import { ruleOf } from './delivery-rig.ts';
import { systemClock } from './clock.ts';
import { sinkPlace } from './sink-place.ts';
import type { PlacePorts } from './sink-place.ts';
import { madeBatch } from './sinks/made-batch.ts';

const SIGNAL = new AbortController().signal;
const LOG = 'sallyport/host/0a1b2c3d';
const HOST = 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0';
const BASE = { name: 'a', required: false, form: 'record', kinds: null } as const;

function portsWith(more: Partial<PlacePorts> = {}): PlacePorts {
  return {
    hostname: 'build box.7',
    logId: LOG,
    clock: systemClock(),
    variable: () => undefined,
    awsKeys: () => Promise.resolve(MADE_KEYS),
    storeName: null,
    identityOf: () => assert.fail('nobody was to be asked'),
    ...more,
  };
}

function bucketRule(prefix: string, endpoint: string | null = null): SinkRule {
  const place = { bucket: 'the-vault', region: 'eu-central-1', prefix, endpoint };
  return { ...BASE, to: 's3', ...place, objectLock: null, kmsKey: null };
}

for (const { rule, want } of [
  { rule: bucketRule('x/{host}/{log}'), want: ['s3', null, 'eu-central-1', 'the-vault', `x/build-box.7/${LOG}`] },
  { rule: { ...BASE, to: 'file', folder: '/srv/{log}' }, want: ['file', `/srv/${LOG}`] },
  {
    rule: { ...BASE, to: 'firehose', stream: '{host}', region: 'eu-west-3', endpoint: null },
    want: ['firehose', null, 'eu-west-3', 'build-box.7'],
  },
  {
    rule: { ...BASE, to: 'cloudwatch', group: '/g', stream: '{log}', region: 'eu-west-3', endpoint: null },
    want: ['cloudwatch', null, 'eu-west-3', '/g', LOG],
  },
  { rule: ruleOf('tel'), want: ['otlp', 'https://tel.example'] },
] satisfies readonly { rule: SinkRule; want: readonly unknown[] }[])
  test(`the place of \`${rule.to}\` is known by its rule, and nobody is asked whose the credentials are`, async () => {
    const place = sinkPlace(rule, portsWith());
    assert.equal(place.target, JSON.stringify(want));
    const { sink, target } = await place.open(SIGNAL);
    assert.equal(target, place.target);
    await sink.close();
  });

test('a place by identity is known once the sink is opened, and is looked for each time', async () => {
  let identity = HOST;
  const identityOf = (): Promise<string> => Promise.resolve(identity);
  const place = sinkPlace(bucketRule('logs/{identity}/{log}'), portsWith({ identityOf }));
  assert.equal(place.target, null);
  for (identity of [HOST, 'AROAOTHERROLEEXAMPLE0:i-0fedcba9876543210']) {
    const { sink, target } = await place.open(SIGNAL);
    const want = ['s3', null, 'eu-central-1', 'the-vault', `logs/${identity}/${LOG}`];
    assert.equal(target, JSON.stringify(want));
    await sink.close();
  }
});

test('records go under the identity with its colon, and not with credentials of another one', async (t) => {
  const aws = await scriptedAws(t, ({ method }) => ({ status: method === 'PUT' ? 200 : 404 }));
  let accessKeyId = 'AKONE';
  const place = sinkPlace(
    bucketRule('logs/{identity}', aws.endpoint),
    portsWith({
      awsKeys: () => Promise.resolve({ ...MADE_KEYS, accessKeyId, expiration: new Date(0) }),
      identityOf: (keys) => Promise.resolve(`AROAROLE:${keys.accessKeyId}`),
    }),
  );
  const { sink } = await place.open(SIGNAL);
  await sink.deliver(madeBatch(0, 2), SIGNAL);
  const paths = aws.seen.map(({ path }) => decodeURIComponent(path));
  assert.ok(paths.length >= 2);
  for (const path of paths) assert.match(path, /^\/the-vault\/logs\/AROAROLE:AKONE\//);

  accessKeyId = 'AKTWO';
  await assert.rejects(sink.deliver(madeBatch(2, 2), SIGNAL), { code: 'STORE_DENIED', message: /another identity/ });
  assert.equal(aws.seen.length, paths.length, 'no request with the other one');
  await sink.close();
});

test('a place by the name of a store is known at once, and stays whosever the credentials are', async (t) => {
  const aws = await scriptedAws(t, ({ method }) => ({ status: method === 'PUT' ? 200 : 404 }));
  let accessKeyId = 'AKONE';
  const awsKeys = (): Promise<AwsKeys> => Promise.resolve({ ...MADE_KEYS, accessKeyId, expiration: new Date(0) });
  const rule = bucketRule('logs/{identity}/{log}', aws.endpoint);
  const place = sinkPlace(rule, portsWith({ awsKeys, storeName: 'gateway' }));
  assert.equal(place.target, JSON.stringify(['s3', aws.endpoint, 'eu-central-1', 'the-vault', `logs/gateway/${LOG}`]));
  const { sink, target } = await place.open(SIGNAL);
  assert.equal(target, place.target);
  for (accessKeyId of ['AKONE', 'AKTWO']) await sink.deliver(madeBatch(accessKeyId === 'AKONE' ? 0 : 2, 2), SIGNAL);
  assert.ok(aws.seen.some(({ headers }) => headers.authorization?.includes('AKTWO')));
  for (const { path } of aws.seen) assert.ok(path.startsWith(`/the-vault/logs/gateway/${LOG}/`), path);
  await sink.close();
});

test('without credentials there is no identity, and that is said as such', async () => {
  const awsKeys = (): Promise<never> => Promise.reject(new Error('no role'));
  const place = sinkPlace(bucketRule('{identity}'), portsWith({ awsKeys }));
  await assert.rejects(place.open(SIGNAL), { code: 'STORE_DENIED', message: 'no credentials for AWS were found' });
});
