import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as s3 from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import type { Sha256 } from '../src/core/ids.ts';
import type { ObjectLock, ObjectStore, PutOptions } from '../src/core/object-store.ts';
import { deliveryRig } from '../src/deliver/delivery-rig.ts';
import type { Rig } from '../src/deliver/delivery-rig.ts';
import { SinkFailed, firstVersions, s3Store, storeSink } from '../src/deliver/index.ts';
import type { Sink } from '../src/deliver/index.ts';
import { objectTree, trustedKey, verify } from '../src/verify/index.ts';
import { makeHome, sallyportBeside } from './daemon-process.ts';
import { deliverWholeLog } from './deliver-whole-log.ts';
import { radosgwSkipReason, startRadosgw } from './radosgw.ts';
import type { Radosgw } from './radosgw.ts';

const HOUR_MS = 3_600_000;
/** As the store of an instance lies, by the name that IAM has for it. */
const PREFIX = 'logs/AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0';
const KEY = 'records/year=2026/month=11/day=22/x.ndjson.gz';

const skip = radosgwSkipReason();

describe('a store that keeps Object Lock', { skip }, () => {
  let gateway: Radosgw;
  let client: S3Client;

  before(async () => {
    gateway = await startRadosgw();
    client = connect(gateway);
  });
  after(async () => {
    client?.destroy();
    await gateway?.stop();
  });

  const optionsOf = (Bucket: string): Parameters<typeof s3Store>[0] => ({
    bucket: Bucket,
    prefix: PREFIX,
    region: 'us-east-1',
    endpoint: gateway.endpoint,
    kmsKey: null,
    compliance: 'acknowledged',
    keys: () => Promise.resolve(gateway.keys),
  });

  async function makeBucket(isLocked = true): Promise<string> {
    const Bucket = `b-${randomBytes(6).toString('hex')}`;
    await client.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: isLocked }));
    return Bucket;
  }

  /** A bucket with one object of ours under COMPLIANCE, and what it was put with. */
  async function lockedObject(): Promise<Locked> {
    const Bucket = await makeBucket();
    const bytes = randomBytes(64);
    const options = putOptions(bytes, { mode: 'compliance', retainUntilMs: soon() });
    const store = s3Store(optionsOf(Bucket));
    const { versionId } = await store.put(KEY, bytes, options);
    assert.ok(versionId !== null);
    return { store, bytes, options, version: { Bucket, Key: `${PREFIX}/${KEY}`, VersionId: versionId } };
  }

  /** The version that was put is there, whole, under COMPLIANCE until at least the same time. */
  async function isKept({ bytes, options, version }: Locked): Promise<void> {
    const got = await client.send(new s3.GetObjectCommand(version));
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), bytes);
    const { Retention } = await client.send(new s3.GetObjectRetentionCommand(version));
    assert.equal(Retention?.Mode, 'COMPLIANCE');
    assert.ok((Retention.RetainUntilDate?.getTime() ?? 0) >= (options.lock?.retainUntilMs ?? Infinity) - 1_000);
  }

  for (const { name, attack } of [
    { name: 'deleting the version', attack: ({ version }) => client.send(new s3.DeleteObjectCommand(version)) },
    {
      name: 'deleting it with the right to pass governance',
      attack: ({ version }) => client.send(new s3.DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })),
    },
    {
      name: 'deleting it in a batch',
      attack: ({ version: { Bucket, ...object } }) => deleteBatch(client, { Bucket, Delete: { Objects: [object] } }),
    },
    {
      name: 'deleting it in a batch with the right to pass governance',
      attack: ({ version: { Bucket, ...object } }) =>
        deleteBatch(client, { Bucket, Delete: { Objects: [object] }, BypassGovernanceRetention: true }),
    },
    {
      name: 'shortening its lock by a minute',
      attack: ({ version, options }) => retain(client, version, 'COMPLIANCE', untilOf(options) - 60_000),
    },
    {
      name: 'shortening its lock with the right to pass governance',
      attack: ({ version, options }) => retain(client, version, 'COMPLIANCE', untilOf(options) - 60_000, true),
    },
    {
      name: 'setting its lock into the past',
      attack: ({ version }) => retain(client, version, 'COMPLIANCE', Date.now() - HOUR_MS, true),
    },
    {
      name: 'turning its lock into governance',
      attack: ({ version, options }) => retain(client, version, 'GOVERNANCE', untilOf(options)),
    },
    {
      name: 'turning its lock into a longer one in governance, with the right to pass it',
      attack: ({ version, options }) => retain(client, version, 'GOVERNANCE', untilOf(options) + HOUR_MS, true),
    },
    {
      name: 'taking its lock away',
      attack: ({ version }) =>
        client.send(new s3.PutObjectRetentionCommand({ ...version, Retention: {}, BypassGovernanceRetention: true })),
    },
    {
      name: 'suspending versions',
      attack: ({ version: { Bucket } }) =>
        client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
    },
    {
      name: 'deleting the bucket',
      attack: ({ version: { Bucket } }) => client.send(new s3.DeleteBucketCommand({ Bucket })),
    },
  ] satisfies readonly { name: string; attack: (locked: Locked) => Promise<unknown> }[]) {
    test(`${name} is refused, and the object stays as it was`, async () => {
      const locked = await lockedObject();
      await assert.rejects(attack(locked));
      await isKept(locked);
    });
  }

  for (const { name, more } of [
    { name: 'without a lock', more: {} },
    {
      name: 'under a shorter lock',
      more: { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(Date.now() + 60_000) },
    },
    {
      name: 'in governance',
      more: { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(Date.now() + 60_000) },
    },
  ] as const) {
    test(`writing over it ${name} adds a version, and the old one stays as it was`, async () => {
      const locked = await lockedObject();
      const { Bucket, Key } = locked.version;
      await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'forged', ...more }));
      await isKept(locked);
      assert.equal(String(await locked.store.get(KEY)), 'forged');
      assert.deepEqual(await firstVersions(optionsOf(Bucket)).get(KEY), locked.bytes);
      await assert.rejects(locked.store.put(KEY, locked.bytes, locked.options), { code: 'STORE_CONFLICT' });
    });
  }

  test('marking it as deleted hides it, and the first versions still show it', async () => {
    const locked = await lockedObject();
    const { Bucket, Key } = locked.version;
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
    await isKept(locked);
    assert.equal(await locked.store.get(KEY), null);
    assert.deepEqual(await firstVersions(optionsOf(Bucket)).get(KEY), locked.bytes);
  });

  test('its lock can be made longer, and then not shortened to what it was', async () => {
    const locked = await lockedObject();
    const untilMs = untilOf(locked.options) + HOUR_MS;
    await retain(client, locked.version, 'COMPLIANCE', untilMs);
    await assert.rejects(retain(client, locked.version, 'COMPLIANCE', untilOf(locked.options)));
    await isKept({ ...locked, options: putOptions(locked.bytes, { mode: 'compliance', retainUntilMs: untilMs }) });
  });

  test('a hold keeps an object without a lock, until it is taken away', async () => {
    const Bucket = await makeBucket();
    const store = s3Store(optionsOf(Bucket));
    const bytes = Buffer.from('held');
    const { versionId } = await store.put(KEY, bytes, { ...putOptions(bytes), legalHold: true });
    const version = { Bucket, Key: `${PREFIX}/${KEY}`, VersionId: versionId ?? '' };
    assert.equal((await store.head(KEY))?.legalHold, true);
    await assert.rejects(client.send(new s3.DeleteObjectCommand(version)));
    await assert.rejects(client.send(new s3.DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })));
    await client.send(new s3.PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'OFF' } }));
    await client.send(new s3.DeleteObjectCommand(version));
  });

  test('a lock in governance gives way to who may pass it: why the policy names both', async () => {
    const Bucket = await makeBucket();
    const bytes = Buffer.from('governed');
    const lock = { mode: 'governance', retainUntilMs: soon() } as const;
    const { versionId } = await s3Store(optionsOf(Bucket)).put(KEY, bytes, putOptions(bytes, lock));
    const version = { Bucket, Key: `${PREFIX}/${KEY}`, VersionId: versionId ?? '' };
    await assert.rejects(client.send(new s3.DeleteObjectCommand(version)));
    await client.send(new s3.DeleteObjectCommand({ ...version, BypassGovernanceRetention: true }));
  });

  test('a bucket without Object Lock gets nothing that is to be locked', async () => {
    const Bucket = await makeBucket(false);
    const bytes = Buffer.from('x');
    const put = s3Store(optionsOf(Bucket)).put(
      KEY,
      bytes,
      putOptions(bytes, { mode: 'compliance', retainUntilMs: soon() }),
    );
    await assert.rejects(put, { code: 'STORE_MISCONFIGURED', message: /has no Object Lock/ });
    assert.equal((await client.send(new s3.ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  });

  test('the default of a bucket locks what comes without a lock, and can be weakened only for what comes later', async () => {
    const Bucket = await makeBucket();
    await defaultRetention(client, Bucket, 'COMPLIANCE', 1);
    const store = s3Store(optionsOf(Bucket));
    const bytes = Buffer.from('by default');
    const { versionId } = await store.put(KEY, bytes, putOptions(bytes));
    const lock = (await store.head(KEY))?.lock;
    assert.equal(lock?.mode, 'compliance');
    assert.ok((lock?.retainUntilMs ?? 0) > Date.now() + 23 * HOUR_MS);
    await defaultRetention(client, Bucket, 'GOVERNANCE', 1);
    const version = { Bucket, Key: `${PREFIX}/${KEY}`, VersionId: versionId ?? '' };
    await assert.rejects(client.send(new s3.DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })));
    assert.deepEqual((await store.head(KEY))?.lock, lock);
  });

  test('the same object again under a longer lock makes no second version, and a longer lock of the first', async () => {
    const { store, bytes, options, version } = await lockedObject();
    const retainUntilMs = untilOf(options) + HOUR_MS;
    assert.deepEqual(await store.put(KEY, bytes, putOptions(bytes, { mode: 'compliance', retainUntilMs })), {
      kind: 'present',
      versionId: version.VersionId,
    });
    assert.ok(((await store.head(KEY))?.lock?.retainUntilMs ?? 0) >= retainUntilMs - 1_000);
    assert.equal((await versionsOf(client, version.Bucket)).length, 1);
  });

  test('bytes that changed on the way are not taken, though this store knows no checksum header', async () => {
    const { Bucket } = (await lockedObject()).version;
    const change: FinalizeRequestMiddleware<s3.ServiceInputTypes, s3.ServiceOutputTypes> = (next) => (args) => {
      (args.request as { body: unknown }).body = Buffer.from('changed!');
      return next(args);
    };
    const changing = connect(gateway);
    changing.middlewareStack.addRelativeTo(change, {
      name: 'change',
      relation: 'after',
      toMiddleware: 'httpSigningMiddleware',
    });
    await assert.rejects(changing.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: Buffer.from('original') })));
    changing.destroy();
  });

  test('a store lies under whatever name the session of a person has', async () => {
    const Bucket = await makeBucket();
    const prefix = 'logs/AROAPERSONEXAMPLE000:ada.lovelace+log=1@example.com,x';
    const store = s3Store({ ...optionsOf(Bucket), prefix });
    const bytes = randomBytes(64);
    await store.put(KEY, bytes, putOptions(bytes));
    assert.deepEqual(Buffer.from((await store.get(KEY)) ?? []), bytes);
    const listed: string[] = [];
    for await (const { key } of store.list('records/')) listed.push(key);
    assert.deepEqual(listed, [KEY]);
    assert.deepEqual(
      (await versionsOf(client, Bucket)).map(({ Key }) => Key),
      [`${prefix}/${KEY}`],
    );
    const first = firstVersions({ ...optionsOf(Bucket), prefix });
    assert.equal((await first.head(KEY))?.sizeBytes, bytes.length);
  });

  test('a wrong secret is told as such', async () => {
    const Bucket = await makeBucket();
    const keys = { ...gateway.keys, secretAccessKey: 'wrong' };
    const store = s3Store({ ...optionsOf(Bucket), keys: () => Promise.resolve(keys) });
    const denied = { code: 'STORE_DENIED' };
    await assert.rejects(store.get(KEY), denied);
    await assert.rejects(store.put(KEY, Buffer.from('x'), putOptions(Buffer.from('x'))), denied);
  });

  test('a log is delivered into it, locked object by object; whoever has all rights destroys nothing of it', async (t) => {
    const rig = await deliveryRig(t);
    const Bucket = await makeBucket();
    await rig.fill(600);
    await deliverLocked(rig, () => s3Store(optionsOf(Bucket)));
    const delivered = await versionsOf(client, Bucket);
    assert.ok(delivered.length > 5);
    for (const version of delivered) {
      const { Retention } = await client.send(new s3.GetObjectRetentionCommand({ Bucket, ...version }));
      assert.equal(Retention?.Mode, 'COMPLIANCE', version.Key);
    }

    const key = trustedKey(rig.log.vkey, 'log');
    const trust = { keys: key === null ? [] : [key], witnesses: [], anchors: [] };
    const before = await verify(objectTree(s3Store(optionsOf(Bucket))), { trust, isDeep: true });
    assert.deepEqual([before.ok, before.faults], [true, []]);
    assert.ok(before.records >= 600);

    // The position is lost, and of whatever is still delivered the first acknowledgement: no key has two versions but the newest checkpoint.
    await rig.fill(300);
    await deliverLocked(rig, () => s3Store(optionsOf(Bucket)), 'delivery-again');
    const again = await versionsOf(client, Bucket);
    const keys = again.map(({ Key }) => Key).filter((name) => name !== `${PREFIX}/checkpoint`);
    assert.deepEqual(keys, [...new Set(keys)]);
    assert.ok(delivered.every(({ VersionId }) => again.some((other) => other.VersionId === VersionId)));
    const after = await verify(objectTree(s3Store(optionsOf(Bucket))), { trust, isDeep: true });
    assert.deepEqual([after.ok, after.faults], [true, []]);
    assert.ok(after.records >= before.records + 300);

    for (const version of again) {
      await assert.rejects(
        client.send(new s3.DeleteObjectCommand({ Bucket, ...version, BypassGovernanceRetention: true })),
      );
      await assert.rejects(retain(client, { Bucket, ...version }, 'GOVERNANCE', Date.now() + 60_000, true));
      await client.send(new s3.PutObjectCommand({ Bucket, Key: version.Key, Body: 'forged' }));
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: version.Key }));
    }
    await assert.rejects(
      verify(objectTree(s3Store(optionsOf(Bucket))), { trust }),
      'to whoever reads the newest versions it is gone',
    );
    const kept = await verify(objectTree(firstVersions(optionsOf(Bucket))), { trust, isDeep: true });
    assert.deepEqual([kept.ok, kept.faults, kept.records], [true, [], after.records]);
    assert.equal(kept.checkpoint?.root, after.checkpoint?.root);

    // As an auditor asks, by the command.
    const home = makeHome(t);
    const env = {
      ...home.env,
      AWS_ACCESS_KEY_ID: gateway.keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: gateway.keys.secretAccessKey,
    };
    const place = [`s3://${Bucket}/${PREFIX}`, '--region', 'us-east-1', '--endpoint', gateway.endpoint];
    const words = ['audit', 'verify', ...place, '--key', rig.log.vkey, '--json'];
    const hidden = await sallyportBeside({ ...home, env }, words, { cwd: home.folder });
    assert.notEqual(hidden.status, 0);
    const seen = await sallyportBeside({ ...home, env }, [...words, '--first-versions'], { cwd: home.folder });
    assert.equal(seen.status, 0, seen.stderr);
    const told = JSON.parse(seen.stdout) as { readonly ok: boolean; readonly records: number };
    assert.deepEqual([told.ok, told.records], [true, after.records]);
  });
});

