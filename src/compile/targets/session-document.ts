import type { JsonObject } from '../../core/json.ts';
import type { Policy } from '../../policy/index.ts';
import type { TargetGap } from './target.ts';

/** Minutes that Session Manager takes, ends included (AWS Systems Manager User Guide, session document schema). */
export const IDLE_MINUTES = { least: 1, most: 60 } as const;
export const DURATION_MINUTES = { least: 1, most: 1_440 } as const;

/**
 * The document of a Session Manager session, as far as the policy knows it: streamed to CloudWatch Logs while it runs,
 * encrypted, under the person's own account of the machine, within the policy's times. Whoever deploys it fills in the log group
 * and the key; without them no session starts, because both are demanded.
 */
export function sessionDocument({ session }: Policy): JsonObject {
  return {
    schemaVersion: '1.0',
    description: 'A recorded session on a governed machine.',
    sessionType: 'Standard_Stream',
    inputs: {
      // The upload to a bucket comes at the end of a session and from the machine itself, so it is no record of one.
      s3BucketName: '',
      s3KeyPrefix: '',
      s3EncryptionEnabled: true,
      cloudWatchLogGroupName: '',
      cloudWatchEncryptionEnabled: true,
      cloudWatchStreamingEnabled: true,
      kmsKeyId: '',
      runAsEnabled: true,
      runAsDefaultUser: '',
      idleSessionTimeout: String(within(session.idleTimeoutMinutes, IDLE_MINUTES)),
      maxSessionDuration: String(within(session.maxDurationMinutes, DURATION_MINUTES)),
      shellProfile: { linux: '' },
    },
  };
}

/** Times of the policy that the document cannot hold as they are. */
export function sessionDocumentGaps({ session }: Policy): readonly TargetGap[] {
  return [
    { subject: 'session.idle_timeout_minutes', minutes: session.idleTimeoutMinutes, limits: IDLE_MINUTES },
    { subject: 'session.max_duration_minutes', minutes: session.maxDurationMinutes, limits: DURATION_MINUTES },
  ]
    .filter(({ minutes, limits }) => within(minutes, limits) !== minutes)
    .map(({ subject, limits }) => ({
      subject,
      why: `Session Manager takes ${limits.least} to ${limits.most} minutes: the nearest is set`,
    }));
}

function within(minutes: number, { least, most }: { readonly least: number; readonly most: number }): number {
  return Math.min(Math.max(Math.ceil(minutes), least), most);
}
