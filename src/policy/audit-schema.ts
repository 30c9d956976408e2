import { z } from 'zod';
import { RECORD_KINDS } from '../core/audit.ts';
import { DEFAULT_AUDIT_RULES, SINK_FORMS, SINK_KINDS } from '../core/audit-rules.ts';

/** A hundred years. */
const MAX_RETENTION_DAYS = 36_500;
/** Longer, and a dead daemon would not be told from a quiet one for too long. */
const MAX_HEARTBEAT_SECONDS = 3_600;
const MAX_BACKLOG_RECORDS = 1_000_000_000;
/** One year. */
const MAX_BACKLOG_SECONDS = 31_536_000;
const MAX_SINKS = 16;
const MAX_WITNESSES = 16;
const MAX_ANCHORS = 16;

const was = DEFAULT_AUDIT_RULES;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name is lower-case letters, digits and hyphens, at most 40 of them');
const variable = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'a variable is named by capital letters, digits and `_`')
  .optional();
const address = z.string().max(2_000).meta({ format: 'uri' }).optional();
const absolutePath = z
  .string()
  .max(1_000)
  .regex(/^\/[^\0\r\n]*$/, 'a path here starts with `/`')
  .optional();
const region = z
  .string()
  .regex(/^[a-z]{2}(?:-[a-z]{1,10}){1,2}-\d{1,2}$/, 'an AWS region looks like us-east-1')
  .optional();
const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket is 3 to 63 lower-case letters, digits, dots and hyphens')
  .optional();
const prefix = z
  .string()
  .max(500)
  .regex(
    /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?:(?:[A-Za-z0-9._=-]|\{host\}|\{log\}|\{identity\})+(?:\/(?!$)|$))*$/,
    'a prefix is letters, digits, `.`, `_`, `=`, `-`, `{host}`, `{log}` and `{identity}` between single slashes, without one at the end',
  )
  .optional();
const PREFIX_MEANING =
  'Where in the bucket. `{host}` stands for the name of the machine, `{log}` for the name of its log: two machines never ' +
  'share a place. Left out: `{log}`.';
const IDENTITY_MEANING =
  '`{identity}` stands for whose the AWS credentials in use are, as policies of IAM name them by `aws:userid`: with ' +
  '`logs/{identity}/{log}` IAM can give each machine rights on its own store alone. At a central gateway that was started with ' +
  '`--store-name` it is that name.';

const objectLock = z
  .strictObject({
    mode: z
      .enum(['compliance', 'governance'])
      .describe('`compliance`: nobody can delete a record before its days are over, the owner of the account neither.'),
    days: z.int().min(1).max(MAX_RETENTION_DAYS).optional().describe('Days that each object is kept. Always written.'),
    acknowledged: z
      .boolean()
      .default(false)
      .describe('That `compliance` cannot be undone, and that its storage is paid for until the days are over.'),
  })
  .optional()
  .describe('Retention that the object store enforces, for `s3`. Left out: what the bucket does by itself.');

const sink = z.strictObject({
  name: name.describe('Name of the sink, as records and `sallyport status` quote it.'),
  to: z.enum(SINK_KINDS).describe('What it is. `s3` and `file` hold the log as `sallyport audit verify` reads it.'),
  required: z
    .boolean()
    .default(false)
    .describe('Whether calls are refused while it is further behind than `audit.backlog` states.'),
  form: z
    .enum(SINK_FORMS)
    .optional()
    .describe(
      'How records are written: as the exact line of the log, or as an OCSF event. Left out: `ocsf` for `otlp`, `syslog`, ' +
        '`splunk` and `elastic`, else `record`.',
    ),
  kinds: z
    .array(z.enum(RECORD_KINDS))
    .min(1)
    .max(RECORD_KINDS.length)
    .optional()
    .describe('The kinds of records that it gets. Left out: all; `s3` and `file` always get all.'),
  bucket: bucket.describe('Name of the bucket, for `s3`.'),
  prefix: prefix.describe(`${PREFIX_MEANING} ${IDENTITY_MEANING} For \`s3\`.`),
  region: region.describe('AWS region, for `s3`, `firehose` and `cloudwatch`.'),
  endpoint: address.describe("Another address than the region's own, for `s3`, `firehose` and `cloudwatch`."),
  object_lock: objectLock,
  kms_key: z
    .string()
    .regex(/^[A-Za-z0-9:/_-]{1,500}$/, 'a key is named by its id, its alias or its ARN')
    .optional()
    .describe('Key of AWS KMS that objects are encrypted with, for `s3`. Left out: what the bucket does by itself.'),
  folder: absolutePath.describe('Absolute path, for `file`. `{host}` and `{log}` stand in it as in `prefix`.'),
  stream: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9._/-]|\{host\}|\{log\}){1,300}$/,
      'a stream is letters, digits, `.`, `_`, `-`, `/`, `{host}` and `{log}`',
    )
    .optional()
    .describe('Delivery stream of `firehose`, or log stream of `cloudwatch`, there left out: `{log}`.'),
  group: z
    .string()
    .regex(/^[A-Za-z0-9._/#-]{1,512}$/, 'a log group is letters, digits, `.`, `_`, `-`, `/` and `#`')
    .optional()
    .describe('Log group, for `cloudwatch`.'),
  url: address.describe(
    'Base address, for `otlp`, `splunk` and `elastic`: `https`, or `http` to this machine. Their paths are added to it.',
  ),
  token_env: variable.describe(
    "Variable of the daemon's environment that holds the token, for `splunk`, `elastic` and, where it wants one, `otlp`.",
  ),
  index: z
    .string()
    .regex(/^[a-z0-9_][a-z0-9._-]{0,199}$/, 'an index is lower-case letters, digits, `.`, `_` and `-`')
    .optional()
    .describe("Index or data stream of `elastic`; index of `splunk`, there left out: the token's own."),
  ack: z
    .boolean()
    .optional()
    .describe('For `splunk`: whether its token has indexer acknowledgement, and records count once they are indexed.'),
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:.]+$/, 'a host is one name or address')
    .optional()
    .describe('Name or address of the receiver, for `syslog`. Its certificate must be for it.'),
  port: z.int().min(1).max(65_535).optional().describe('Port of the receiver, for `syslog`. Left out: 6514.'),
  ca_file: absolutePath.describe(
    "PEM certificates that the receiver's one must come from, for `otlp`, `syslog`, `splunk` and `elastic`. Left out: " +
      'those of the system.',
  ),
});

