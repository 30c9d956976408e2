import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { StoreFailed } from '../../core/error.ts';
import { MAX_GET_BYTES } from '../../core/object-store.ts';
import type { ByteRange } from '../../core/object-store.ts';
import { awsErrorFacts } from '../aws/aws-failure.ts';
import type { AwsService } from '../aws/aws-service.ts';
import type { OpenedS3, VersionName } from './s3-bucket.ts';

/** Reads an object or a range of it, as {@link ObjectStore.get} promises. */
export async function getObject(
  service: AwsService<OpenedS3>,
  object: VersionName,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  if (range !== undefined && range.end <= range.start) return new Uint8Array();
  const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
  return await service.ask(signal, async ({ sdk, client }, abortSignal) => {
    try {
      const reply = await client.send(new sdk.GetObjectCommand({ ...object, ...part }), { abortSignal });
      return await bodyBytes(reply, `bucket \`${object.Bucket}\`: \`${object.Key}\``);
    } catch (error) {
      const { name, status } = awsErrorFacts(error);
      if (name === 'NoSuchKey' || (status === 404 && name !== 'NoSuchBucket')) return null;
      if (status === 416) return new Uint8Array();
      throw error;
    }
  });
}

/**
 * The bytes of an object, whole: as many as the answer announced.
 *
 * @throws {StoreFailed} `STORE_REFUSED` for more than {@link MAX_GET_BYTES}; `STORE_UNREACHABLE` where the answer was cut.
 */
async function bodyBytes(reply: GetObjectCommandOutput, object: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of reply.Body as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_GET_BYTES) {
      throw new StoreFailed(
        'STORE_REFUSED',
        `${object} is longer than ${MAX_GET_BYTES} bytes; it has to be read in ranges`,
      );
    }
    chunks.push(chunk);
  }
  if (reply.ContentLength !== undefined && reply.ContentLength !== sizeBytes) {
    throw new StoreFailed(
      'STORE_UNREACHABLE',
      `${object}: the answer was cut at ${sizeBytes} of ${reply.ContentLength} bytes`,
    );
  }
  return Buffer.concat(chunks, sizeBytes);
}
