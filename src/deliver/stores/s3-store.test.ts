import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Sha256 } from '../../core/ids.ts';
import { MAX_GET_BYTES } from '../../core/object-store.ts';
import type { ObjectLock, PutOptions } from '../../core/object-store.ts';
import { hastyPace, s3Refusal, scriptedAws } from '../aws/scripted-aws.ts';
import type { ScriptedAws, ScriptedReply, SeenRequest } from '../aws/scripted-aws.ts';
import { s3Store } from './s3-store.ts';
import type { S3StoreOptions } from './s3-bucket.ts';

const BYTES = Buffer.from('one line\n');
const sha256Of = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;
const base64Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');
const LOCK: ObjectLock = { mode: 'compliance', retainUntilMs: Date.UTC(2033, 10, 22) };
const OPTIONS: PutOptions = { contentType: 'text/plain', sha256: sha256Of(BYTES), ifNoneMatch: true };
const GONE: ScriptedReply = { status: 404 };
const DONE: ScriptedReply = { status: 200 };

function storeAt(aws: ScriptedAws, options: Partial<S3StoreOptions> = {}): ReturnType<typeof s3Store> {
  const defaults = { bucket: 'b', prefix: 'logs/a', kmsKey: null, compliance: 'acknowledged' } as const;
  return s3Store({ ...aws.address, ...defaults, pace: hastyPace(), ...options });
}

/** Answers by the kind of request; the first list is used up, its last answer again and again. */
function byMethod(
  answers: Readonly<Record<string, readonly ScriptedReply[]>>,
): (request: SeenRequest) => ScriptedReply {
  const asked = new Map<string, number>();
  return ({ method }) => {
    const place = asked.get(method) ?? 0;
    asked.set(method, place + 1);
    const list = answers[method] ?? [];
    return list[Math.min(place, list.length - 1)] ?? { status: 501 };
  };
}

const methods = ({ seen }: ScriptedAws): string => seen.map(({ method }) => method).join(' ');

test('an object goes up once, with its checksum, its condition, its lock, its hold and its key', async (t) => {
  const aws = await scriptedAws(
    t,
    byMethod({ HEAD: [GONE, head(BYTES, LOCK)], PUT: [{ status: 200, headers: { 'x-amz-version-id': 'v1' } }] }),
  );
  const store = storeAt(aws, { kmsKey: 'alias/audit' });
  const outcome = await store.put('records/a=1/x.gz', BYTES, { ...OPTIONS, lock: LOCK, legalHold: true });
  assert.deepEqual(outcome, { kind: 'stored', versionId: 'v1' });
  assert.equal(store.place, 's3://b/logs/a');
  const { path, headers, body } = aws.seen[1] ?? assert.fail('nothing was put');
  assert.match(path, /^\/b\/logs\/a\/records\/a(=|%3D)1\/x\.gz\?/);
  assert.equal(String(body), String(BYTES));
  assert.equal(headers['content-type'], 'text/plain');
  assert.equal(headers['if-none-match'], '*');
  assert.equal(headers['x-amz-checksum-sha256'], base64Of(BYTES));
  assert.equal(headers['x-amz-sdk-checksum-algorithm'], 'SHA256');
  assert.equal(headers['x-amz-content-sha256'], sha256Of(BYTES), 'the signature covers the bytes');
  assert.equal(headers['x-amz-object-lock-mode'], 'COMPLIANCE');
  assert.equal(headers['x-amz-object-lock-retain-until-date'], '2033-11-22T00:00:00Z');
  assert.equal(headers['x-amz-object-lock-legal-hold'], 'ON');
  assert.equal(headers['x-amz-server-side-encryption'], 'aws:kms');
  assert.equal(headers['x-amz-server-side-encryption-aws-kms-key-id'], 'alias/audit');
});

test('without a lock and a key the bucket decides, and nothing is asked for', async (t) => {
  const aws = await scriptedAws(t, byMethod({ PUT: [DONE] }));
  assert.deepEqual(await storeAt(aws).put('checkpoint', BYTES, { ...OPTIONS, ifNoneMatch: false }), {
    kind: 'stored',
    versionId: null,
  });
  const names = Object.keys(aws.seen[0]?.headers ?? {});
  assert.deepEqual(
    names.filter((name) => /lock|encryption|if-none-match/.test(name)),
    [],
  );
});

