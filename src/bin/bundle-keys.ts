import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from './make-folders.ts';
import type { BundleTrust } from '../compile/index.ts';
import { BundleRefused } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { sha256 } from './load-policy.ts';

/** Names of the files that {@link makeSigningKey} writes. */
export const SIGNING_KEY_FILE = 'bundle-signing.key';
export const TRUST_KEY_FILE = 'bundle-signing.pub';

/** A key file is a few lines; whatever is longer is something else. */
const MAX_KEY_FILE_BYTES = 16_384;

/** A key that can sign bundles. */
export interface SigningKey {
  readonly keyId: Sha256;
  /** @returns 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/**
 * Makes a pair of Ed25519 keys: the private one for its owner alone, the public one for every host.
 *
 * @param folder is made where it is missing.
 * @throws {BundleRefused} where one of the files is there already; a key is never overwritten.
 */
export function makeSigningKey(folder: string): {
  readonly keyId: Sha256;
  readonly keyFile: string;
  readonly trustFile: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const [keyFile, trustFile] = [join(folder, SIGNING_KEY_FILE), join(folder, TRUST_KEY_FILE)];
  makeFolders(folder, 0o700);
  writeNew(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 0o600);
  writeNew(trustFile, publicKey.export({ format: 'pem', type: 'spki' }).toString(), 0o644);
  return { keyId: keyIdOf(publicKey), keyFile, trustFile };
}

/**
 * Reads a private key.
 *
 * @throws {BundleRefused} where it is no such key, or others may read it.
 */
export function readSigningKey(path: string): SigningKey {
  const { text, mode } = readKeyFile(path);
  if ((mode & 0o077) !== 0) {
    throw new BundleRefused('BUNDLE_KEY', `the private key \`${path}\` is open to others`, {
      hint: `run \`chmod 600 ${path}\``,
    });
  }
  const key = parsedKey(path, () => createPrivateKey(text));
  return { keyId: keyIdOf(createPublicKey(key)), sign: (message) => sign(null, message, key) };
}

/**
 * Reads the public key that a host trusts.
 *
 * @throws {BundleRefused} where it is no such key, or is a private one, which belongs on no host.
 */
export function readTrust(path: string): BundleTrust {
  const { text } = readKeyFile(path);
  if (text.includes('PRIVATE KEY')) {
    throw new BundleRefused('BUNDLE_KEY', `\`${path}\` is a private key`, {
      hint: `give the public one, \`${TRUST_KEY_FILE}\``,
    });
  }
  const key = parsedKey(path, () => createPublicKey(text));
  return { keyId: keyIdOf(key), isSignature: (message, signature) => verify(null, message, key, signature), sha256 };
}

function parsedKey(path: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    // The error may quote the file, which may be a private key.
    throw new BundleRefused('BUNDLE_KEY', `\`${path}\` holds no key in PEM`, {
      hint: 'make one: `sallyport policy keygen --out DIR`',
    });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new BundleRefused('BUNDLE_KEY', `\`${path}\` is no Ed25519 key`);
  return key;
}

function readKeyFile(path: string): { readonly text: string; readonly mode: number } {
  let file: number | null = null;
  try {
    // Without the second flag a pipe in its place would hold us up for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { mode, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > MAX_KEY_FILE_BYTES) {
      throw new BundleRefused('BUNDLE_KEY', `\`${path}\` is no key file`);
    }
    return { text: readFileSync(file, 'utf8'), mode };
  } catch (cause) {
    if (cause instanceof BundleRefused) throw cause;
    throw new BundleRefused('BUNDLE_KEY', `the key file \`${path}\` cannot be read`, {
      cause,
      hint: 'check the path and its rights',
    });
  } finally {
    if (file !== null) closeSync(file);
  }
}

function writeNew(path: string, text: string, mode: number): void {
  let file: number;
  try {
    // Exclusive: neither a key that is in use nor what a link points to is overwritten.
    file = openSync(path, 'wx', mode);
  } catch (cause) {
    throw new BundleRefused('BUNDLE_KEY', `\`${path}\` cannot be made`, {
      cause,
      hint: 'give a folder without keys in it',
    });
  }
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (cause) {
    rmSync(path, { force: true });
    throw new BundleRefused('BUNDLE_KEY', `\`${path}\` cannot be written`, {
      cause,
      hint: 'look for room on the disk',
    });
  } finally {
    closeSync(file);
  }
}

/** The key's own 32 bytes, which end its SPKI form (RFC 8410). */
function keyIdOf(key: KeyObject): Sha256 {
  return hash('sha256', key.export({ format: 'der', type: 'spki' }).subarray(-32)) as Sha256;
}
