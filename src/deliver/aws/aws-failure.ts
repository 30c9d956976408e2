import { StoreFailed } from '../../core/error.ts';
import type { StoreErrorCode } from '../../core/error.ts';

/** What a request was for, as messages name it. */
export interface AwsTarget {
  readonly service: 'S3' | 'Firehose' | 'CloudWatch Logs' | 'STS';
  /** Such as ``bucket `audit` ``. */
  readonly name: string;
  readonly region: string;
}

/** What the SDK's errors tell, of which any part may be missing or hostile. */
export interface AwsErrorFacts {
  /** Code of the service, of the SDK, or of the system, such as `SlowDown`, `TimeoutError`, `ECONNREFUSED`. */
  readonly name: string;
  readonly status: number | null;
  /** Region that the service says is the right one. */
  readonly region: string | null;
  /** Whether the SDK has learned from this answer how far the clock of this host is off. */
  readonly clockCorrected: boolean;
}

/**
 * The failure that a refused or lost request comes to. What services say in words is not quoted: such texts hold key ids, account
 * numbers and what was signed.
 */
export function awsFailure(error: unknown, target: AwsTarget): StoreFailed {
  if (error instanceof StoreFailed) return error;
  const facts = awsErrorFacts(error);
  const { code, text, hint } = reading(facts, target);
  return new StoreFailed(code, `${target.service}, ${target.name}: ${text}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

interface Reading {
  readonly code: StoreErrorCode;
  readonly text: string;
  readonly hint?: string;
}

const WRONG_REGION = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const BAD_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidSignatureException',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnrecognizedClientException',
]);
const MISSING = new Set(['NoSuchBucket', 'ResourceNotFoundException']);
const CLOCK = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestNotYetValid']);
const THROTTLED = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'LimitExceededException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);
const DAMAGED_ON_THE_WAY = new Set([
  'BadDigest',
  'IncompleteBody',
  'InvalidDigest',
  'RequestTimeout',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
]);
const KEY_OF_THE_BUCKET = /^(?:KMS\.|InvalidKMSResource|KMS[A-Z])/;

function reading({ name, status, region }: AwsErrorFacts, target: AwsTarget): Reading {
  const said = status === null ? name : `${name}, status ${status}`;
  if (CLOCK.has(name)) {
    return {
      code: 'STORE_MISCONFIGURED',
      text: `the clock of this host is too far off (${said})`,
      hint: 'let the host take its time from a time server',
    };
  }
  if (WRONG_REGION.has(name) || status === 301 || (region !== null && region !== target.region)) {
    const right = region === null ? 'another region' : `region ${region}`;
    return {
      code: 'STORE_MISCONFIGURED',
      text: `it is in ${right}, not in ${target.region} (${said})`,
      hint: 'name the right region in the policy; requests are not sent on to another one by themselves',
    };
  }
  if (EXPIRED.has(name)) {
    return {
      code: 'STORE_DENIED',
      text: `the credentials are expired (${said})`,
      hint: 'give the daemon credentials that renew themselves: an instance role, a task role, or a profile with single sign-on',
    };
  }
  if (BAD_CREDENTIALS.has(name)) return { code: 'STORE_DENIED', text: `no credentials that it accepts (${said})` };
  if (MISSING.has(name))
    return { code: 'STORE_MISCONFIGURED', text: `it does not exist in ${target.region} (${said})` };
  if (KEY_OF_THE_BUCKET.test(name)) {
    return { code: 'STORE_MISCONFIGURED', text: `its encryption key cannot be used (${said})` };
  }
  if (THROTTLED.has(name) || status === 429)
    return { code: 'STORE_UNREACHABLE', text: `it asks for fewer requests (${said})` };
  if (DAMAGED_ON_THE_WAY.has(name))
    return { code: 'STORE_UNREACHABLE', text: `what was sent did not arrive whole (${said})` };
  if (status === 401 || status === 403 || name.startsWith('AccessDenied')) {
    return { code: 'STORE_DENIED', text: `the credentials lack a right (${said})` };
  }
  // A failure without a status never got an answer: the network, a name, a certificate, a time-out, an answer that was cut.
  if (status === null || status < 400 || status >= 500)
    return { code: 'STORE_UNREACHABLE', text: `no good answer (${said})` };
  return { code: 'STORE_REFUSED', text: `the request is refused (${said})` };
}

/** Reads an error of the SDK. Never throws, whatever was thrown. */
export function awsErrorFacts(error: unknown): AwsErrorFacts {
  const metadata = member(error, '$metadata');
  const headers = member(member(error, '$response'), 'headers');
  const status = member(metadata, 'httpStatusCode');
  const named = [member(error, 'Code'), member(error, 'code'), member(error, 'name')].find(
    (name): name is string => typeof name === 'string' && /^[A-Za-z][A-Za-z0-9._-]{0,79}$/.test(name),
  );
  const region = [member(error, 'Region'), member(headers, 'x-amz-bucket-region')].find(
    (name): name is string => typeof name === 'string' && /^[a-z0-9-]{1,32}$/.test(name),
  );
  return {
    name: named ?? 'unknown',
    status: typeof status === 'number' ? status : null,
    region: region ?? null,
    clockCorrected: member(metadata, 'clockSkewCorrected') === true,
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
