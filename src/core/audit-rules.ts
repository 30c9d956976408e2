import type { RecordKind } from './audit.ts';

/** Kinds of places that records are delivered to. `s3` and `file` are stores: they hold the log as an auditor verifies it. */
export const SINK_KINDS = ['s3', 'file', 'firehose', 'cloudwatch', 'otlp', 'syslog', 'splunk', 'elastic'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

/** Sinks that hold the exact lines of every record, with tiles and checkpoints. */
export const STORE_KINDS = ['s3', 'file'] as const;

/** How a record is written at a sink: as its line of the log, or as an OCSF event. */
export const SINK_FORMS = ['record', 'ocsf'] as const;
export type SinkForm = (typeof SINK_FORMS)[number];

/** What a policy says of every sink. */
export interface SinkBase {
  /** Unique in a policy. It names the files that the position is kept in. */
  readonly name: string;
  /** Whether decisions are refused while this sink is further behind than the policy states. */
  readonly required: boolean;
  /** `record` for stores, always. */
  readonly form: SinkForm;
  /** The kinds of records that it is given; null for all, as stores have them always. */
  readonly kinds: readonly RecordKind[] | null;
}

/** Retention that the object store itself enforces. COMPLIANCE is lifted by nobody before its days are over. */
export interface LockRule {
  readonly mode: 'compliance' | 'governance';
  readonly days: number;
}

/** A bucket. `endpoint` is null for the provider's own address of the region; `prefix` has no slash at either end. */
export interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  readonly endpoint: string | null;
}

export interface S3SinkRule extends SinkBase, BucketPlace {
  readonly to: 's3';
  readonly objectLock: LockRule | null;
  /** Key of the provider's key service that objects are encrypted with; null for the bucket's own setting. */
  readonly kmsKey: string | null;
}

export interface FileSinkRule extends SinkBase {
  readonly to: 'file';
  /** Absolute path. */
  readonly folder: string;
}

export interface FirehoseSinkRule extends SinkBase {
  readonly to: 'firehose';
  readonly stream: string;
  readonly region: string;
  readonly endpoint: string | null;
}

export interface CloudwatchSinkRule extends SinkBase {
  readonly to: 'cloudwatch';
  readonly group: string;
  readonly stream: string;
  readonly region: string;
  readonly endpoint: string | null;
}

export interface OtlpSinkRule extends SinkBase {
  readonly to: 'otlp';
  /** Base address of the receiver, without `/v1/logs` and without a final slash. */
  readonly url: string;
  /** Variable of the daemon's environment that holds a bearer token; null where the receiver wants none. */
  readonly tokenEnv: string | null;
  /** File of PEM certificates that the receiver's certificate must come from; null for those of the system. */
  readonly caFile: string | null;
}

export interface SyslogSinkRule extends SinkBase {
  readonly to: 'syslog';
  readonly host: string;
  readonly port: number;
  readonly caFile: string | null;
}

export interface SplunkSinkRule extends SinkBase {
  readonly to: 'splunk';
  /** Base address of the HTTP Event Collector, without a path and a final slash. */
  readonly url: string;
  readonly tokenEnv: string;
  /** Name of the index at the receiver; null for the token's own. */
  readonly index: string | null;
  /** Whether the receiver confirms what it has indexed, and is asked for that. */
  readonly ack: boolean;
  readonly caFile: string | null;
}

export interface ElasticSinkRule extends SinkBase {
  readonly to: 'elastic';
  readonly url: string;
  readonly index: string;
  readonly tokenEnv: string;
  readonly caFile: string | null;
}

/** A place that records are delivered to, as the policy names it. Secrets stand in variables, never here. */
export type SinkRule =
  | S3SinkRule
  | FileSinkRule
  | FirehoseSinkRule
  | CloudwatchSinkRule
  | OtlpSinkRule
  | SyslogSinkRule
  | SplunkSinkRule
  | ElasticSinkRule;

/** How far sinks may fall behind. Each limit is reached when either its records or its seconds are. */
export interface BacklogLimits {
  readonly alarmRecords: number;
  readonly alarmSeconds: number;
  /** Of a required sink: decisions are refused beyond these. */
  readonly denyRecords: number;
  readonly denySeconds: number;
}

/** An HTTP witness that cosigns checkpoints. `key` is its verifier key as a C2SP vkey. */
export interface WitnessRule {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

/** A second place for checkpoints, out of the reach of this host. */
export type AnchorRule =
  | { readonly name: string; readonly to: 'folder'; readonly folder: string }
  | { readonly name: string; readonly to: 'git'; readonly remote: string; readonly branch: string }
  | ({ readonly name: string; readonly to: 's3' } & BucketPlace);

/** What a policy says of the log: how it beats, where it goes, who vouches for it, and how long content can be read. */
export interface AuditRules {
  readonly retentionDays: number;
  readonly content: 'sealed' | 'digest';
  /** Seconds of silence after which a record says that the log still runs. */
  readonly heartbeatSeconds: number;
  /** Days after which the keys of a session's content are destroyed; null for never. */
  readonly contentDays: number | null;
  readonly backlog: BacklogLimits;
  /** In the order of their names. */
  readonly deliver: readonly SinkRule[];
  readonly witnesses: readonly WitnessRule[];
  readonly anchors: readonly AnchorRule[];
}

/** What holds where a policy says nothing of it. */
export const DEFAULT_AUDIT_RULES: AuditRules = {
  retentionDays: 2_555,
  content: 'sealed',
  heartbeatSeconds: 60,
  contentDays: null,
  // A sink gets a batch about once a minute: ten minutes without one is no hiccup, a day without one is nobody looking.
  backlog: { alarmRecords: 50_000, alarmSeconds: 600, denyRecords: 5_000_000, denySeconds: 86_400 },
  deliver: [],
  witnesses: [],
  anchors: [],
};

/** Port of syslog over TLS (RFC 5425, section 4.1). */
export const SYSLOG_TLS_PORT = 6_514;
