import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import * as s3 from '@aws-sdk/client-s3';
import { controlClient } from '../src/cli/control-client.ts';
import type { SinkRule } from '../src/core/audit-rules.ts';
import type { SinkStatus } from '../src/core/sink-status.ts';
import { scriptedAws } from '../src/deliver/aws/scripted-aws.ts';
import type { ScriptedReply } from '../src/deliver/aws/scripted-aws.ts';
import { stsAnswer, stsRefusal } from '../src/deliver/aws/scripted-sts.ts';
import { deliveryRig } from '../src/deliver/delivery-rig.ts';
import type { Rig } from '../src/deliver/delivery-rig.ts';
import { callerIdentities, sinkPlace, systemClock } from '../src/deliver/index.ts';
import { makeHome, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import { motoSkipReason, startMoto } from './moto.ts';
import { radosgwSkipReason, startRadosgw } from './radosgw.ts';
import type { Radosgw } from './radosgw.ts';

// A policy says `logs/{identity}/{log}`; STS says who the host is; the store is read by the commands as an auditor uses them.

/** Milliseconds in which something must have come about, tries at growing distances included. */
const LIMIT_MS = 60_000;
const POLL_MS = 20;
const Bucket = 'the-vault';
const FIRST = 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0';
const SECOND = 'AROAHOSTROLEEXAMPLE00:i-0fedcba9876543210';

test('an emulator of AWS tells whose credentials are, in its own words', { skip: motoSkipReason() }, async (t) => {
  const moto = await startMoto();
  t.after(() => moto.stop());
  const ask = callerIdentities({ endpoint: moto.endpoint, nowMs: Date.now });
  const keys = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  assert.match(await ask(keys, 'eu-central-1', new AbortController().signal), /^A[A-Z0-9]+$/);
});

describe('a store under the identity of its host', { skip: radosgwSkipReason() }, () => {
  let gateway: Radosgw;
  let client: s3.S3Client;
  before(async () => {
    gateway = await startRadosgw();
    const { endpoint, keys: credentials } = gateway;
    client = new s3.S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true, credentials });
    await client.send(new s3.CreateBucketCommand({ Bucket }));
  });
  after(async () => {
    client?.destroy();
    await gateway?.stop();
  });

  /** Delivers what the log holds, as the daemon does, and ends. */
  async function deliver(rig: Rig, sts: string, whileLate: () => void = () => undefined): Promise<void> {
    const clock = systemClock();
    const where = { bucket: Bucket, region: 'us-east-1', prefix: 'logs/{identity}/{log}', endpoint: gateway.endpoint };
    const more = { objectLock: null, kmsKey: null, required: true, form: 'record', kinds: null } as const;
    const rule: SinkRule = { name: 'store', to: 's3', ...where, ...more };
    const ports = {
      hostname: 'host',
      logId: rig.log.origin,
      clock,
      variable: () => undefined,
      awsKeys: () => Promise.resolve(gateway.keys),
      storeName: null,
      identityOf: callerIdentities({ endpoint: sts, nowMs: clock.nowMs }),
    };
    const placeOf = (written: SinkRule): ReturnType<typeof sinkPlace> => {
      const place = sinkPlace(written, ports);
      return {
        target: place.target,
        open: async (stop) => {
          const { sink, target } = await place.open(stop);
          return { sink: { ...sink, limits: { ...sink.limits, maxAgeMs: 20 } }, target };
        },
      };
    };
    const delivery = await rig.open([rule], {}, { clock, placeOf });
    const endMs = performance.now() + LIMIT_MS;
    while (delivery.status()[0]?.treeSize !== rig.log.size) {
      if (performance.now() > endMs) assert.fail(`not delivered: ${JSON.stringify(delivery.status())}`);
      if (delivery.status()[0]?.state === 'retrying') whileLate();
      await pause(POLL_MS);
    }
    await delivery.close();
  }

  async function told(t: TestContext, words: readonly string[]): Promise<string> {
    const home = makeHome(t);
    const { accessKeyId, secretAccessKey } = gateway.keys;
    const env = { ...home.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const place = ['--region', 'us-east-1', '--endpoint', gateway.endpoint, '--json'];
    const ran = await sallyportBeside({ ...home, env }, ['audit', ...words, ...place], { cwd: home.folder });
    assert.equal(ran.status, 0, ran.stderr);
    return ran.stdout;
  }

  test('the daemon asks the STS that its environment names, is late while that is away, and delivers nowhere else', async (t) => {
    let reply: ScriptedReply = stsRefusal(503, 'ServiceUnavailable');
    const sts = await scriptedAws(t, () => reply);
    const made = makeHome(t);
    const { accessKeyId, secretAccessKey } = gateway.keys;
    const env = {
      ...made.env,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const home = { ...made, env };
    writeFileSync(
      home.policyFile,
      `version: 1
name: delivered
audit:
  backlog: { alarm_records: 12, alarm_seconds: 3600, deny_records: 40, deny_seconds: 86400 }
  deliver:
    - { name: store, to: s3, bucket: ${Bucket}, region: us-east-1, prefix: 'daemon/{identity}/{log}', endpoint: '${gateway.endpoint}', required: true }
`,
    );
    const keysUnder = async (Prefix: string): Promise<readonly string[]> => {
      const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = '' }) => Key);
    };
    const daemon = await startDaemonProcess(t, home);
    const sinkOf = async (): Promise<SinkStatus> => {
      const [sink] = (await controlClient(daemon.status.controlSocket).status()).delivery;
      return sink ?? assert.fail('no sink');
    };
    await until('the failure is said', async () => (await sinkOf()).lastError !== null);
    const shown = await sallyportBeside(home, ['audit', 'delivery'], { cwd: home.folder });
    assert.match(
      shown.stdout,
      /^ {2}FAILS .*STS, owner of the credentials: no good answer \(ServiceUnavailable, status 503\)$/m,
    );
    assert.deepEqual(await keysUnder('daemon/'), []);

    reply = stsAnswer(SECOND);
    await until('it is delivered', async () => (await keysUnder('daemon/')).length > 0);
    assert.deepEqual(await daemon.end('SIGTERM'), { code: 0, signal: null });
    const stored = await keysUnder('daemon/');
    assert.ok(stored.every((key) => key.startsWith(`daemon/${SECOND}/sallyport/`)));
    const checkpoint = stored.find((key) => key.endsWith('/checkpoint')) ?? assert.fail('no checkpoint');
    const vkey = join(home.state, 'audit', 'log.vkey');
    const place = `s3://${Bucket}/${checkpoint.slice(0, -'/checkpoint'.length)}`;
    const { ok } = JSON.parse(await told(t, ['verify', place, '--key', vkey])) as { readonly ok: boolean };
    assert.equal(ok, true);
  });

  test('two instances with one disk have two stores, both whole, that verify, query and recovery-test read', async (t) => {
    const rig = await deliveryRig(t);
    const script: ScriptedReply[] = ['cut', stsAnswer(FIRST), stsAnswer(SECOND)];
    const sts = await scriptedAws(t, (_, place) => script[place] ?? 'cut');
    await rig.fill(40);
    let wasLate = false;
    await deliver(rig, sts.endpoint, () => (wasLate = true));
    assert.ok(wasLate, 'an STS that cannot be reached makes the sink late');
    const before = rig.log.size;
    await rig.fill(40);
    await deliver(rig, sts.endpoint);

    const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
    const own = Contents.filter(({ Key = '' }) => !Key.startsWith('daemon/'));
    const owners = new Set(own.map(({ Key = '' }) => Key.split('/').slice(0, 2).join('/')));
    assert.deepEqual([...owners].sort(), [`logs/${FIRST}`, `logs/${SECOND}`].sort(), 'nothing lies elsewhere');

    const storeOf = (identity: string): string => `s3://${Bucket}/logs/${identity}/${rig.log.origin}`;
    for (const [identity, atLeast] of [
      [FIRST, before],
      [SECOND, rig.log.size],
    ] as const) {
      const verified = JSON.parse(await told(t, ['verify', storeOf(identity), '--key', rig.log.vkey])) as {
        readonly ok: boolean;
        readonly records: number;
      };
      assert.equal(verified.ok, true);
      assert.ok(verified.records >= atLeast, `${identity}: ${verified.records} of ${atLeast}`);
      const counted = await told(t, ['query', 'SELECT count(*)::INT AS n FROM records', '--log', storeOf(identity)]);
      assert.deepEqual(JSON.parse(counted), { n: verified.records });
    }
    const into = join(rig.home, 'restored');
    const evidence = JSON.parse(
      await told(t, ['recovery-test', storeOf(SECOND), '--key', rig.log.vkey, '--into', into]),
    ) as { readonly outcome: string; readonly faults: readonly unknown[] };
    assert.deepEqual(evidence.faults, []);
    assert.notEqual(evidence.outcome, 'failed');
  });
});

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > endMs) assert.fail(`not in time: ${what}`);
    await pause(POLL_MS);
  }
}
