import type { ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import { StoreFailed } from '../../core/error.ts';
import type { ByteRange, ListedObject, ObjectHead, ObjectStore } from '../../core/object-store.ts';
import { CHECKPOINTS_START, NEWEST_CHECKPOINT_KEY } from '../../core/store-layout.ts';
import type { AwsService } from '../aws/aws-service.ts';
import { s3Service } from './s3-bucket.ts';
import type { OpenedS3, S3StoreOptions } from './s3-bucket.ts';
import { getObject } from './s3-get.ts';
import { headOf } from './s3-reply.ts';
import { checkedKey, checkedPrefix, checkedStart } from './store-key.ts';

/**
 * A bucket with versions as it was first written: of each key the oldest version, whatever was put over it or marked as deleted
 * since. What a lock keeps is there, also where somebody with all rights hid it. Nothing can be put.
 *
 * The key of the newest checkpoint is written again and again; under it stands the checkpoint of the largest size.
 */
export function firstVersions(options: S3StoreOptions): ObjectStore {
  return new FirstVersions(options);
}

interface Version {
  /** In the bucket, prefix included. */
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
}

class FirstVersions implements ObjectStore {
  readonly place: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #service: AwsService<OpenedS3>;
  #versions: Promise<ReadonlyMap<string, Version>> | null = null;

  constructor(options: S3StoreOptions) {
    this.#bucket = options.bucket;
    this.#prefix = options.prefix === '' ? '' : `${checkedPrefix(options.prefix)}/`;
    this.#service = s3Service(options);
    this.place = `s3://${options.bucket}/${options.prefix}, first versions`;
  }

  async put(key: string): Promise<never> {
    throw new StoreFailed('STORE_REFUSED', `${this.place}: \`${key}\` cannot be put among first versions`);
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array | null> {
    const version = (await this.#known(signal)).get(checkedKey(key));
    return version === undefined ? null : await getObject(this.#service, this.#named(version), range, signal);
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | null> {
    const version = (await this.#known(signal)).get(checkedKey(key));
    if (version === undefined) return null;
    const input = { ...this.#named(version), ChecksumMode: 'ENABLED' } as const;
    return await this.#service.ask(signal, async ({ sdk, client }, abortSignal) => {
      return headOf(await client.send(new sdk.HeadObjectCommand(input), { abortSignal }));
    });
  }

  async *list(start: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
    checkedStart(start);
    for (const [key, { sizeBytes }] of await this.#known(signal)) {
      if (key.startsWith(start)) yield { key, sizeBytes };
    }
  }

  close(): void {
    this.#service.close();
  }

  #named({ key, versionId }: Version): { Bucket: string; Key: string; VersionId: string } {
    return { Bucket: this.#bucket, Key: key, VersionId: versionId };
  }

  /** Listed once: what is added later is no first version of what was looked for. */
  async #known(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Version>> {
    this.#versions ??= this.#listVersions(signal);
    try {
      return await this.#versions;
    } catch (error) {
      this.#versions = null;
      throw error;
    }
  }

  async #listVersions(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Version>> {
    const versions = new Map<string, Version>();
    let newest: Version | undefined;
    let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | null = {};
    while (from !== null) {
      const input: ListObjectVersionsCommandInput = { Bucket: this.#bucket, Prefix: this.#prefix, ...from };
      const page: ListObjectVersionsCommandOutput = await this.#page(input, signal);
      for (const { Key = '', VersionId = '', Size = 0 } of page.Versions ?? []) {
        // Newest first: what comes last of a key is its oldest.
        if (!Key.startsWith(this.#prefix)) continue;
        const key = Key.slice(this.#prefix.length);
        const version = { key: Key, versionId: VersionId, sizeBytes: Size };
        versions.set(key, version);
        if (key.startsWith(CHECKPOINTS_START)) newest = version;
      }
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      const isMore = page.IsTruncated === true && KeyMarker !== undefined;
      from = isMore ? { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) } : null;
    }
    if (newest !== undefined && versions.has(NEWEST_CHECKPOINT_KEY)) versions.set(NEWEST_CHECKPOINT_KEY, newest);
    return versions;
  }

  async #page(
    input: ListObjectVersionsCommandInput,
    signal: AbortSignal | undefined,
  ): Promise<ListObjectVersionsCommandOutput> {
    return await this.#service.ask(signal, async ({ sdk, client }, abortSignal) => {
      return await client.send(new sdk.ListObjectVersionsCommand(input), { abortSignal });
    });
  }
}