const witness = z.strictObject({
  name: name.describe('Name of the witness, as `sallyport status` quotes it.'),
  url: z.string().max(2_000).meta({ format: 'uri' }).describe('Base address of an HTTP witness (C2SP tlog-witness).'),
  key: z
    .string()
    .max(500)
    .regex(/^[^\s+]{1,253}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{4,172}={0,2}$/, 'a verifier key is NAME+HASH+KEY on one line')
    .describe('Its verifier key, in the form of a signed note.'),
});

const anchor = z.strictObject({
  name: name.describe('Name of the anchor, as `sallyport status` quotes it.'),
  to: z.enum(['folder', 'git', 's3']).describe('What it is.'),
  folder: absolutePath.describe('Absolute path, for `folder`.'),
  remote: z
    .string()
    .regex(/^(?!-)[^\0\r\n\s]{1,2000}$/, 'a remote is one address or path, and does not start with `-`')
    .optional()
    .describe('Address of the repository, for `git`.'),
  branch: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/, 'a branch is letters, digits, `.`, `_`, `-` and `/`')
    .optional()
    .describe('Branch that checkpoints are committed to, for `git`. Left out: `checkpoints`.'),
  bucket: bucket.describe('Name of the bucket, for `s3`: best of another account.'),
  prefix: prefix.describe(`${PREFIX_MEANING} For \`s3\`.`),
  region: region.describe('AWS region, for `s3`.'),
  endpoint: address.describe("Another address than the region's own, for `s3`."),
});

const backlog = z
  .strictObject({
    alarm_records: z
      .int()
      .min(1)
      .max(MAX_BACKLOG_RECORDS)
      .default(was.backlog.alarmRecords)
      .describe('Records that a sink may be behind before that is told.'),
    alarm_seconds: z
      .int()
      .min(10)
      .max(MAX_BACKLOG_SECONDS)
      .default(was.backlog.alarmSeconds)
      .describe('Seconds that a record may wait for a sink before that is told.'),
    deny_records: z
      .int()
      .min(1)
      .max(MAX_BACKLOG_RECORDS)
      .default(was.backlog.denyRecords)
      .describe('Records that a required sink may be behind before calls are refused.'),
    deny_seconds: z
      .int()
      .min(10)
      .max(MAX_BACKLOG_SECONDS)
      .default(was.backlog.denySeconds)
      .describe('Seconds that a record may wait for a required sink before calls are refused.'),
  })
  .prefault({})
  .describe('How far sinks may fall behind.');

/** The section on the log: what it holds, where it goes, and who vouches for it. */
export const audit = z
  .strictObject({
    retention_days: z
      .int()
      .min(1)
      .max(MAX_RETENTION_DAYS)
      .default(was.retentionDays)
      .describe('Days that records are kept.'),
    content: z
      .enum(['sealed', 'digest'])
      .default(was.content)
      .describe('Whether a record holds the content of a call, encrypted, or only its digest.'),
    heartbeat_seconds: z
      .int()
      .min(1)
      .max(MAX_HEARTBEAT_SECONDS)
      .default(was.heartbeatSeconds)
      .describe('Seconds of silence after which a record says that the log still runs.'),
    content_days: z
      .int()
      .min(1)
      .max(MAX_RETENTION_DAYS)
      .optional()
      .describe(
        "Days after which the keys of a session's content are destroyed, and nobody can read it. Left out: never.",
      ),
    backlog,
    deliver: z.array(sink).max(MAX_SINKS).default([]).describe('Where records are delivered to, outside of this host.'),
    witnesses: z
      .array(witness)
      .max(MAX_WITNESSES)
      .default([])
      .describe('Who cosigns checkpoints, and so vouches that there is one history of the log.'),
    anchors: z
      .array(anchor)
      .max(MAX_ANCHORS)
      .default([])
      .describe('Second places for checkpoints, which this host can add to and not change.'),
  })
  .prefault({})
  .describe('What is recorded, for how long, and where it goes.');
