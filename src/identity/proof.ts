import { stsHost } from '../core/sts-host.ts';

/** The header field that carries a proof. */
export const PROOF_HEADER = 'x-sallyport-identity';
/** The header field, covered by the signature, that says for which gateway a proof is. */
export const GATEWAY_HEADER = 'x-sallyport-gateway';
/** The header field in which a host claims of which session a request is. Nothing proves it. */
export const SESSION_HEADER = 'x-sallyport-session';

/** Seconds for which a proof is good. STS itself takes one for fifteen minutes, so the gateway holds to this. */
export const PROOF_SECONDS = 300;

/** Characters of a proof: the token of a role's session has up to some 4000, and base64 adds a third. */
export const MAX_PROOF_LENGTH = 12_288;

const VERSION = 'v1.';

/** The service that is asked, by region. */
export interface StsPlace {
  readonly region: string;
}

/** What differs between two proofs for one region and gateway. */
export interface ProofParts {
  readonly accessKeyId: string;
  /** Moment of the signature, as `20261122T050000Z`. */
  readonly date: string;
  /** Null for the keys of a user. */
  readonly sessionToken: string | null;
  /** 64 hexadecimal digits. */
  readonly signature: string;
}

/**
 * The path and query of the one request that a proof stands for. Nothing in it but the parts is anybody's choice, so that
 * a proof cannot ask anything else of AWS.
 */
export function proofTarget(place: StsPlace, { accessKeyId, date, sessionToken, signature }: ProofParts): string {
  const parameters = [
    ['Action', 'GetCallerIdentity'],
    ['Version', '2011-06-15'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${accessKeyId}/${date.slice(0, 8)}/${place.region}/sts/aws4_request`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(PROOF_SECONDS)],
    ...(sessionToken === null ? [] : [['X-Amz-Security-Token', sessionToken]]),
    ['X-Amz-SignedHeaders', `host;${GATEWAY_HEADER}`],
    ['X-Amz-Signature', signature],
  ];
  return `/?${parameters.map(([name = '', value = '']) => `${name}=${escaped(value)}`).join('&')}`;
}

/** A proof as it stands in the header: the whole presigned address, so that what it is can be seen. */
export function proofText(place: StsPlace, parts: ProofParts): string {
  return `${VERSION}${Buffer.from(`https://${stsHost(place.region)}${proofTarget(place, parts)}`).toString('base64url')}`;
}

/**
 * Reads a proof for a region; null where it is anything but what {@link proofText} writes. The parts are taken out, the
 * address is written anew from them, and both must be the same bytes: what this and STS read in it cannot differ.
 */
export function readProof(place: StsPlace, text: string): ProofParts | null {
  if (text.length > MAX_PROOF_LENGTH || !PROOF.test(text)) return null;
  const url = Buffer.from(text.slice(VERSION.length), 'base64url').toString('latin1');
  const query = url.slice(url.indexOf('?') + 1);
  const given = new Map(
    query.split('&').map((one): [string, string] => {
      const at = one.indexOf('=');
      return at === -1 ? [one, ''] : [one.slice(0, at), one.slice(at + 1)];
    }),
  );
  const credential = unescaped(given.get('X-Amz-Credential') ?? '');
  const token = given.get('X-Amz-Security-Token');
  const parts: ProofParts = {
    accessKeyId: credential.slice(0, Math.max(0, credential.indexOf('/'))),
    date: given.get('X-Amz-Date') ?? '',
    sessionToken: token === undefined ? null : unescaped(token),
    signature: given.get('X-Amz-Signature') ?? '',
  };
  if (!ACCESS_KEY.test(parts.accessKeyId) || !DATE.test(parts.date) || !SIGNATURE.test(parts.signature)) return null;
  if (parts.sessionToken !== null && !TOKEN.test(parts.sessionToken)) return null;
  return proofText(place, parts) === text ? parts : null;
}

/** Milliseconds since the Unix epoch of the moment of a proof; NaN where there is no such moment. */
export function signedAtMs({ date }: ProofParts): number {
  const [, year, month, day, hour, minute, second] = DATE.exec(date) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const atMs = Date.parse(iso);
  // 31 February is a moment to some readers.
  return Number.isNaN(atMs) || new Date(atMs).toISOString() !== iso ? Number.NaN : atMs;
}

const PROOF = /^v1\.[A-Za-z0-9_-]+$/;
const ACCESS_KEY = /^A[A-Z0-9]{15,127}$/;
const DATE = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z$/;
const SIGNATURE = /^[0-9a-f]{64}$/;
const TOKEN = /^[A-Za-z0-9+/=]{16,8192}$/;

/** RFC 3986 as AWS signs it: the four marks that the platform leaves are escaped too. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}
