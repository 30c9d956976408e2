import { createHash } from 'node:crypto';
import type { ListObjectsV2CommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { StoreFailed } from '../../core/error.ts';
import { isAsStrong } from '../../core/object-store.ts';
import type {
  ByteRange,
  ListedObject,
  ObjectHead,
  ObjectLock,
  ObjectStore,
  PutOptions,
  PutOutcome,
} from '../../core/object-store.ts';
import { awsErrorFacts } from '../aws/aws-failure.ts';
import type { AwsService } from '../aws/aws-service.ts';
import { s3Service } from './s3-bucket.ts';
import type { OpenedS3, S3StoreOptions } from './s3-bucket.ts';
import { lockRefusal, strengthen } from './s3-lock.ts';
import type { VersionName } from './s3-bucket.ts';
import { headOf, modeName } from './s3-reply.ts';
import { getObject } from './s3-get.ts';
import { checkedKey, checkedPrefix, checkedStart } from './store-key.ts';

/**
 * A bucket of S3, or of a store that speaks like it. The SDK is loaded when it is first needed.
 *
 * @throws {TypeError} for an endpoint that would carry records in the clear.
 * @throws {StoreFailed} `STORE_REFUSED` for a prefix that is none.
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

/** Milliseconds by which a store may round the date of a lock down. */
const DATE_STEP_MS = 1_000;

class S3Store implements ObjectStore {
  readonly place: string;
  readonly #options: S3StoreOptions;
  readonly #prefix: string;
  readonly #service: AwsService<OpenedS3>;
  /** Only the provider's own stores are known to heed `If-None-Match`, and to refuse a lock that they would not keep. */
  readonly #isProviders: boolean;
  #lockWasSeen = false;

  constructor(options: S3StoreOptions) {
    this.#options = options;
    this.#prefix = options.prefix === '' ? '' : `${checkedPrefix(options.prefix)}/`;
    this.#service = s3Service(options);
    this.#isProviders = options.endpoint === null;
    this.place = `s3://${options.bucket}${options.prefix === '' ? '' : `/${options.prefix}`}`;
  }

  async put(key: string, bytes: Uint8Array, options: PutOptions): Promise<PutOutcome> {
    const { lock = null, signal } = options;
    if (lock?.mode === 'compliance' && this.#options.compliance !== 'acknowledged') {
      throw new StoreFailed('STORE_REFUSED', `\`${key}\` is not put under a COMPLIANCE lock that nobody acknowledged`);
    }
    if (options.ifNoneMatch && !this.#isProviders) {
      const there = await this.head(key, signal);
      if (there !== null) return await this.#settle(key, bytes, options, there);
    }
    const stored = await this.#putOnce(this.#putInput(key, bytes, options), signal);
    if (stored !== 'taken') {
      if (lock !== null) await this.#seeLockKept(key, lock, signal);
      return { kind: 'stored', versionId: stored.versionId };
    }
    const there = await this.head(key, signal);
    if (there !== null) return await this.#settle(key, bytes, options, there);
    throw new StoreFailed('STORE_UNREACHABLE', `${this.place}: \`${key}\` was there, and a moment later was not`);
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array | null> {
    return await getObject(this.#service, this.#named(key), range, signal);
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | null> {
    const place = this.#named(key);
    return await this.#service.ask(signal, async ({ sdk, client }, abortSignal) => {
      try {
        const command = new sdk.HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED' });
        return headOf(await client.send(command, { abortSignal }));
      } catch (error) {
        // The answer has no body, so a bucket that is missing looks the same; whatever is asked next tells.
        if (awsErrorFacts(error).status === 404) return null;
        throw error;
      }
    });
  }

  async *list(start: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
    const Prefix = this.#prefix + checkedStart(start);
    let from: string | null = null;
    do {
      const page: ListObjectsV2CommandOutput = await this.#page(Prefix, from, signal);
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        // A store answers what it likes: a key that was not asked for would be read as one of another prefix.
        if (Key.startsWith(Prefix)) yield { key: Key.slice(this.#prefix.length), sizeBytes: Size };
      }
      from = (page.IsTruncated === true ? page.NextContinuationToken : null) ?? null;
    } while (from !== null);
  }

  close(): void {
    this.#service.close();
  }

  async #page(Prefix: string, from: string | null, signal?: AbortSignal): Promise<ListObjectsV2CommandOutput> {
    const input = { Bucket: this.#options.bucket, Prefix, ...(from === null ? {} : { ContinuationToken: from }) };
    return await this.#service.ask(signal, async ({ sdk, client }, abortSignal) => {
      return await client.send(new sdk.ListObjectsV2Command(input), { abortSignal });
    });
  }

  #named(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#options.bucket, Key: this.#prefix + checkedKey(key, this.#prefix) };
  }

  #putInput(key: string, bytes: Uint8Array, { lock, ...options }: PutOptions): PutObjectCommandInput {
    const { kmsKey } = this.#options;
    return {
      ...this.#named(key),
      Body: bytes,
      ContentLength: bytes.length,
      ContentType: options.contentType,
      ChecksumAlgorithm: 'SHA256',
      ChecksumSHA256: Buffer.from(options.sha256, 'hex').toString('base64'),
      ...(options.ifNoneMatch ? { IfNoneMatch: '*' } : {}),
      ...(lock === undefined
        ? {}
        : { ObjectLockMode: modeName(lock), ObjectLockRetainUntilDate: new Date(lock.retainUntilMs) }),
      ...(options.legalHold === true ? { ObjectLockLegalHoldStatus: 'ON' } : {}),
      ...(kmsKey === null ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey, BucketKeyEnabled: true }),
    };
  }

  async #putOnce(
    input: PutObjectCommandInput,
    signal: AbortSignal | undefined,
  ): Promise<'taken' | { readonly versionId: string | null }> {
    return await this.#service.ask(signal, async (opened, abortSignal) => {
      try {
        const reply = await opened.client.send(new opened.sdk.PutObjectCommand(input), { abortSignal });
        return { versionId: reply.VersionId ?? null };
      } catch (error) {
        const { name, status } = awsErrorFacts(error);
        if (status === 412) return 'taken';
        if (name === 'ConditionalRequestConflict') {
          const text = `bucket \`${this.#options.bucket}\`: another request writes \`${input.Key ?? ''}\``;
          throw new StoreFailed('STORE_UNREACHABLE', text, { cause: error });
        }
        if (input.ObjectLockMode === undefined) throw error;
        throw await lockRefusal(opened, this.#options.bucket, error, abortSignal);
      }
    });
  }

  /** Something is there. It is what was to be put, or nothing is touched. */
  async #settle(key: string, bytes: Uint8Array, options: PutOptions, there: ObjectHead): Promise<PutOutcome> {
    if (!(await this.#isSame(key, bytes, options, there))) {
      throw new StoreFailed('STORE_CONFLICT', `${this.place}: \`${key}\` holds other bytes than those to be written`);
    }
    const { versionId } = there;
    const version: VersionName = { ...this.#named(key), ...(versionId === null ? {} : { VersionId: versionId }) };
    const wanted = { lock: options.lock ?? null, legalHold: options.legalHold === true };
    await strengthen(this.#service, version, there, wanted, options.signal);
    return { kind: 'present', versionId };
  }

  async #isSame(key: string, bytes: Uint8Array, { sha256, signal }: PutOptions, there: ObjectHead): Promise<boolean> {
    if (there.sizeBytes !== bytes.length) return false;
    if (there.sha256 !== null) return there.sha256 === sha256;
    const held = await this.get(key, undefined, signal);
    return held !== null && createHash('sha256').update(held).digest('hex') === sha256;
  }

  /** Some stores take an object and drop its lock without a word, so the first one that is put is looked at. */
  async #seeLockKept(key: string, lock: ObjectLock, signal: AbortSignal | undefined): Promise<void> {
    if (this.#isProviders || this.#lockWasSeen) return;
    const there = await this.head(key, signal);
    if (!isAsStrong(there?.lock ?? null, { ...lock, retainUntilMs: lock.retainUntilMs - DATE_STEP_MS })) {
      throw new StoreFailed('STORE_MISCONFIGURED', `${this.place}: \`${key}\` was taken, but is not locked as asked`, {
        hint: 'use a store that keeps Object Lock, and let these credentials read the retention of objects',
      });
    }
    this.#lockWasSeen = true;
  }
}
