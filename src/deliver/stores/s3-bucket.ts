import type { S3Client } from '@aws-sdk/client-s3';
import type { Pace } from '../aws/aws-call.ts';
import { awsClientSettings } from '../aws/aws-client-settings.ts';
import type { AwsAddress } from '../aws/aws-client-settings.ts';
import { AwsService } from '../aws/aws-service.ts';

/** A bucket and how objects are kept in it. */
export interface S3StoreOptions extends AwsAddress {
  readonly bucket: string;
  /** Segments of a key without a slash at either end; empty for the whole bucket. */
  readonly prefix: string;
  /** Key of the provider's key service for what is put; null for the bucket's own setting. */
  readonly kmsKey: string | null;
  /**
   * Whether somebody has said that locks in COMPLIANCE mode are wanted. They outlive every mistake, and bind the owner of the
   * account: without that word no object is put under one.
   */
  readonly compliance: 'refused' | 'acknowledged';
  readonly pace?: Pace;
}

/** An object as requests name it: one version of it, or the newest. */
export interface VersionName {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** The SDK with a client, as requests need both. */
export interface OpenedS3 {
  readonly sdk: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
}

/**
 * The service that holds a bucket. Requests are never sent on to another region: where records lie is for the policy to say.
 *
 * @throws {TypeError} for an endpoint that would carry records in the clear.
 */
export function s3Service(options: S3StoreOptions): AwsService<OpenedS3> {
  const settings = awsClientSettings(options);
  const target = { service: 'S3', name: `bucket \`${options.bucket}\``, region: options.region } as const;
  const open = async (): Promise<OpenedS3> => {
    const sdk = await import('@aws-sdk/client-s3');
    const forcePathStyle = options.endpoint !== null;
    return { sdk, client: new sdk.S3Client({ ...settings, forcePathStyle, followRegionRedirects: false }) };
  };
  return new AwsService(target, open, options.pace);
}