for (const { name, there, want } of [
  { name: 'the same bytes by the checksum of the store', there: head(BYTES, null), want: 'present' },
  {
    name: 'the same bytes, which have to be read for that',
    there: head(BYTES, null, { 'x-amz-checksum-sha256': '' }),
    want: 'present',
  },
  { name: 'bytes of another length', there: head(Buffer.from('longer bytes\n'), null), want: 'STORE_CONFLICT' },
  { name: 'other bytes of the same length', there: head(Buffer.from('ONE LINE\n'), null), want: 'STORE_CONFLICT' },
] as const) {
  test(`where there is something already, nothing is put: ${name}`, async (t) => {
    const aws = await scriptedAws(t, byMethod({ HEAD: [there], GET: [{ status: 200, body: BYTES }] }));
    const put = storeAt(aws).put('k', BYTES, OPTIONS);
    if (want === 'present') assert.equal((await put).kind, 'present');
    else await assert.rejects(put, { code: want, message: /s3:\/\/b\/logs\/a: `k` holds other bytes/ });
    assert.doesNotMatch(methods(aws), /PUT/);
  });
}

test('what was written between the look and the put is met by the condition', async (t) => {
  const aws = await scriptedAws(
    t,
    byMethod({ HEAD: [GONE, head(BYTES, null)], PUT: [s3Refusal(412, 'PreconditionFailed')] }),
  );
  assert.equal((await storeAt(aws).put('k', BYTES, OPTIONS)).kind, 'present');
  assert.equal(methods(aws), 'HEAD PUT HEAD');
});

test('an object that was put, but whose answer was lost, is found and not put twice', async (t) => {
  const aws = await scriptedAws(
    t,
    byMethod({ HEAD: [GONE, head(BYTES, null)], PUT: ['cut', s3Refusal(412, 'PreconditionFailed')] }),
  );
  assert.equal((await storeAt(aws).put('k', BYTES, OPTIONS)).kind, 'present');
  assert.equal(methods(aws), 'HEAD PUT PUT HEAD');
});

test('two that write the same key at once: the loser tries again', async (t) => {
  const aws = await scriptedAws(
    t,
    byMethod({ HEAD: [GONE], PUT: [s3Refusal(409, 'ConditionalRequestConflict'), DONE] }),
  );
  assert.equal((await storeAt(aws).put('k', BYTES, OPTIONS)).kind, 'stored');
});

for (const { name, held, asks } of [
  { name: 'no lock', held: null, asks: '2033-11-22T00:00:00Z' },
  {
    name: 'a shorter lock',
    held: { ...LOCK, retainUntilMs: LOCK.retainUntilMs - 86_400_000 },
    asks: '2033-11-22T00:00:00Z',
  },
  {
    name: 'a lock in governance, and longer',
    held: { mode: 'governance', retainUntilMs: Date.UTC(2040, 0, 1) },
    asks: '2040-01-01T00:00:00Z',
  },
  { name: 'the same lock', held: LOCK, asks: null },
  { name: 'a longer lock', held: { ...LOCK, retainUntilMs: Date.UTC(2040, 0, 1) }, asks: null },
] as const) {
  test(`the same bytes under ${name} ${asks === null ? 'are left as they are' : 'are locked as asked, never for less'}`, async (t) => {
    const aws = await scriptedAws(t, byMethod({ HEAD: [head(BYTES, held)], PUT: [DONE] }));
    assert.equal((await storeAt(aws).put('k', BYTES, { ...OPTIONS, lock: LOCK })).kind, 'present');
    const put = aws.seen.find(({ method }) => method === 'PUT');
    assert.equal(/<RetainUntilDate>([^<]+)</.exec(String(put?.body ?? ''))?.[1] ?? null, asks);
    if (put !== undefined) assert.match(put.path, /retention.*versionId=v7/);
  });
}

test('the same bytes that cannot be locked are a conflict', async (t) => {
  const aws = await scriptedAws(t, byMethod({ HEAD: [head(BYTES, null)], PUT: [s3Refusal(403, 'AccessDenied')] }));
  await assert.rejects(storeAt(aws).put('k', BYTES, { ...OPTIONS, lock: LOCK }), {
    code: 'STORE_CONFLICT',
    message: /not locked as it has to be/,
  });
});

test('a store that drops the lock without a word is found out', async (t) => {
  const aws = await scriptedAws(t, byMethod({ HEAD: [GONE, head(BYTES, null)], PUT: [DONE] }));
  await assert.rejects(storeAt(aws).put('k', BYTES, { ...OPTIONS, lock: LOCK }), {
    code: 'STORE_MISCONFIGURED',
    message: /is not locked as asked/,
  });
});

test('a bucket without Object Lock is named as such', async (t) => {
  const aws = await scriptedAws(t, ({ method }) =>
    method === 'PUT' ? s3Refusal(400, 'InvalidRequest') : s3Refusal(404, 'ObjectLockConfigurationNotFoundError'),
  );
  await assert.rejects(storeAt(aws).put('k', BYTES, { ...OPTIONS, lock: LOCK }), {
    code: 'STORE_MISCONFIGURED',
    message: /bucket `b` has no Object Lock/,
  });
});