function connect({ endpoint, keys }: Radosgw): S3Client {
  return new s3.S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: keys, maxAttempts: 1 });
}

interface Locked {
  readonly store: ObjectStore;
  readonly bytes: Buffer;
  readonly options: PutOptions;
  readonly version: { readonly Bucket: string; readonly Key: string; readonly VersionId: string };
}

function putOptions(bytes: Uint8Array, lock?: ObjectLock): PutOptions {
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  return { contentType: 'application/gzip', sha256, ifNoneMatch: true, ...(lock === undefined ? {} : { lock }) };
}

/** Long enough for the test, and over when it is forgotten. */
function soon(): number {
  return Date.now() + HOUR_MS;
}

function untilOf({ lock }: PutOptions): number {
  return lock?.retainUntilMs ?? 0;
}

function retain(
  client: S3Client,
  version: { Bucket: string; Key: string; VersionId: string },
  Mode: 'COMPLIANCE' | 'GOVERNANCE',
  untilMs: number,
  BypassGovernanceRetention = false,
): Promise<unknown> {
  const Retention = { Mode, RetainUntilDate: new Date(untilMs) };
  return client.send(new s3.PutObjectRetentionCommand({ ...version, Retention, BypassGovernanceRetention }));
}

/** The answer is 200 with a list of what was not deleted. */
async function deleteBatch(client: S3Client, input: s3.DeleteObjectsCommandInput): Promise<void> {
  const { Errors = [], Deleted = [] } = await client.send(new s3.DeleteObjectsCommand(input));
  assert.deepEqual(Deleted, []);
  if (Errors.length > 0) throw new Error(Errors[0]?.Code ?? 'refused');
}

