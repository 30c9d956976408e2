import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Sha256 } from '../../core/ids.ts';
import type { ObjectHead, ObjectLock } from '../../core/object-store.ts';

/** The mode of a lock in the words of S3. */
export function modeName(lock: ObjectLock): 'COMPLIANCE' | 'GOVERNANCE' {
  return lock.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE';
}

/** What the answer to HEAD says. A lock of a mode or date that is none counts as no lock. */
export function headOf(reply: HeadObjectCommandOutput): ObjectHead {
  return {
    sizeBytes: reply.ContentLength ?? 0,
    sha256: checksumOf(reply.ChecksumSHA256),
    versionId: reply.VersionId ?? null,
    modifiedMs: reply.LastModified?.getTime() ?? 0,
    lock: lockOf(reply.ObjectLockMode, reply.ObjectLockRetainUntilDate),
    legalHold: reply.ObjectLockLegalHoldStatus === 'ON',
  };
}

/** The checksum of an object that was put in parts is one over its parts; it has a suffix and says nothing of the bytes. */
function checksumOf(base64: string | undefined): Sha256 | null {
  if (base64 === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(base64)) return null;
  return Buffer.from(base64, 'base64').toString('hex') as Sha256;
}

function lockOf(mode: string | undefined, until: Date | undefined): ObjectLock | null {
  const retainUntilMs = until?.getTime() ?? Number.NaN;
  if (Number.isNaN(retainUntilMs)) return null;
  if (mode === 'COMPLIANCE') return { mode: 'compliance', retainUntilMs };
  if (mode === 'GOVERNANCE') return { mode: 'governance', retainUntilMs };
  return null;
}
