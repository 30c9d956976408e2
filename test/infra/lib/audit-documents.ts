import { renderDocuments } from './terraform.ts';

/** The accounts, roles and places of the documents below: an archive in production, with a copy and one workload. */
export const ARCHIVE = '444455556666';
export const WORKLOAD = '111122223333';
export const ORGANIZATION = 'o-a1b2c3d4e5';
export const BREAK_GLASS = `arn:aws:iam::${ARCHIVE}:role/sallyport-break-glass`;
export const ADMINISTRATOR = `arn:aws:iam::${ARCHIVE}:role/administrator`;
export const READER = `arn:aws:iam::${ARCHIVE}:role/auditor`;
export const REPLICATION = `arn:aws:iam::${ARCHIVE}:role/sallyport-archive-replication`;
export const AUDIT_STREAM_ROLE = `arn:aws:iam::${WORKLOAD}:role/sallyport-audit-stream`;
/** Roles that keep stores of their logs in the audit bucket. */
export const HOST_ROLE = `arn:aws:iam::${WORKLOAD}:role/sallyport-host`;
export const GATEWAY_ROLE = `arn:aws:iam::${WORKLOAD}:role/sallyport-gateway-task`;
/** A second workload, whose stack has the same name. */
export const OTHER_WORKLOAD = '222233334444';
export const OTHER_GATEWAY_ROLE = GATEWAY_ROLE.replace(WORKLOAD, OTHER_WORKLOAD);
/** Roles whose stores have a name that outlives their sessions. */
export const NAMED_STORES: Readonly<Record<string, readonly string[]>> = {
  'sallyport-gateway': [GATEWAY_ROLE, OTHER_GATEWAY_ROLE],
};
export const SESSIONS_STREAM_ROLE = `arn:aws:iam::${WORKLOAD}:role/sallyport-sessions-stream`;
export const TRAIL = `arn:aws:cloudtrail:eu-central-1:${WORKLOAD}:trail/sallyport-trail`;

export type Purpose = 'audit' | 'sessions' | 'trail';

/** ARN of a bucket of the archive. */
export function bucketArn(purpose: Purpose | `${Purpose}-replica`): string {
  return `arn:aws:s3:::sallyport-${purpose}-${ARCHIVE}`;
}

/** ARN of a key, of an invented id that tells the keys apart. */
export function keyArn(id: number, region = 'eu-central-1', account = ARCHIVE): string {
  return `arn:aws:kms:${region}:${account}:key/00000000-0000-0000-0000-${String(id).padStart(12, '0')}`;
}

export const KEYS = { audit: keyArn(1), sessions: keyArn(2), trail: keyArn(3) } as const;
const REPLICA_KEYS = {
  audit: keyArn(4, 'eu-west-1'),
  sessions: keyArn(5, 'eu-west-1'),
  trail: keyArn(6, 'eu-west-1'),
} as const;

type Texts = Readonly<Record<string, string>>;

/** Policies of the keys of the archive, of its copy or of the workload, by what a key is for. */
export async function keyPolicies(role: 'archive' | 'replica' | 'workload', more: object = {}): Promise<Texts> {
  const { key_policies: policies } = await renderDocuments('kms', {
    name: 'sallyport',
    region: role === 'replica' ? 'eu-west-1' : 'eu-central-1',
    account_id: role === 'workload' ? WORKLOAD : ARCHIVE,
    role,
    break_glass_role_arns: [BREAK_GLASS],
    audit_writer_role_arns: [AUDIT_STREAM_ROLE, HOST_ROLE, GATEWAY_ROLE, OTHER_GATEWAY_ROLE],
    session_writer_role_arns: [SESSIONS_STREAM_ROLE],
    reader_role_arns: [READER],
    replication_role_arns: [REPLICATION],
    trail_arns: [TRAIL],
    ...more,
  });
  return policies as Texts;
}

/** Documents of the archive's buckets. */
export async function storeDocuments(more: object = {}): Promise<{
  readonly buckets: Texts;
  readonly replicas: Texts;
  readonly names: Texts;
  readonly replicationTrust: string;
  readonly replicationPolicy: string;
}> {
  const outputs = await renderDocuments('audit-store', {
    name: 'sallyport',
    region: 'eu-central-1',
    account_id: ARCHIVE,
    org_id: ORGANIZATION,
    replica_region: 'eu-west-1',
    break_glass_role_arns: [BREAK_GLASS],
    audit_writer_role_arns: [AUDIT_STREAM_ROLE],
    store_writer_role_arns: [HOST_ROLE],
    named_store_writer_role_arns: NAMED_STORES,
    session_writer_role_arns: [SESSIONS_STREAM_ROLE],
    trail_arns: [TRAIL],
    reader_role_arns: [READER],
    kms_key_arns: KEYS,
    replica_kms_key_arns: REPLICA_KEYS,
    ...more,
  });
  return {
    buckets: outputs['bucket_policies'] as Texts,
    replicas: outputs['replica_bucket_policies'] as Texts,
    names: outputs['bucket_names'] as Texts,
    replicationTrust: outputs['replication_trust_json'] as string,
    replicationPolicy: outputs['replication_policy_json'] as string,
  };
}

/** Documents of the workload's streams. */
export async function streamDocuments(): Promise<{
  readonly trust: Texts;
  readonly policies: Texts;
  readonly arns: Texts;
  readonly subscriptionTrust: string;
  readonly subscriptionPolicy: string;
  readonly putPolicy: string;
}> {
  const outputs = await renderDocuments('audit-streams', {
    name: 'sallyport',
    region: 'eu-central-1',
    account_id: WORKLOAD,
    archive: {
      account_id: ARCHIVE,
      audit_bucket_arn: bucketArn('audit'),
      sessions_bucket_arn: bucketArn('sessions'),
      audit_key_arn: KEYS.audit,
      sessions_key_arn: KEYS.sessions,
    },
  });
  return {
    trust: outputs['stream_trust_json'] as Texts,
    policies: outputs['stream_policy_json'] as Texts,
    arns: outputs['stream_arns'] as Texts,
    subscriptionTrust: outputs['subscription_trust_json'] as string,
    subscriptionPolicy: outputs['subscription_policy_json'] as string,
    putPolicy: outputs['put_policy_json'] as string,
  };
}
