import type { Sha256 } from '../core/ids.ts';
import { canonicalJson, isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { quoted } from '../policy/index.ts';
import { documentBytes, readCanonical } from './bundle-bytes.ts';
import { readContent } from './bundle-content.ts';
import type { Bundle } from './bundle.ts';

/**
 * Stands in front of the body in what is signed, so that no signature over a bundle is one over anything else.
 * Bytes: `spec/bundle.md`.
 */
export const BUNDLE_DOMAIN = 'sallyport policy bundle, format 1\n';

/** Ed25519 (RFC 8032). */
export const SIGNATURE_BYTES = 64;

/** Largest sequence number: the largest whole number that every JSON reader reads alike (RFC 8259 section 6). */
export const MAX_SEQUENCE = Number.MAX_SAFE_INTEGER;

/** A compiled policy that somebody answers for. */
export interface SignedBundle {
  readonly bundle: Bundle;
  readonly issue: BundleIssue;
}

/** What a signature adds to a compiled policy. */
export interface BundleIssue {
  /** SHA-256 of the 32 bytes of the public key. */
  readonly keyId: Sha256;
  /** From 1 to {@link MAX_SEQUENCE}; a host takes no bundle whose number is not above that of the last one it took. */
  readonly sequence: number;
  /** Milliseconds since the Unix epoch, by the clock of whoever signed. For people: nothing is decided by it. */
  readonly issuedAtMs: number;
}

/** Why a bundle is refused. */
export type BundleFault =
  | { readonly code: 'BUNDLE_UNSIGNED'; readonly why: string }
  | { readonly code: 'BUNDLE_ALTERED'; readonly why: string }
  | { readonly code: 'BUNDLE_KEY'; readonly why: string }
  | { readonly code: 'BUNDLE_FORMAT'; readonly why: string };

export type BundleResult =
  { readonly ok: true; readonly signed: SignedBundle } | { readonly ok: false; readonly fault: BundleFault };

/** The functions of the platform that reading a bundle needs; this room knows none. */
export interface BundleTrust {
  readonly keyId: Sha256;
  /** Whether `signature` is that of the trusted key over exactly `message`. Never throws. */
  isSignature(message: Uint8Array, signature: Uint8Array): boolean;
  sha256(text: string): Sha256;
}

/** The bytes that a signature covers. */
export function signedBytes(body: JsonObject): Uint8Array {
  return new TextEncoder().encode(`${BUNDLE_DOMAIN}${canonicalJson(body)}`);
}

/** What is signed for a bundle: the compiled policy, its digest, and who issued it when and as which. */
export function bundleBody(bundle: Bundle, issue: BundleIssue): JsonObject {
  if (!isSequence(issue.sequence)) throw new TypeError(`a sequence is a whole number from 1 to ${MAX_SEQUENCE}`);
  return {
    content: bundle.content,
    digest: bundle.digest,
    formatVersion: 1,
    issuedAtMs: issue.issuedAtMs,
    keyId: issue.keyId,
    sequence: issue.sequence,
  };
}

/** The file of a signed bundle. `signature` has {@link SIGNATURE_BYTES}. */
export function signedDocument(body: JsonObject, signature: Uint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_BYTES) throw new TypeError(`a signature has ${SIGNATURE_BYTES} bytes`);
  const hex = [...signature].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return documentBytes({ body, signature: hex });
}

/**
 * Reads a signed bundle, in the order in which an attacker meets the checks: bytes, envelope, key, signature, and only
 * then what was signed. Never throws, whatever the bytes.
 */
export function readSignedBundle(bytes: Uint8Array, trust: BundleTrust): BundleResult {
  const canonical = readCanonical(bytes);
  if (!canonical.ok) return fault('BUNDLE_ALTERED', canonical.why);
  const envelope = readEnvelope(canonical.document);
  if ('code' in envelope) return { ok: false, fault: envelope };
  const keyId = stringField(envelope.body, 'keyId');
  if (keyId !== trust.keyId) return fault('BUNDLE_KEY', 'it is signed by another key than the trusted one');
  if (!trust.isSignature(signedBytes(envelope.body), envelope.signature)) {
    return fault('BUNDLE_ALTERED', 'its signature is not over what it holds');
  }
  return readBody(envelope.body, trust);
}

/** The sequence number of bytes that were read as a bundle once, whoever signed them; null where they are none. */
export function keptSequence(bytes: Uint8Array): number | null {
  const canonical = readCanonical(bytes);
  const body = canonical.ok ? canonical.document['body'] : undefined;
  const sequence = isJsonObject(body) ? body['sequence'] : undefined;
  return isSequence(sequence) ? sequence : null;
}

function readEnvelope(
  document: JsonObject,
): { readonly body: JsonObject; readonly signature: Uint8Array } | BundleFault {
  const body = document['body'];
  if (!isJsonObject(body)) return { code: 'BUNDLE_UNSIGNED', why: 'it is no signed bundle' };
  const hex = stringField(document, 'signature');
  if (hex === null) return { code: 'BUNDLE_UNSIGNED', why: 'it carries no signature' };
  if (Object.keys(document).length !== 2) return { code: 'BUNDLE_ALTERED', why: 'it holds more than what is signed' };
  // Upper case would be a second spelling of one signature.
  if (!SIGNATURE_HEX.test(hex))
    return { code: 'BUNDLE_ALTERED', why: 'its signature has another form than 64 bytes in hex' };
  return { body, signature: Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) };
}

const SIGNATURE_HEX = /^[0-9a-f]{128}$/;

/** Reads what a trusted key signed. A fault here is one of the signer's, or of another version of this program. */
function readBody(body: JsonObject, trust: BundleTrust): BundleResult {
  if (body['formatVersion'] !== 1) return fault('BUNDLE_FORMAT', 'its format is another one than 1');
  const odd = Object.keys(body).find((key) => !BODY_KEYS.has(key));
  if (odd !== undefined) return fault('BUNDLE_FORMAT', `its field ${quoted(odd)} is unknown`);
  const { content, digest, issuedAtMs, sequence } = body;
  if (!isSequence(sequence)) return fault('BUNDLE_FORMAT', `its sequence is no whole number from 1 to ${MAX_SEQUENCE}`);
  if (!isTime(issuedAtMs)) return fault('BUNDLE_FORMAT', 'its time of issue is no number of milliseconds');
  if (!isJsonObject(content)) return fault('BUNDLE_FORMAT', 'it holds no compiled policy');
  const own = trust.sha256(canonicalJson(content));
  if (digest !== own) return fault('BUNDLE_FORMAT', 'its digest is not that of its content');
  const read = readContent(content);
  if (!read.ok) return fault('BUNDLE_FORMAT', read.why);
  const bundle: Bundle = { digest: own, policy: read.policy, table: read.table, content };
  return { ok: true, signed: { bundle, issue: { keyId: trust.keyId, sequence, issuedAtMs } } };
}

const BODY_KEYS = new Set(['content', 'digest', 'formatVersion', 'issuedAtMs', 'keyId', 'sequence']);

function isSequence(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function isTime(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function fault(code: BundleFault['code'], why: string): BundleResult {
  return { ok: false, fault: { code, why } };
}