test('a lock in COMPLIANCE mode that nobody acknowledged is refused before anything is asked', async (t) => {
  const aws = await scriptedAws(t, () => DONE);
  await assert.rejects(storeAt(aws, { compliance: 'refused' }).put('k', BYTES, { ...OPTIONS, lock: LOCK }), {
    code: 'STORE_REFUSED',
  });
  assert.equal(aws.seen.length, 0);
});

for (const { name, reply, code, says } of [
  {
    name: '301, the bucket is elsewhere',
    reply: s3Refusal(301, 'PermanentRedirect', '', { 'x-amz-bucket-region': 'us-west-2' }),
    code: 'STORE_MISCONFIGURED',
    says: /in region us-west-2/,
  },
  {
    name: '400, signed for the wrong region',
    reply: s3Refusal(400, 'AuthorizationHeaderMalformed', '<Region>us-west-2</Region>'),
    code: 'STORE_MISCONFIGURED',
    says: /in region us-west-2/,
  },
  { name: 'an expired token', reply: s3Refusal(400, 'ExpiredToken'), code: 'STORE_DENIED', says: /expired/ },
  { name: 'no right', reply: s3Refusal(403, 'AccessDenied'), code: 'STORE_DENIED', says: /lack a right/ },
  { name: 'no bucket', reply: s3Refusal(404, 'NoSuchBucket'), code: 'STORE_MISCONFIGURED', says: /does not exist/ },
  { name: '500 each time', reply: s3Refusal(500, 'InternalError'), code: 'STORE_UNREACHABLE', says: /InternalError/ },
  { name: '503 each time', reply: s3Refusal(503, 'SlowDown'), code: 'STORE_UNREACHABLE', says: /fewer requests/ },
  {
    name: 'a page of a proxy',
    reply: { status: 502, body: '<html>AKMADE</html>' },
    code: 'STORE_UNREACHABLE',
    says: /no good answer/,
  },
  { name: 'connections that are cut', reply: 'cut', code: 'STORE_UNREACHABLE', says: /ECONNRESET|no good answer/ },
] as const) {
  test(`put and get say what is wrong: ${name}`, async (t) => {
    const aws = await scriptedAws(t, ({ method }) => (method === 'HEAD' ? GONE : reply));
    const store = storeAt(aws);
    for (const act of [() => store.put('k', BYTES, OPTIONS), () => store.get('k'), () => all(store.list(''))]) {
      await assert.rejects(act, (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /AKMADE/);
        return true;
      });
    }
  });
}

test('a store that is busy twice and then takes it has taken it', async (t) => {
  const aws = await scriptedAws(
    t,
    byMethod({ HEAD: [GONE], PUT: [s3Refusal(503, 'SlowDown'), s3Refusal(500, 'InternalError'), DONE] }),
  );
  assert.equal((await storeAt(aws).put('k', BYTES, OPTIONS)).kind, 'stored');
});

test('a clock that is an hour off is put right by the time of the store', async (t) => {
  const ahead = { date: new Date(Date.now() + 3_600_000).toUTCString() };
  const aws = await scriptedAws(
    t,
    byMethod({ HEAD: [GONE], PUT: [s3Refusal(403, 'RequestTimeTooSkewed', '', ahead), DONE] }),
  );
  assert.equal((await storeAt(aws).put('k', BYTES, OPTIONS)).kind, 'stored');
  const [before, after] = aws.seen
    .filter(({ method }) => method === 'PUT')
    .map(({ headers }) => String(headers['x-amz-date']));
  assert.notEqual(before?.slice(0, 11), after?.slice(0, 11), 'the second is signed an hour later');
});