async function defaultRetention(
  client: S3Client,
  Bucket: string,
  Mode: 'COMPLIANCE' | 'GOVERNANCE',
  Days: number,
): Promise<void> {
  const Rule = { DefaultRetention: { Mode, Days } };
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
  await client.send(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
}

async function versionsOf(client: S3Client, Bucket: string): Promise<readonly { Key: string; VersionId: string }[]> {
  const { Versions = [], IsTruncated } = await client.send(new s3.ListObjectVersionsCommand({ Bucket }));
  assert.notEqual(IsTruncated, true);
  return Versions.map(({ Key = '', VersionId = '' }) => ({ Key, VersionId }));
}

/** Delivers all, each object under COMPLIANCE. */
async function deliverLocked(rig: Rig, makeStore: () => ObjectStore, folder?: string): Promise<void> {
  const heard = new Set<number>();
  const makeSink = (): Sink =>
    storeSink({ store: makeStore(), retention: { mode: 'compliance', days: 1 }, nowMs: Date.now });
  await deliverWholeLog(rig, () => losingAnswers(makeSink(), heard), folder);
}

/** A sink of which every batch arrives, but is heard to have only the second time. */
function losingAnswers(sink: Sink, heard: Set<number>): Sink {
  return {
    ...sink,
    deliver: async (batch, signal) => {
      const answer = await sink.deliver(batch, signal);
      if (heard.has(batch.firstIndex)) return answer;
      heard.add(batch.firstIndex);
      throw new SinkFailed('the answer was lost');
    },
  };
}
