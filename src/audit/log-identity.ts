import { createPublicKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { logSigner, parseVkey, vkeyOf } from '../tlog/index.ts';
import type { NoteSigner, NoteVerifier } from '../tlog/index.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { readSmallFile, replaceFile } from './whole-file.ts';

/** The log's verifier key in its folder: a convenience for its owner. An auditor takes the key from elsewhere. */
export const VKEY_FILE = 'log.vkey';

const MAX_VKEY_BYTES = 1_024;

/** What a log signs with and is known by. */
export interface LogIdentity {
  /** Name of the log, and of its key, for ever: `sallyport/<host>/<8 hex digits>`. */
  readonly origin: string;
  /** Its public key as C2SP writes it. */
  readonly vkey: string;
  readonly signer: NoteSigner;
  readonly verifier: NoteVerifier;
}

/** @throws {TypeError} where the origin cannot name a key, or the key is no Ed25519 key. */
export function identityOf(origin: string, privateKey: KeyObject): LogIdentity {
  const vkey = vkeyOf(origin, createPublicKey(privateKey), 'log');
  const verifier = parseVkey(vkey);
  if (verifier === null) throw new TypeError('a verifier key that was just written cannot be read');
  return { origin, vkey, signer: logSigner(origin, privateKey), verifier };
}

/** A name that no other log has. The host in it is for people; the rest makes it unique. */
export function newOrigin(host: string = hostname()): string {
  const name = host.replaceAll(/[^A-Za-z0-9.-]/g, '-').slice(0, 63);
  return `sallyport/${name === '' ? 'host' : name}/${randomBytes(4).toString('hex')}`;
}

/** The verifier key that the folder names, or null. */
export async function readVkey(folder: string, fs: LogFileSystem): Promise<string | null> {
  const text = (await readSmallFile(fs, join(folder, VKEY_FILE), MAX_VKEY_BYTES))?.toString('utf8').trim() ?? '';
  return parseVkey(text) === null ? null : text;
}

/** Puts the verifier key into the folder, where another or none is there. */
export async function storeVkey(folder: string, vkey: string, fs: LogFileSystem): Promise<void> {
  if ((await readVkey(folder, fs)) === vkey) return;
  await replaceFile(fs, join(folder, VKEY_FILE), Buffer.from(`${vkey}\n`));
}
