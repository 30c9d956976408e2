import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { dirname } from 'node:path';

import { AuditKey } from '../core/error.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { readSmallFile, replaceFile } from './whole-file.ts';

/** A key in PEM takes 119 bytes; what is much longer is another file. */
const MAX_KEY_FILE_BYTES = 4_096;

/**
 * Reads the Ed25519 key that signs the checkpoints of a log. Null where the file is not there.
 *
 * @throws {AuditKey} where others may read or write the file, or it holds no such key.
 */
export async function readSigningKey(path: string, fs: LogFileSystem): Promise<KeyObject | null> {
  const text = await readSmallFile(fs, path, MAX_KEY_FILE_BYTES);
  if (text === null) return null;
  if (!(await fs.stat(path)).isOwnersAlone) {
    throw new AuditKey(`signing key of the log \`${path}\` can be read or written by others`, {
      hint: `run \`chmod 600 ${path}\`; if somebody else may have read it, begin a new key with ${REKEY}`,
    });
  }
  const key = parseKey(text);
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new AuditKey(`signing key of the log \`${path}\` holds no Ed25519 key`, { hint: KEY_HINT });
  }
  return key;
}

/** Makes a signing key in place of what is at `path`, for its owner alone; it is durable when this resolves. */
export async function makeSigningKey(path: string, fs: LogFileSystem): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await fs.makeFolder(dirname(path));
  await replaceFile(fs, path, Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  return privateKey;
}

const REKEY = '`sallyport audit rekey --reason TEXT`';

/** What to do about a key that does not sign what it should. */
export const KEY_HINT = `restore the file, or begin a new key with ${REKEY}, which is recorded`;

function parseKey(text: Buffer): KeyObject | null {
  try {
    return createPrivateKey(text);
  } catch {
    return null;
  }
}
