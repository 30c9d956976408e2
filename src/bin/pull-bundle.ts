import { dirname } from 'node:path';
import { keptSequence, MAX_BUNDLE_BYTES } from '../compile/index.ts';
import type { SignedBundle } from '../compile/index.ts';
import { BundleRefused, StoreFailed, UsageError } from '../core/error.ts';
import { isLoopback } from '../core/loopback.ts';
import { s3Store } from '../deliver/index.ts';
import { readBundleFile } from './bundle-store.ts';
import type { CredentialChains } from './credential-chains.ts';
import { checkBundleBytes } from './load-bundle.ts';
import { makeFolders } from './make-folders.ts';
import { readIfThere, writeWhole } from './state-folder.ts';

/** Milliseconds for a bundle to come, from the first byte of the request to the last of the answer. */
export const PULL_TIMEOUT_MS = 60_000;

/** Where bundles are left for hosts. */
export type BundleSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'https'; readonly url: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string };

/**
 * Reads where a bundle is to be had: `https://…`, `s3://bucket/key` or a path.
 *
 * @throws {UsageError} for anything else, such as an address without TLS: the signature would hold, but everyone on the way
 *   could keep an old bundle in force.
 */
export function parseBundleSource(text: string): BundleSource {
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^\s?#]{1,1024})$/.exec(text);
  if (bucket !== null) return { kind: 's3', bucket: bucket[1] ?? '', key: bucket[2] ?? '' };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { kind: 'file', path: text };
  const url = URL.parse(text);
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === null || !isSecure || url.username !== '' || url.password !== '') {
    throw new UsageError('a bundle comes from `https://…` without a password, `s3://bucket/key` or a file');
  }
  return { kind: 'https', url: url.href };
}

/** How a store of the provider is asked. */
export interface PullPorts {
  readonly chains: Pick<CredentialChains, 'aws'>;
  readonly region: string | null;
  /** Another address of a store that speaks like S3; null for the provider's own. */
  readonly endpoint: string | null;
  readonly timeoutMs?: number;
}

/** A bundle that was fetched, and what became of the file. */
export interface PulledBundle {
  readonly signed: SignedBundle;
  readonly state: 'new' | 'unchanged';
}

/**
 * Fetches a bundle and puts it in a file's place, whole, if the trusted key signed it and its number is above that of the
 * one there.
 *
 * @throws {BundleRefused} where it is not taken; the file is as it was.
 * @throws {StoreFailed | UsageError} where it cannot be had, or the file is no bundle.
 */
export async function pullBundle(
  source: BundleSource,
  { trustFile, outFile }: { readonly trustFile: string; readonly outFile: string },
  ports: PullPorts,
): Promise<PulledBundle> {
  const bytes = await fetchedBytes(source, ports);
  const signed = checkBundleBytes(bytes, trustFile, nameOf(source));
  const before = readIfThere(outFile);
  if (before !== null && Buffer.compare(before, bytes) === 0) return { signed, state: 'unchanged' };
  if (before !== null) refuseOlder(signed, before, outFile);
  makeFolders(dirname(outFile), 0o755);
  writeWhole(outFile, bytes, 0o644);
  return { signed, state: 'new' };
}

function refuseOlder({ issue }: SignedBundle, before: Uint8Array, outFile: string): void {
  const floor = keptSequence(before);
  if (floor === null) {
    throw new UsageError(`\`${outFile}\` is there already and is no bundle`, {
      hint: 'name another file for the bundle',
    });
  }
  if (issue.sequence > floor) return;
  throw new BundleRefused(
    'BUNDLE_ROLLBACK',
    `the bundle's sequence ${issue.sequence} is not above ${floor}, that of the one in \`${outFile}\``,
    { hint: 'sign it again with a higher number' },
  );
}

async function fetchedBytes(source: BundleSource, ports: PullPorts): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(ports.timeoutMs ?? PULL_TIMEOUT_MS);
  switch (source.kind) {
    case 'file':
      return fromFile(source.path);
    case 'https':
      return await overHttps(source.url, signal);
    case 's3':
      return await fromBucket(source, ports, signal);
  }
}

function fromFile(path: string): Uint8Array {
  try {
    return readBundleFile(path);
  } catch (error) {
    // Nobody said no to a bundle: there was none to look at.
    if (error instanceof BundleRefused) throw new StoreFailed('STORE_REFUSED', error.message, { cause: error });
    throw error;
  }
}

async function overHttps(url: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    // Whoever may send us elsewhere could keep us away from the newest.
    const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
    if (response.status !== 200) throw refused(url, `the answer is ${response.status}`);
    return await bounded(response, url);
  } catch (cause) {
    if (cause instanceof StoreFailed) throw cause;
    const why = signal.aborted ? 'it does not come in time' : reasonOf(cause);
    throw new StoreFailed('STORE_UNREACHABLE', `the bundle \`${url}\` cannot be had: ${why}`, { cause });
  }
}

/** The whole body; what is longer than a bundle may be is not read to its end. */
async function bounded(response: Response, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BUNDLE_BYTES) throw refused(url, `it is larger than ${MAX_BUNDLE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function fromBucket(
  { bucket, key }: BundleSource & { readonly kind: 's3' },
  { chains, region, endpoint }: PullPorts,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (region === null) {
    throw new UsageError('the region of the bucket is not known', { hint: 'give `--region`, or set AWS_REGION' });
  }
  const keys = (): ReturnType<CredentialChains['aws']> => chains.aws(null);
  const store = s3Store({ bucket, prefix: '', region, endpoint, keys, kmsKey: null, compliance: 'refused' });
  try {
    // One byte more than a bundle may have tells one that is too large.
    const bytes = await store.get(key, { start: 0, end: MAX_BUNDLE_BYTES + 1 }, signal);
    if (bytes === null) throw refused(`s3://${bucket}/${key}`, 'it is not there');
    if (bytes.length > MAX_BUNDLE_BYTES) {
      throw refused(`s3://${bucket}/${key}`, `it is larger than ${MAX_BUNDLE_BYTES} bytes`);
    }
    return bytes;
  } finally {
    store.close();
  }
}

function refused(name: string, why: string): StoreFailed {
  return new StoreFailed('STORE_REFUSED', `the bundle \`${name}\` cannot be had: ${why}`);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : 'an unknown failure';
}

function nameOf(source: BundleSource): string {
  switch (source.kind) {
    case 'file':
      return source.path;
    case 'https':
      return source.url;
    case 's3':
      return `s3://${source.bucket}/${source.key}`;
  }
}
