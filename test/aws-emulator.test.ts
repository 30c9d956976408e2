import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { deliveryRig } from '../src/deliver/delivery-rig.ts';
import { cloudwatchSink, firehoseSink, recordKey, s3Store, storeSink } from '../src/deliver/index.ts';
import type { Sink } from '../src/deliver/index.ts';
import { MADE_LOG, madeBatch } from '../src/deliver/sinks/made-batch.ts';
import { objectTree, trustedKey, verify } from '../src/verify/index.ts';
import { deliverWholeLog } from './deliver-whole-log.ts';
import { motoSkipReason, startMoto } from './moto.ts';
import type { Moto } from './moto.ts';

const SIGNAL = new AbortController().signal;
const keys = { accessKeyId: 'testing', secretAccessKey: 'testing' };
const region = 'us-east-1';

describe('services of AWS, as an emulator answers', { skip: motoSkipReason() }, () => {
  let moto: Moto;
  before(async () => {
    moto = await startMoto();
  });
  after(async () => {
    await moto?.stop();
  });

  const settings = (): { endpoint: string; region: string; credentials: typeof keys } => ({
    endpoint: moto.endpoint,
    region,
    credentials: keys,
  });
  const address = () => ({ endpoint: moto.endpoint, region, keys: () => Promise.resolve(keys) });

  async function makeBucket(isLocked: boolean): Promise<{ readonly s3: S3Client; readonly Bucket: string }> {
    const s3 = new S3Client({ ...settings(), forcePathStyle: true });
    const Bucket = `b-${randomBytes(6).toString('hex')}`;
    await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: isLocked }));
    return { s3, Bucket };
  }

  test('a log is delivered to S3, verifies there, and is delivered again without a second version', async (t) => {
    const { s3, Bucket } = await makeBucket(true);
    const rig = await deliveryRig(t);
    await rig.fill(700);
    const store = () =>
      s3Store({ ...address(), bucket: Bucket, prefix: 'logs', kmsKey: null, compliance: 'acknowledged' });
    const sink = (): Sink =>
      storeSink({ store: store(), retention: { mode: 'compliance', days: 2_557 }, nowMs: Date.now });
    await deliverWholeLog(rig, sink);
    const key = trustedKey(rig.log.vkey, 'log');
    const trust = { keys: key === null ? [] : [key], witnesses: [], anchors: [] };
    const report = await verify(objectTree(store()), { trust, isDeep: true });
    assert.deepEqual([report.ok, report.faults], [true, []]);
    assert.ok(report.records >= 700);
    await rig.fill(100);
    await deliverWholeLog(rig, sink, 'delivery-again');
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const names = Versions.map(({ Key }) => Key).filter((name) => name !== 'logs/checkpoint');
    assert.deepEqual(names, [...new Set(names)]);
  });

  test('records reach the bucket behind a Firehose stream, each with its key', async () => {
    const { s3, Bucket } = await makeBucket(false);
    const firehose = new FirehoseClient(settings());
    const stream = `audit-${Bucket}`;
    await firehose.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: stream,
        ExtendedS3DestinationConfiguration: {
          BucketARN: `arn:aws:s3:::${Bucket}`,
          RoleARN: 'arn:aws:iam::123456789012:role/firehose',
          CompressionFormat: 'GZIP',
        },
      }),
    );
    const sink = firehoseSink({ ...address(), stream, form: 'record' });
    const batch = madeBatch(0, 1_200);
    const answer = await sink.deliver(batch, SIGNAL);
    assert.deepEqual(answer, { pending: [], refused: [], reason: null, retryAfterMs: null });
    const lines: string[] = [];
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
      lines.push(...text.split('\n').filter((line) => line !== ''));
    }
    const arrived = lines.map((line) => JSON.parse(line) as { key: string; record: unknown });
    assert.equal(arrived.length, batch.records.length);
    assert.deepEqual(
      new Map(arrived.map((one) => [one.key, JSON.stringify(one.record)])),
      new Map(batch.records.map(({ line, record }) => [recordKey(MADE_LOG, record.index), String(line)])),
    );
  });

  test('a Firehose stream that is missing is named', async () => {
    const sink = firehoseSink({ ...address(), stream: 'nowhere', form: 'record' });
    await assert.rejects(sink.deliver(madeBatch(0, 1), SIGNAL), {
      code: 'STORE_MISCONFIGURED',
      message: /stream `nowhere`: it does not exist/,
    });
  });

  test('records reach a log stream that is made with its group, in the order of their time', async () => {
    const logs = new CloudWatchLogsClient(settings());
    const sink = cloudwatchSink({ ...address(), group: 'sallyport/audit', stream: 'host-1', form: 'record' });
    const nowMs = Date.now();
    const batch = madeBatch(0, 40, (index) => ({ atMs: nowMs - 60_000 + ((index * 7) % 40) * 1_000 }));
    const answer = await sink.deliver(batch, SIGNAL);
    assert.deepEqual(answer, { pending: [], refused: [], reason: null, retryAfterMs: null });
    const groups = await logs.send(new DescribeLogGroupsCommand({}));
    assert.deepEqual(
      groups.logGroups?.map(({ logGroupName }) => logGroupName),
      ['sallyport/audit'],
    );
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName: 'sallyport/audit', logStreamName: 'host-1', startFromHead: true }),
    );
    assert.deepEqual(
      events.map(({ message, timestamp }) => [message, timestamp]),
      [...batch.records]
        .sort((a, b) => a.record.occurredAtMs - b.record.occurredAtMs)
        .map(({ line, record }) => [
          `{"key":"${MADE_LOG}/${record.index}","record":${String(line)}}`,
          record.occurredAtMs,
        ]),
    );
  });

  test('a record from the future is refused by CloudWatch Logs and comes back by its index', async () => {
    const sink = cloudwatchSink({ ...address(), group: 'sallyport/future', stream: 'host-1', form: 'record' });
    const aheadMs = Date.now() + 3 * 3_600_000;
    const answer = await sink.deliver(
      madeBatch(5, 1, () => ({ atMs: aheadMs })),
      SIGNAL,
    );
    assert.deepEqual(answer.refused, [{ index: 5, reason: 'more than 2 hours ahead of the time of CloudWatch Logs' }]);
  });
});
