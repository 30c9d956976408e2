import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailed } from '../../core/error.ts';
import { awsErrorFacts, awsFailure } from './aws-failure.ts';

const TARGET = { service: 'S3', name: 'bucket `b`', region: 'eu-central-1' } as const;

/** An error as the SDK throws it. */
function refusal(name: string, status: number | null, more: object = {}): Error {
  const $metadata = status === null ? {} : { httpStatusCode: status };
  return Object.assign(new Error('AKIDEXAMPLE said a secret'), { name, $metadata, ...more });
}

for (const { name, error, code, says } of [
  {
    name: 'a bucket elsewhere',
    error: refusal('PermanentRedirect', 301),
    code: 'STORE_MISCONFIGURED',
    says: /in another region, not in eu-central-1/,
  },
  {
    name: 'a bucket elsewhere, which says where',
    error: refusal('AuthorizationHeaderMalformed', 400, { Region: 'us-east-1' }),
    code: 'STORE_MISCONFIGURED',
    says: /in region us-east-1, not in eu-central-1/,
  },
  {
    name: 'a bucket elsewhere, told by a header alone',
    error: refusal('400', 400, { $response: { headers: { 'x-amz-bucket-region': 'us-west-2' } } }),
    code: 'STORE_MISCONFIGURED',
    says: /in region us-west-2/,
  },
  {
    name: 'an expired token',
    error: refusal('ExpiredToken', 400),
    code: 'STORE_DENIED',
    says: /credentials are expired/,
  },
  {
    name: 'an expired token of a JSON service',
    error: refusal('ExpiredTokenException', 400),
    code: 'STORE_DENIED',
    says: /expired/,
  },
  {
    name: 'no credentials',
    error: refusal('CredentialsProviderError', null),
    code: 'STORE_DENIED',
    says: /no credentials that it accepts/,
  },
  {
    name: 'a wrong secret',
    error: refusal('SignatureDoesNotMatch', 403),
    code: 'STORE_DENIED',
    says: /no credentials that it accepts/,
  },
  { name: 'a right that is missing', error: refusal('AccessDenied', 403), code: 'STORE_DENIED', says: /lack a right/ },
  { name: 'a 403 without a word', error: refusal('Unknown', 403), code: 'STORE_DENIED', says: /lack a right/ },
  {
    name: 'no such bucket',
    error: refusal('NoSuchBucket', 404),
    code: 'STORE_MISCONFIGURED',
    says: /does not exist in eu-central-1/,
  },
  {
    name: 'no such stream',
    error: refusal('ResourceNotFoundException', 400),
    code: 'STORE_MISCONFIGURED',
    says: /does not exist/,
  },
  {
    name: 'a clock that is off',
    error: refusal('RequestTimeTooSkewed', 403),
    code: 'STORE_MISCONFIGURED',
    says: /clock of this host/,
  },
  {
    name: 'a key that is disabled',
    error: refusal('KMS.DisabledException', 400),
    code: 'STORE_MISCONFIGURED',
    says: /encryption key/,
  },
  { name: 'a store that is busy', error: refusal('SlowDown', 503), code: 'STORE_UNREACHABLE', says: /fewer requests/ },
  {
    name: 'a service that is busy',
    error: refusal('ThrottlingException', 400),
    code: 'STORE_UNREACHABLE',
    says: /fewer requests/,
  },
  {
    name: 'a 500',
    error: refusal('InternalError', 500),
    code: 'STORE_UNREACHABLE',
    says: /no good answer \(InternalError, status 500\)/,
  },
  {
    name: 'bytes that arrived changed',
    error: refusal('BadDigest', 400),
    code: 'STORE_UNREACHABLE',
    says: /did not arrive whole/,
  },
  { name: 'a time-out', error: refusal('TimeoutError', null), code: 'STORE_UNREACHABLE', says: /TimeoutError/ },
  {
    name: 'no connection',
    error: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    code: 'STORE_UNREACHABLE',
    says: /ECONNREFUSED/,
  },
  {
    name: 'an answer that is no XML',
    error: new SyntaxError('bad token at AKIDEXAMPLE'),
    code: 'STORE_UNREACHABLE',
    says: /SyntaxError/,
  },
  {
    name: 'a request that is never taken',
    error: refusal('EntityTooLarge', 400),
    code: 'STORE_REFUSED',
    says: /refused \(EntityTooLarge, status 400\)/,
  },
] as const) {
  test(`${name} is ${code}, said without the words of the service`, () => {
    const failure = awsFailure(error, TARGET);
    assert.equal(failure.code, code);
    assert.match(failure.message, says);
    assert.match(failure.message, /^S3, bucket `b`: /);
    assert.doesNotMatch(failure.message, /AKIDEXAMPLE|secret|\n/);
  });
}

test('a failure of ours passes as it is', () => {
  const failure = new StoreFailed('STORE_CONFLICT', 'x');
  assert.equal(awsFailure(failure, TARGET), failure);
});

for (const thrown of [
  undefined,
  null,
  'text',
  7,
  {},
  { name: 'a\nb', Region: 'x'.repeat(99) },
  { $metadata: 1, $response: null },
]) {
  test(`whatever is thrown is read: ${JSON.stringify(thrown)?.slice(0, 40)}`, () => {
    assert.deepEqual(awsErrorFacts(thrown), { name: 'unknown', status: null, region: null, clockCorrected: false });
    assert.equal(awsFailure(thrown, TARGET).code, 'STORE_UNREACHABLE');
  });
}
