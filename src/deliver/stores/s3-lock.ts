import { StoreFailed } from '../../core/error.ts';
import { isAsStrong } from '../../core/object-store.ts';
import type { ObjectHead, ObjectLock } from '../../core/object-store.ts';
import { awsErrorFacts } from '../aws/aws-failure.ts';
import type { AwsService } from '../aws/aws-service.ts';
import type { OpenedS3, VersionName } from './s3-bucket.ts';
import { modeName } from './s3-reply.ts';

/** What a version has to be protected by, at least. */
export interface Protection {
  readonly lock: ObjectLock | null;
  readonly legalHold: boolean;
}

/**
 * Makes what is there as strongly protected as what was to be put. Nothing is weakened: a longer lock stays.
 *
 * @throws {StoreFailed} `STORE_CONFLICT` where the store refuses that.
 */
export async function strengthen(
  service: AwsService<OpenedS3>,
  version: VersionName,
  there: ObjectHead,
  { lock, legalHold }: Protection,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    if (lock !== null && !isAsStrong(there.lock, lock)) {
      const retainUntilMs = Math.max(lock.retainUntilMs, there.lock?.retainUntilMs ?? 0);
      const Retention = { Mode: modeName(lock), RetainUntilDate: new Date(retainUntilMs) };
      await service.ask(signal, async ({ sdk, client }, abortSignal) => {
        await client.send(new sdk.PutObjectRetentionCommand({ ...version, Retention }), { abortSignal });
      });
    }
    if (legalHold && !there.legalHold) {
      await service.ask(signal, async ({ sdk, client }, abortSignal) => {
        const input = { ...version, LegalHold: { Status: 'ON' } } as const;
        await client.send(new sdk.PutObjectLegalHoldCommand(input), { abortSignal });
      });
    }
  } catch (cause) {
    if (cause instanceof StoreFailed && cause.code === 'STORE_UNREACHABLE') throw cause;
    const text = `bucket \`${version.Bucket}\`: \`${version.Key}\` is there, but is not locked as it has to be`;
    throw new StoreFailed('STORE_CONFLICT', text, { cause });
  }
}

/**
 * Why a store refused to take an object under a lock. Codes alone do not say it, and words are not to be relied on, so the bucket
 * is asked whether it has locks at all.
 *
 * @returns the failure to throw: `error` itself where it has nothing to do with the lock.
 */
export async function lockRefusal(
  { sdk, client }: OpenedS3,
  bucket: string,
  error: unknown,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const { name } = awsErrorFacts(error);
  if (name === 'InvalidArgument' || name === 'InvalidRetentionPeriod') {
    return new StoreFailed(
      'STORE_MISCONFIGURED',
      `bucket \`${bucket}\` does not take a lock until the date asked for`,
      {
        cause: error,
        hint: 'see whether the clock of this host is right, and how long the store lets objects be locked',
      },
    );
  }
  if (name !== 'InvalidRequest') return error;
  try {
    await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }), { abortSignal });
    return error;
  } catch (asked) {
    if (awsErrorFacts(asked).status !== 404) return error;
    return new StoreFailed('STORE_MISCONFIGURED', `bucket \`${bucket}\` has no Object Lock`, {
      cause: error,
      hint: 'make a bucket with Object Lock enabled; nothing is put there without its lock',
    });
  }
}