test('credentials that were not accepted are looked for anew by the next request', async (t) => {
  const aws = await scriptedAws(t, (_request, place) =>
    place === 0 ? s3Refusal(400, 'ExpiredToken') : { status: 200, body: BYTES },
  );
  let asked = 0;
  const store = storeAt(aws, {
    keys: () => Promise.resolve({ accessKeyId: `AK${(asked += 1)}`, secretAccessKey: 's' }),
  });
  await assert.rejects(store.get('k'), { code: 'STORE_DENIED' });
  assert.equal(String(await store.get('k')), String(BYTES));
  assert.match(String(aws.seen[1]?.headers.authorization), /Credential=AK2\//);
});

test('credentials that cannot be found are said to be, without what the search said', async (t) => {
  const aws = await scriptedAws(t, () => DONE);
  const store = storeAt(aws, { keys: () => Promise.reject(new Error('no profile AKMADE')) });
  await assert.rejects(store.get('k'), { code: 'STORE_DENIED', message: 'no credentials for AWS were found' });
});

test('a body that is cut is asked for again, and never given short', async (t) => {
  const aws = await scriptedAws(t, (_request, place) => ({ status: 200, body: BYTES, isCut: place < 2 }));
  assert.equal(String(await storeAt(aws).get('k')), String(BYTES));
  assert.equal(aws.seen.length, 3);
});

test('a store that never answers is given up, at its limit or when nobody waits any more', async (t) => {
  const aws = await scriptedAws(t, () => 'silent');
  const timeouts = { connectMs: 1_000, requestMs: 20, silenceMs: 20 };
  await assert.rejects(storeAt(aws, { timeouts }).get('k'), { code: 'STORE_UNREACHABLE', message: /TIMEDOUT/ });
  const stopping = new AbortController();
  const store = storeAt(aws);
  const waiting = Promise.allSettled([
    store.get('k', undefined, stopping.signal),
    store.put('k', BYTES, { ...OPTIONS, signal: stopping.signal }),
  ]);
  stopping.abort();
  for (const ended of await waiting) {
    assert.equal(ended.status === 'rejected' && (ended.reason as { code: string }).code, 'STORE_UNREACHABLE');
  }
  const closing = store.head('k');
  store.close();
  await assert.rejects(closing, { code: 'STORE_UNREACHABLE' });
});

test('a part of an object is asked for by its range; what lies beyond the end is empty', async (t) => {
  const aws = await scriptedAws(t, ({ headers }) =>
    headers.range === 'bytes=2-4' ? { status: 206, body: 'e l' } : s3Refusal(416, 'InvalidRange'),
  );
  const store = storeAt(aws);
  assert.equal(String(await store.get('k', { start: 2, end: 5 })), 'e l');
  assert.equal(String(await store.get('k', { start: 90, end: 95 })), '');
  assert.equal(String(await store.get('k', { start: 3, end: 3 })), '');
  assert.equal(aws.seen.length, 2);
});

test('an object longer than what is given in one piece is refused', async (t) => {
  const aws = await scriptedAws(t, () => ({ status: 200, body: Buffer.alloc(MAX_GET_BYTES + 1) }));
  await assert.rejects(storeAt(aws).get('k'), { code: 'STORE_REFUSED', message: /read in ranges/ });
});

test('a listing is read page by page, and holds only what was asked for', async (t) => {
  const page = (keys: readonly string[], next: string | null): ScriptedReply => ({
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<ListBucketResult><IsTruncated>${next !== null}</IsTruncated>${keys.map((key) => `<Contents><Key>${key}</Key><Size>3</Size></Contents>`).join('')}${next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`,
  });
  const aws = await scriptedAws(t, (_request, place) =>
    place === 0 ? page(['logs/a/records/1', 'logs/b/records/2'], 'more') : page(['logs/a/records/3'], null),
  );
  assert.deepEqual(await all(storeAt(aws).list('records/')), [
    { key: 'records/1', sizeBytes: 3 },
    { key: 'records/3', sizeBytes: 3 },
  ]);
  assert.match(aws.seen[1]?.path ?? '', /continuation-token=more/);
});

for (const key of [
  '',
  '/k',
  'k/',
  'a//b',
  '../k',
  'a/../b',
  '.hidden',
  'a/.b',
  'a b',
  'a\nb',
  'ä',
  'k'.repeat(1_025),
]) {
  test(`${JSON.stringify(key.slice(0, 12))} is no key`, async (t) => {
    const aws = await scriptedAws(t, () => DONE);
    const store = storeAt(aws);
    await assert.rejects(store.get(key), { code: 'STORE_REFUSED' });
    await assert.rejects(store.head(key), { code: 'STORE_REFUSED' });
    await assert.rejects(store.put(key, BYTES, OPTIONS), { code: 'STORE_REFUSED' });
    assert.equal(aws.seen.length, 0);
  });
}

for (const endpoint of [
  'http://store.example',
  'https://me:secret@store.example',
  'ftp://127.0.0.1',
  'nowhere',
  'https://store.example/?a=b',
]) {
  test(`${endpoint} is no endpoint`, async (t) => {
    const aws = await scriptedAws(t, () => DONE);
    assert.throws(() => storeAt(aws, { endpoint }), TypeError);
  });
}

/** The answer to HEAD. */
function head(bytes: Uint8Array, lock: ObjectLock | null, more: Readonly<Record<string, string>> = {}): ScriptedReply {
  const locked: Record<string, string> =
    lock === null
      ? {}
      : {
          'x-amz-object-lock-mode': lock.mode.toUpperCase(),
          'x-amz-object-lock-retain-until-date': new Date(lock.retainUntilMs).toISOString(),
        };
  const facts = {
    'content-length': String(bytes.length),
    'x-amz-version-id': 'v7',
    'x-amz-checksum-sha256': base64Of(bytes),
  };
  return { status: 200, headers: { ...facts, ...locked, ...more } };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
