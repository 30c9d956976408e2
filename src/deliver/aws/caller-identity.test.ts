import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailed } from '../../core/error.ts';
import type { AwsKeys } from './aws-client-settings.ts';
import { boundKeys, callerIdentities } from './caller-identity.ts';
import type { CallerIdentityOf } from './caller-identity.ts';
import { MADE_KEYS, scriptedAws } from './scripted-aws.ts';
import type { ScriptedAws, ScriptedReply } from './scripted-aws.ts';
import { stsAnswer, stsRefusal } from './scripted-sts.ts';

const SIGNAL = new AbortController().signal;
const REGION = 'eu-central-1';
const HOST = 'AROAHOSTROLEEXAMPLE00:i-0123456789abcdef0';
/** A time that signatures are compared at. */
const NOW_MS = Date.UTC(2026, 10, 22, 9);
const ROTATED: AwsKeys = { accessKeyId: 'AKNEXT', secretAccessKey: 'next', sessionToken: 'token' };

const askAt = ({ endpoint }: ScriptedAws): CallerIdentityOf => callerIdentities({ endpoint, nowMs: () => NOW_MS });

test('STS is asked by a signed request that brings the token of the session, and no redirection is followed', async (t) => {
  const aws = await scriptedAws(t, () => stsAnswer(HOST));
  assert.equal(await askAt(aws)(ROTATED, REGION, SIGNAL), HOST);
  const [{ method, path, headers, body } = assert.fail('nothing was asked')] = aws.seen;
  assert.deepEqual([method, path, String(body)], ['POST', '/', 'Action=GetCallerIdentity&Version=2011-06-15']);
  assert.equal(headers['x-amz-security-token'], 'token');
  assert.equal(headers['x-amz-date'], '20261122T090000Z');
  assert.match(
    headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKNEXT\/20261122\/eu-central-1\/sts\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
});

for (const { name, userId } of [
  { name: 'an instance', userId: HOST },
  { name: 'a task', userId: 'AROATASKROLEEXAMPLE00:0123456789abcdef0123456789abcdef' },
  { name: 'a person in a role', userId: 'AROAPERSONEXAMPLE000:ada.lovelace+log@example.com' },
  { name: 'a user', userId: 'AIDAUSEREXAMPLE00000' },
  { name: 'the owner of an account', userId: '111122223333' },
])
  test(`the identity of ${name} is what policies of IAM know it by`, async (t) => {
    const aws = await scriptedAws(t, () => stsAnswer(userId));
    assert.equal(await askAt(aws)(MADE_KEYS, REGION, SIGNAL), userId);
  });

for (const { name, reply, code, says } of [
  { name: 'that is silent by a cut', reply: 'cut', code: 'STORE_UNREACHABLE', says: /no good answer \(ECONNRESET\)/ },
  {
    name: 'that fails',
    reply: { status: 503, body: 'x' },
    code: 'STORE_UNREACHABLE',
    says: /no good answer \(unknown, status 503\)/,
  },
  {
    name: 'that asks for fewer requests',
    reply: stsRefusal(400, 'Throttling'),
    code: 'STORE_UNREACHABLE',
    says: /fewer requests/,
  },
  {
    name: 'that does not know the key',
    reply: stsRefusal(403, 'InvalidClientTokenId'),
    code: 'STORE_DENIED',
    says: /no credentials that it accepts \(InvalidClientTokenId, status 403\)/,
  },
  {
    name: 'that finds the token expired',
    reply: stsRefusal(403, 'ExpiredToken'),
    code: 'STORE_DENIED',
    says: /expired/,
  },
  { name: 'that is a page of a proxy', reply: page('<html>Sign in</html>'), code: 'STORE_UNREACHABLE', says: /Unread/ },
  {
    name: 'that is a page which quotes an answer',
    reply: page('<html><UserId>AROAEVIL:i-1</UserId></html>'),
    code: 'STORE_UNREACHABLE',
    says: /Unread/,
  },
  {
    name: 'that names two identities',
    reply: page(
      '<GetCallerIdentityResponse><UserId>AROAEVIL:i-1</UserId><UserId>AROAHOST:i-2</UserId></GetCallerIdentityResponse>',
    ),
    code: 'STORE_UNREACHABLE',
    says: /Unread/,
  },
  {
    name: 'that sends elsewhere',
    reply: { status: 307, headers: { location: 'https://elsewhere.example/' } },
    code: 'STORE_UNREACHABLE',
    says: /status 307/,
  },
  ...[
    '../../other',
    'AROAHOST:../x',
    'AROAHOST:',
    'AROAHOST:a/b',
    'AROAHOST:a&amp;b',
    '*',
    '',
    'AROA:${aws:userid}',
  ].map((userId) => ({
    name: `that names the identity ${JSON.stringify(userId)}`,
    reply: stsAnswer(userId),
    code: 'STORE_UNREACHABLE',
    says: /Unread/,
  })),
  {
    name: 'that does not end',
    reply: page(`<GetCallerIdentityResponse>${'<UserId>'.repeat(20_000)}`),
    code: 'STORE_UNREACHABLE',
    says: /Unread/,
  },
] satisfies readonly { name: string; reply: ScriptedReply; code: string; says: RegExp }[])
  test(`an STS ${name} tells no identity, and its words are not quoted`, async (t) => {
    const aws = await scriptedAws(t, () => reply);
    await assert.rejects(askAt(aws)(MADE_KEYS, REGION, SIGNAL), (error) => {
      assert.ok(error instanceof StoreFailed);
      assert.equal(error.code, code);
      assert.match(error.message, /^STS, owner of the credentials: /);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /AKMADE|EVIL/);
      return true;
    });
  });

