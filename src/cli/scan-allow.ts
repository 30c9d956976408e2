import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { DataInvalid, UsageError } from '../core/error.ts';
import { isJsonObject } from '../core/json.ts';
import type { AllowedHashes } from '../detect/index.ts';
import { readListFile } from './scan-list-file.ts';

/** Bytes of a salt that is drawn here. */
const SALT_BYTES = 32;
/** Most bytes of a file of allowed hashes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads the values that a company accepts: `{"salt": hex, "hashes": [hex, ...]}`.
 *
 * @returns null where there is no such file.
 * @throws {DataInvalid} where it holds something else, or is no plain file.
 */
export function readAllowFile(file: string): AllowedHashes | null {
  const text = readListFile(file, 'allowed hashes', MAX_FILE_BYTES);
  if (text === null) return null;
  const read = parsed(text);
  const { salt, hashes } = isJsonObject(read) ? read : {};
  if (
    typeof salt !== 'string' ||
    !/^(?:[0-9a-f]{2}){16,64}$/.test(salt) ||
    !Array.isArray(hashes) ||
    !hashes.every(isHash)
  )
    throw new DataInvalid(`${file}: this is no file of allowed hashes`, {
      hint: 'it has the fields `salt` and `hashes` in hex; make one with `sallyport scan --allow`',
    });
  return { salt: Buffer.from(salt, 'hex'), hashes: new Set(hashes) };
}

/** A list that allows nothing yet. */
export function newAllowedHashes(): AllowedHashes {
  return { salt: randomBytes(SALT_BYTES), hashes: new Set() };
}

/** Writes a list, whole or not at all. */
export function writeAllowFile(file: string, { salt, hashes }: AllowedHashes): void {
  const text = JSON.stringify(
    { salt: Buffer.from(salt).toString('hex'), hashes: [...hashes].toSorted(inOrder) },
    null,
    2,
  );
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, `${text}\n`, { flag: 'wx', mode: 0o644 });
  renameSync(fresh, file);
}

/** A place as a scan prints it, `src/a.ts:3:7`. */
export interface NamedPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** @throws {UsageError} for anything but a path, a line and a column. */
export function readPlace(text: string): NamedPlace {
  const [, path, line, column] = /^(.+):(\d{1,9}):(\d{1,9})$/s.exec(text) ?? [];
  if (path === undefined)
    throw new UsageError('--allow takes a place as a scan prints it', { hint: 'such as `src/a.ts:3:7`' });
  return { path, line: Number(line), column: Number(column) };
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function inOrder(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
