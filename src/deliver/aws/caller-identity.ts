import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { StoreFailed } from '../../core/error.ts';
import { stsHost } from '../../core/sts-host.ts';
import { httpReceiver } from '../http-post.ts';
import type { HttpAnswer } from '../http-post.ts';
import { SinkFailed } from '../sink.ts';
import { checkedEndpoint } from './aws-client-settings.ts';
import type { AwsKeys, AwsKeySource } from './aws-client-settings.ts';
import { awsFailure } from './aws-failure.ts';

/**
 * Asks AWS whose credentials are: the value of `aws:userid`, by which policies of IAM know the caller. Of a role it is the id of
 * the role, a colon, and the name of the session: the instance, or the task.
 *
 * @throws {StoreFailed} `STORE_UNREACHABLE` where AWS does not say it, `STORE_DENIED` where it does not take the credentials.
 */
export type CallerIdentityOf = (keys: AwsKeys, region: string, signal: AbortSignal) => Promise<string>;

export interface CallerIdentitiesOptions {
  /** Another address than each region's own: https, or http to this machine. Null for the region's own. */
  readonly endpoint: string | null;
  /** Milliseconds since the Unix epoch: signatures hold for some minutes. */
  readonly nowMs: () => number;
}

/** Milliseconds for one question with its whole answer. */
const ASK_TIMEOUT_MS = 10_000;
/** Characters of an answer, whose parts are all bounded. */
const MAX_ANSWER_LENGTH = 16_384;
/** Sets of credentials whose owner is kept; what is asked about beyond is asked anew. */
const MAX_KNOWN = 64;

/**
 * Asks about each set of credentials once: it belongs to one session of one caller for as long as it is good. Holds state; one
 * per daemon.
 */
export function callerIdentities({ endpoint, nowMs }: CallerIdentitiesOptions): CallerIdentityOf {
  const known = new Map<string, string>();
  return async (keys, region, signal) => {
    const name = JSON.stringify([region, keys.accessKeyId, keys.sessionToken ?? null]);
    const before = known.get(name);
    if (before !== undefined) return before;
    const identity = await askedIdentity(keys, region, endpoint ?? `https://${stsHost(region)}`, nowMs, signal);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, identity);
    return identity;
  };
}

/**
 * Credentials of one caller. A store that belongs to that caller is never asked with another's: once they are somebody else's, there
 * are none.
 */
export function boundKeys(
  keys: AwsKeySource,
  identity: string,
  region: string,
  identityOf: CallerIdentityOf,
): AwsKeySource {
  return async () => {
    const found = await keys();
    if ((await identityOf(found, region, AbortSignal.timeout(ASK_TIMEOUT_MS))) === identity) return found;
    throw new StoreFailed('STORE_DENIED', 'the credentials of this host belong to another identity than before', {
      hint: 'nothing to do: its own store is opened with the next try',
    });
  };
}

async function askedIdentity(
  keys: AwsKeys,
  region: string,
  endpoint: string,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<string> {
  const url = new URL(checkedEndpoint(endpoint)).origin;
  const receiver = await httpReceiver(url, null, nowMs);
  const target = { service: 'STS', name: 'owner of the credentials', region } as const;
  try {
    const post = await signedQuestion(keys, region, url, nowMs());
    const answer = await receiver.post(post, AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]));
    const identity = answer.status === 200 ? readIdentity(answer.text) : null;
    if (identity !== null) return identity;
    throw awsFailure(refusalOf(answer), target);
  } catch (error) {
    if (error instanceof SinkFailed) throw awsFailure(error.cause ?? error, target);
    throw error;
  } finally {
    receiver.close();
  }
}

const QUESTION = 'Action=GetCallerIdentity&Version=2011-06-15';

async function signedQuestion(
  keys: AwsKeys,
  region: string,
  url: string,
  atMs: number,
): Promise<{ readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }> {
  const { host, hostname, protocol } = new URL(url);
  const headers = { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const request = new HttpRequest({ method: 'POST', protocol, hostname, path: '/', headers, body: QUESTION });
  const signer = new SignatureV4({ service: 'sts', region, credentials: keys, sha256: Sha256 });
  const signed = await signer.sign(request, { signingDate: new Date(atMs) });
  return { path: '/', headers: { accept: 'text/xml', ...signed.headers }, body: QUESTION };
}

/** What `aws:userid` can be: an account, or the id of a user or role, and of what is a session its name. */
const USER_ID = /^[A-Z0-9]{4,128}(?::[A-Za-z0-9_+=,.@-]{2,64})?$/;

/** The one element that tells it, of an answer that is bounded and holds nothing that XML would have to escape; null where it is none. */
function readIdentity(xml: string): string | null {
  if (xml.length > MAX_ANSWER_LENGTH) return null;
  if (!/^\s*(?:<\?xml[^>]{0,200}\?>\s*)?<GetCallerIdentityResponse[\s>]/.test(xml)) return null;
  const found = [...xml.matchAll(/<UserId>([^<]{0,256})<\/UserId>/g)].map(([, text = '']) => text);
  const [only = ''] = found;
  return found.length === 1 && USER_ID.test(only) ? only : null;
}

/** The refusal in the form in which the libraries of AWS throw it. */
function refusalOf({ status, text }: HttpAnswer): Error {
  const code = /<Code>([A-Za-z0-9.]{1,80})<\/Code>/.exec(text)?.[1];
  const name = code ?? (status === 200 ? 'UnreadableAnswer' : 'unknown');
  return Object.assign(new Error('refused'), { name, $metadata: { httpStatusCode: status } });
}
