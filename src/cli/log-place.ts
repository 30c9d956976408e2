import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StateFolder, UsageError } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { ownPaths } from './place.ts';

/** A log that a command was pointed at: in its folder, or as a sink delivered it. */
export type LogPlace =
  | { readonly kind: 'log'; readonly folder: string }
  /** Who opened it closes it. */
  | { readonly kind: 'store'; readonly store: ObjectStore };

export interface PlaceOptions {
  readonly region?: string;
  readonly endpoint?: string;
  /** Reads of each object of a bucket the version that was written first: what a lock keeps, whatever was put over it. */
  readonly firstVersions?: boolean;
}

/** The folder of a log on this machine. @throws {StateFolder} where there is none. */
export function localLog(given: string | null): string {
  const folder = given === null ? ownPaths().audit : resolve(given);
  if (existsSync(join(folder, 'segments'))) return folder;
  throw new StateFolder(`there is no log in \`${folder}\``, {
    hint: 'start Sallyport once, or name the folder that holds `segments`',
  });
}

/** `s3://bucket` or `s3://bucket/prefix`. */
const BUCKET = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>[A-Za-z0-9._=:@+,/-]*))?$/;

/**
 * Opens a log by what somebody typed: a folder, `s3://bucket/prefix`, or null for the log of the state folder.
 *
 * @throws {StateFolder} where there is no log.
 * @throws {UsageError} for an address that is none.
 */
export async function logPlace(given: string | null, options: PlaceOptions = {}): Promise<LogPlace> {
  if (given?.startsWith('s3://') === true) return { kind: 'store', store: await bucketStore(given, options) };
  const folder = given === null ? ownPaths().audit : resolve(given);
  if (existsSync(join(folder, 'segments'))) return { kind: 'log', folder };
  if (existsSync(join(folder, 'records'))) {
    const { folderStore } = await import('../deliver/index.ts');
    return { kind: 'store', store: folderStore(folder) };
  }
  throw new StateFolder(`there is no log in \`${folder}\``, {
    hint: 'start Sallyport once, or name the folder of a log or store',
  });
}

/** Opens a bucket by its address. Who opened it closes it. @throws {UsageError} for an address that is none. */
export async function bucketStore(given: string, options: PlaceOptions): Promise<ObjectStore> {
  const { bucket, prefix = '' } = BUCKET.exec(given)?.groups ?? {};
  if (bucket === undefined) throw new UsageError(`\`${given}\` is no bucket`, { hint: 'write `s3://bucket/prefix`' });
  const { region, endpoint, firstVersions: areFirst = false } = options;
  const known = region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (known === undefined) throw new UsageError('no region is named', { hint: 'name it with `--region`' });
  const [{ firstVersions, s3Store }, { defaultProvider }] = await Promise.all([
    import('../deliver/index.ts'),
    import('@aws-sdk/credential-provider-node'),
  ]);
  const chain = defaultProvider();
  return (areFirst ? firstVersions : s3Store)({
    bucket,
    prefix: prefix.replace(/\/+$/, ''),
    region: known,
    endpoint: endpoint ?? null,
    keys: async () => await chain(),
    kmsKey: null,
    compliance: 'refused',
  });
}
