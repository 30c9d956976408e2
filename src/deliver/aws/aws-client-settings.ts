import { StoreFailed } from '../../core/error.ts';
import { isLoopback } from '../../core/loopback.ts';

/** Credentials of AWS, as its own tools find them. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Looks for credentials. Asked again once they are over, or were not accepted. */
export type AwsKeySource = () => Promise<AwsKeys>;

/** Where a service of AWS, or one that speaks like it, is called. */
export interface AwsAddress {
  readonly region: string;
  /** Null for the provider's own address of the region. */
  readonly endpoint: string | null;
  readonly keys: AwsKeySource;
  readonly timeouts?: AwsTimeouts;
}

/** Limits of one request, in milliseconds. */
export interface AwsTimeouts {
  /** For a connection to be made, and its TLS. */
  readonly connectMs: number;
  /** For a request and the head of its answer: a batch of several MiB on a slow line. */
  readonly requestMs: number;
  /** In which neither side sends a byte. */
  readonly silenceMs: number;
}

const TIMEOUTS: AwsTimeouts = { connectMs: 5_000, requestMs: 60_000, silenceMs: 20_000 };
/** Connections kept to one service: more than a sink uses at a time. */
const MAX_CONNECTIONS = 16;

/** What every client of the SDK is made with: each request once, because {@link awsCall} decides about another. */
export interface AwsClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials: AwsKeySource;
  readonly maxAttempts: 1;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly socketTimeout: number;
    readonly httpAgent: { readonly maxSockets: number; readonly keepAlive: true };
    readonly httpsAgent: { readonly maxSockets: number; readonly keepAlive: true };
  };
}

/**
 * Settings for a client of the SDK.
 *
 * @throws {TypeError} for an endpoint that is no URL, brings a password, or is neither https nor on this machine: records would
 *   cross a network in the clear.
 */
export function awsClientSettings(address: AwsAddress): AwsClientSettings {
  const { connectMs, requestMs, silenceMs } = address.timeouts ?? TIMEOUTS;
  const agent = { maxSockets: MAX_CONNECTIONS, keepAlive: true } as const;
  return {
    region: address.region,
    ...(address.endpoint === null ? {} : { endpoint: checkedEndpoint(address.endpoint) }),
    credentials: () => keysOf(address.keys),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

/** @throws {StoreFailed} `STORE_DENIED` where there are none. */
export async function keysOf(keys: AwsKeySource): Promise<AwsKeys> {
  try {
    return await keys();
  } catch (cause) {
    if (cause instanceof StoreFailed) throw cause;
    throw new StoreFailed('STORE_DENIED', 'no credentials for AWS were found', {
      cause,
      hint: 'give the daemon an instance role, a task role, a profile, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY',
    });
  }
}

/** @throws {TypeError} for an endpoint that is no URL, brings a password, or is neither https nor on this machine. */
export function checkedEndpoint(text: string): string {
  const url = URL.parse(text);
  const isAllowed =
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  if (!isAllowed) throw new TypeError(`endpoint \`${text}\` is not an https URL without credentials`);
  return text;
}
