import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GATEWAY_HEADER, MAX_PROOF_LENGTH, proofText, readProof, signedAtMs } from './proof.ts';
import type { ProofParts } from './proof.ts';

const PLACE = { region: 'eu-central-1' };
const PARTS: ProofParts = {
  accessKeyId: 'ASIAEXAMPLE000000001',
  date: '20261122T050000Z',
  sessionToken: `IQoJ${'b+/'.repeat(40)}==`,
  signature: 'ab'.repeat(32),
};

function proofOf(url: string): string {
  return `v1.${Buffer.from(url).toString('base64url')}`;
}
const GOOD = Buffer.from(proofText(PLACE, PARTS).slice(3), 'base64url').toString();

const ACCESS_KEY = fc.stringMatching(/^A[A-Z0-9]{15,40}$/);
const TOKEN = fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{16,200}$/));
const SIGNATURE = fc.stringMatching(/^[0-9a-f]{64}$/);

test('what is written is read again', () => {
  fc.assert(
    fc.property(ACCESS_KEY, TOKEN, SIGNATURE, (accessKeyId, sessionToken, signature) => {
      const parts = { ...PARTS, accessKeyId, sessionToken, signature };
      assert.deepEqual(readProof(PLACE, proofText(PLACE, parts)), parts);
    }),
  );
});

test('whatever is read is written back as the same bytes, so that nobody reads anything else in it', () => {
  const text = fc.tuple(fc.nat({ max: GOOD.length - 1 }), fc.string({ maxLength: 3 })).map(([at, by]) => {
    return proofOf(`${GOOD.slice(0, at)}${by}${GOOD.slice(at + by.length)}`);
  });
  fc.assert(
    fc.property(fc.oneof(text, fc.string(), fc.string().map(proofOf)), (given) => {
      const parts = readProof(PLACE, given);
      if (parts !== null) assert.equal(proofText(PLACE, parts), given);
    }),
    { numRuns: 5_000 },
  );
});

for (const { name, url } of [
  {
    name: 'a host that only begins as the service',
    url: GOOD.replace('amazonaws.com/', 'amazonaws.com.evil.example/'),
  },
  { name: 'the global host of STS', url: GOOD.replace('sts.eu-central-1.', 'sts.') },
  { name: 'the host of another region', url: GOOD.replace('sts.eu-central-1', 'sts.us-east-1') },
  { name: 'a whole proof for another region', url: GOOD.replaceAll('eu-central-1', 'us-east-1') },
  {
    name: 'a user name in front of the host',
    url: GOOD.replace('https://', 'https://sts.eu-central-1.amazonaws.com@evil.example/'),
  },
  { name: 'a port', url: GOOD.replace('.com/', '.com:444/') },
  { name: 'plain HTTP', url: GOOD.replace('https:', 'http:') },
  { name: 'another path', url: GOOD.replace('.com/?', '.com/x?') },
  { name: 'another action', url: GOOD.replace('GetCallerIdentity', 'AssumeRole') },
  { name: 'a second action', url: `${GOOD}&Action=AssumeRole` },
  { name: 'an action in front', url: GOOD.replace('?', '?Action=AssumeRole&') },
  { name: 'another version', url: GOOD.replace('2011-06-15', '2010-05-08') },
  { name: 'a parameter more', url: `${GOOD}&RoleArn=arn` },
  { name: 'a fragment', url: `${GOOD}#x` },
  {
    name: 'parameters in another order',
    url: GOOD.replace('Action=GetCallerIdentity&Version=2011-06-15', 'Version=2011-06-15&Action=GetCallerIdentity'),
  },
  { name: 'a parameter in lower case', url: GOOD.replace('X-Amz-Date', 'x-amz-date') },
  { name: 'a value that is escaped without need', url: GOOD.replace('GetCaller', '%47etCaller') },
  { name: 'an end further away', url: GOOD.replace('Expires=300', 'Expires=900') },
  { name: 'an end as another number', url: GOOD.replace('Expires=300', 'Expires=0300') },
  { name: 'only the host signed', url: GOOD.replace(`%3B${GATEWAY_HEADER}`, '') },
  { name: 'a header more signed', url: GOOD.replace(`%3B${GATEWAY_HEADER}`, `%3B${GATEWAY_HEADER}%3Bx-other`) },
  { name: 'another algorithm', url: GOOD.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256') },
  { name: 'a scope of another service', url: GOOD.replace('%2Fsts%2F', '%2Fiam%2F') },
  { name: 'a scope of another day', url: GOOD.replace('%2F20261122%2F', '%2F20261121%2F') },
  { name: 'a signature that is too short', url: GOOD.slice(0, -1) },
  { name: 'a signature in upper case', url: GOOD.replace('ab'.repeat(32), 'AB'.repeat(32)) },
  { name: 'a date that is none', url: GOOD.replace('Date=20261122T050000Z', 'Date=now') },
  { name: 'a line end in the token', url: GOOD.replace('IQoJ', 'IQ%0D%0AoJ') },
  { name: 'half an escape in the token', url: GOOD.replace('IQoJ', 'IQ%oJ') },
  { name: 'nothing at all', url: '' },
]) {
  test(`no proof: ${name}`, () => {
    assert.notEqual(url, GOOD);
    assert.equal(readProof(PLACE, proofOf(url)), null);
  });
}

for (const { name, text } of [
  { name: 'without its mark', text: proofText(PLACE, PARTS).slice(3) },
  { name: 'of another version', text: proofText(PLACE, PARTS).replace('v1.', 'v2.') },
  { name: 'with padding', text: `${proofText(PLACE, PARTS)}=` },
  { name: 'with blanks', text: ` ${proofText(PLACE, PARTS)}` },
  { name: 'two in one field', text: `${proofText(PLACE, PARTS)}, ${proofText(PLACE, PARTS)}` },
  { name: 'longer than any', text: `v1.${'A'.repeat(MAX_PROOF_LENGTH)}` },
  { name: 'empty', text: '' },
]) {
  test(`no proof: ${name}`, () => assert.equal(readProof(PLACE, text), null));
}

test('a moment that no calendar has is no number', () => {
  assert.equal(signedAtMs(PARTS), Date.UTC(2026, 10, 22, 5));
  for (const date of ['20260231T000000Z', '20261122T250000Z', '20261122T056000Z', '20261322T000000Z', '']) {
    assert.ok(Number.isNaN(signedAtMs({ ...PARTS, date })), date);
  }
});

test('a region of China has its own domain', () => {
  const place = { region: 'cn-north-1' };
  const url = Buffer.from(proofText(place, PARTS).slice(3), 'base64url').toString();
  assert.ok(url.startsWith('https://sts.cn-north-1.amazonaws.com.cn/?Action='));
});
