import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { base64, parseBase64 } from './base64.ts';
import { sha256 } from './hash.ts';
import { isKeyName, type NoteSigner, type NoteVerifier } from './note.ts';

/** Kinds of signatures by the byte that names them: a log's own, and a witness's with its time. */
const KIND_BYTES = { log: 0x01, witness: 0x04 } as const;
type KeyKind = keyof typeof KIND_BYTES;

const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIMESTAMP_BYTES = 8;

/** A log's signer: Ed25519 over the text. @throws {TypeError} where the key or name cannot sign notes. */
export function logSigner(name: string, privateKey: KeyObject): NoteSigner {
  const keyId = keyIdOf(name, rawPublicKey(createPublicKey(privateKey)), 'log');
  return { name, keyId, sign: (text) => sign(null, Buffer.from(text), privateKey) };
}

/**
 * A witness's signer (https://c2sp.org/tlog-cosignature): Ed25519 over the time and the text. It says that no larger tree
 * of this log was seen up to that time, so the caller MUST have checked that.
 *
 * @param timestampS seconds since the epoch, asked at each signature.
 * @throws {TypeError} where the key or name cannot sign notes.
 */
export function cosigner(name: string, privateKey: KeyObject, timestampS: () => number): NoteSigner {
  const keyId = keyIdOf(name, rawPublicKey(createPublicKey(privateKey)), 'witness');
  return {
    name,
    keyId,
    sign: (text) => {
      const at = timestampS();
      const time = Buffer.alloc(TIMESTAMP_BYTES);
      time.writeBigUInt64BE(BigInt(at));
      return Buffer.concat([time, sign(null, cosignedMessage(at, text), privateKey)]);
    },
  };
}

/** A public key with its name, in one line that says what it signs. @throws {TypeError} where either cannot sign notes. */
export function vkeyOf(name: string, publicKey: KeyObject, kind: KeyKind): string {
  const key = rawPublicKey(publicKey);
  return `${name}+${hexId(keyIdOf(name, key, kind))}+${base64(Buffer.concat([Buffer.from([KIND_BYTES[kind]]), key]))}`;
}

/** Reads a key as {@link vkeyOf} writes it. Null where it is none, or its id does not fit its key. */
export function parseVkey(text: string): NoteVerifier | null {
  const parts = readVkey(text);
  if (parts === null) return null;
  const { name, kind, keyId } = parts;
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(parts.key).toString('base64url') },
    format: 'jwk',
  });
  return {
    name,
    keyId,
    verify: (message, signature) =>
      kind === 'log' ? verifyLog(key, message, signature) : verifyCosignature(key, message, signature),
  };
}

/** What a key signs: a log its checkpoints, a witness those of others. Null where the text is no key. */
export function vkeyKind(text: string): KeyKind | null {
  return readVkey(text)?.kind ?? null;
}

function readVkey(
  text: string,
): { readonly name: string; readonly keyId: number; readonly kind: KeyKind; readonly key: Uint8Array } | null {
  const [name = '', id = '', ...rest] = text.split('+');
  // The base64 of the key may hold a plus itself.
  const bytes = parseBase64(rest.join('+'));
  if (bytes?.length !== 1 + PUBLIC_KEY_BYTES || !isKeyName(name)) return null;
  const kind = bytes[0] === KIND_BYTES.log ? 'log' : bytes[0] === KIND_BYTES.witness ? 'witness' : null;
  if (kind === null) return null;
  const key = bytes.subarray(1);
  const keyId = keyIdOf(name, key, kind);
  return id === hexId(keyId) ? { name, keyId, kind, key } : null;
}

function verifyLog(key: KeyObject, text: string, signature: Uint8Array): ReturnType<NoteVerifier['verify']> {
  if (signature.length !== SIGNATURE_BYTES || !verify(null, Buffer.from(text), key, signature)) return { ok: false };
  return { ok: true, timestampS: null };
}

function verifyCosignature(key: KeyObject, text: string, signature: Uint8Array): ReturnType<NoteVerifier['verify']> {
  if (signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return { ok: false };
  const timestampS = Number(Buffer.from(signature).readBigUInt64BE());
  // A time of 0 is none, and one beyond the safe integers would be signed as another number than we read.
  if (timestampS === 0 || !Number.isSafeInteger(timestampS)) return { ok: false };
  const good = verify(null, cosignedMessage(timestampS, text), key, signature.subarray(TIMESTAMP_BYTES));
  return good ? { ok: true, timestampS } : { ok: false };
}

function cosignedMessage(timestampS: number, text: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timestampS}\n${text}`);
}

function keyIdOf(name: string, key: Uint8Array, kind: KeyKind): number {
  if (!isKeyName(name)) throw new TypeError(`\`${name}\` cannot be the name of a key`);
  return Buffer.from(
    sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([KIND_BYTES[kind]]), key])),
  ).readUInt32BE();
}

function hexId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0');
}

function rawPublicKey(publicKey: KeyObject): Uint8Array {
  const { crv, x } = publicKey.export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('only Ed25519 keys sign notes');
  return Buffer.from(x, 'base64url');
}