test('an STS that does not answer is given up when the end comes', async (t) => {
  const aws = await scriptedAws(t, () => 'silent');
  const end = new AbortController();
  const asked = askAt(aws)(MADE_KEYS, REGION, end.signal);
  end.abort();
  await assert.rejects(asked, { code: 'STORE_UNREACHABLE' });
});

test('an address that would be asked in the clear is refused', async () => {
  const ask = callerIdentities({ endpoint: 'http://sts.example', nowMs: Date.now });
  await assert.rejects(ask(MADE_KEYS, REGION, SIGNAL), TypeError);
});

test('credentials are asked about once; others are asked about anew; what failed is asked again', async (t) => {
  const replies = [stsRefusal(500, 'InternalFailure'), stsAnswer(HOST), stsAnswer(`${HOST}1`)];
  const aws = await scriptedAws(t, (_, place) => replies[place] ?? 'cut');
  const ask = askAt(aws);
  await assert.rejects(ask(MADE_KEYS, REGION, SIGNAL), { code: 'STORE_UNREACHABLE' });
  for (let times = 0; times < 3; times += 1) assert.equal(await ask(MADE_KEYS, REGION, SIGNAL), HOST);
  assert.equal(await ask(ROTATED, REGION, SIGNAL), `${HOST}1`);
  assert.equal(await ask(MADE_KEYS, REGION, SIGNAL), HOST);
  assert.equal(aws.seen.length, 3);
});

test('credentials that became those of somebody else open the store no more', async () => {
  let found = MADE_KEYS;
  const identityOf: CallerIdentityOf = ({ accessKeyId }) => Promise.resolve(`AROAROLE:${accessKeyId}`);
  const keys = boundKeys(() => Promise.resolve(found), 'AROAROLE:AKMADE', REGION, identityOf);
  assert.equal(await keys(), MADE_KEYS);
  found = ROTATED;
  await assert.rejects(keys(), { code: 'STORE_DENIED', message: /belong to another identity/ });
});

function page(body: string): ScriptedReply {
  return { status: 200, headers: { 'content-type': 'text/html' }, body };
}
