import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  base64,
  cosigner,
  isKeyName,
  parseBase64,
  parseVkey,
  vkeyOf,
  type NoteSigner,
  type NoteVerifier,
} from '../tlog/index.ts';

const PREFIX = 'PRIVATE+KEY+';
const KIND = 0x04;
const SEED_BYTES = 32;
/** PKCS #8 of an Ed25519 key up to its seed (RFC 8410 section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key of a witness, with its name. */
export interface WitnessKey {
  readonly signer: (timestampS: () => number) => NoteSigner;
  readonly verifier: NoteVerifier;
  /** What logs are configured with. */
  readonly vkey: string;
}

/**
 * Makes a key, in the one line that Go's note package writes private keys in, with the signature type of cosignatures.
 *
 * @throws {TypeError} where `name` cannot be the name of a key.
 */
export function makeWitnessKey(name: string): string {
  if (!isKeyName(name)) throw new TypeError(`\`${name}\` cannot be the name of a key`);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_HEAD.length);
  const [, id = ''] = vkeyOf(name, publicKey, 'witness').split('+');
  return `${PREFIX}${name}+${id}+${base64(Buffer.concat([Buffer.of(KIND), seed]))}`;
}

/** Reads a key that {@link makeWitnessKey} made. Null where it is none, or its id does not fit. */
export function parseWitnessKey(line: string): WitnessKey | null {
  if (!line.startsWith(PREFIX)) return null;
  const [name = '', id = '', ...rest] = line.slice(PREFIX.length).split('+');
  const bytes = parseBase64(rest.join('+'));
  if (!isKeyName(name) || bytes?.length !== 1 + SEED_BYTES || bytes[0] !== KIND) return null;
  const privateKey = keyOfSeed(bytes.subarray(1));
  const vkey = vkeyOf(name, createPublicKey(privateKey), 'witness');
  const verifier = parseVkey(vkey);
  if (verifier === null || vkey.split('+')[1] !== id) return null;
  return { vkey, verifier, signer: (timestampS) => cosigner(name, privateKey, timestampS) };
}

function keyOfSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}
