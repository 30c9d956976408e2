import { SYSLOG_TLS_PORT } from '../core/audit-rules.ts';
import type {
  AnchorRule,
  AuditRules,
  BucketPlace,
  LockRule,
  SinkBase,
  SinkForm,
  SinkRule,
} from '../core/audit-rules.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { upstreamUrl } from './upstream-url.ts';

type WrittenAudit = WrittenPolicy['audit'];
type WrittenSink = WrittenAudit['deliver'][number];

/** Branch that checkpoints are committed to where a policy names none. */
const CHECKPOINT_BRANCH = 'checkpoints';
/** Where in a bucket where a policy does not say: no two logs share it. */
const OWN_PREFIX = '{log}';

/**
 * What the section `audit` says, in the words of what keeps and delivers the log. `{host}`, `{log}` and `{identity}` still
 * stand in the places of sinks and anchors: only the running log knows them.
 *
 * @throws {TypeError} for what the checks do not let pass.
 */
export function auditOf(written: WrittenAudit): AuditRules {
  const { backlog } = written;
  return {
    retentionDays: written.retention_days,
    content: written.content,
    heartbeatSeconds: written.heartbeat_seconds,
    contentDays: written.content_days ?? null,
    backlog: {
      alarmRecords: backlog.alarm_records,
      alarmSeconds: backlog.alarm_seconds,
      denyRecords: backlog.deny_records,
      denySeconds: backlog.deny_seconds,
    },
    deliver: byName(written.deliver).map(sinkOf),
    witnesses: byName(written.witnesses).map(({ name, url, key }) => ({ name, url: addressOf(url), key })),
    anchors: byName(written.anchors).map(anchorOf),
  };
}

function byName<Entry extends { readonly name: string }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function sinkOf(sink: WrittenSink): SinkRule {
  switch (sink.to) {
    case 's3':
      return {
        ...baseOf(sink, 'record'),
        to: 's3',
        ...bucketOf(sink),
        objectLock: lockOf(sink.object_lock),
        kmsKey: sink.kms_key ?? null,
      };
    case 'file':
      return { ...baseOf(sink, 'record'), to: 'file', folder: needed(sink.folder) };
    case 'firehose': {
      const [stream, region] = [needed(sink.stream), needed(sink.region)];
      return { ...baseOf(sink, 'record'), to: 'firehose', stream, region, endpoint: maybeAddress(sink.endpoint) };
    }
    case 'cloudwatch': {
      const [group, region] = [needed(sink.group), needed(sink.region)];
      const stream = sink.stream ?? OWN_PREFIX;
      return {
        ...baseOf(sink, 'record'),
        to: 'cloudwatch',
        group,
        stream,
        region,
        endpoint: maybeAddress(sink.endpoint),
      };
    }
    case 'otlp':
      return { ...baseOf(sink, 'ocsf'), to: 'otlp', ...serviceOf(sink), tokenEnv: sink.token_env ?? null };
    case 'syslog': {
      const [host, port] = [needed(sink.host), sink.port ?? SYSLOG_TLS_PORT];
      return { ...baseOf(sink, 'ocsf'), to: 'syslog', host, port, caFile: sink.ca_file ?? null };
    }
    case 'splunk': {
      const [tokenEnv, index] = [needed(sink.token_env), sink.index ?? null];
      return { ...baseOf(sink, 'ocsf'), to: 'splunk', ...serviceOf(sink), tokenEnv, index, ack: sink.ack ?? false };
    }
    case 'elastic': {
      const [tokenEnv, index] = [needed(sink.token_env), needed(sink.index)];
      return { ...baseOf(sink, 'ocsf'), to: 'elastic', ...serviceOf(sink), tokenEnv, index };
    }
  }
}

function baseOf({ name, required, form, kinds }: WrittenSink, usualForm: SinkForm): SinkBase {
  return { name, required, form: form ?? usualForm, kinds: kinds === undefined ? null : [...new Set(kinds)].sort() };
}

function serviceOf(sink: WrittenSink): { readonly url: string; readonly caFile: string | null } {
  return { url: addressOf(needed(sink.url)), caFile: sink.ca_file ?? null };
}

function lockOf(lock: WrittenSink['object_lock']): LockRule | null {
  return lock === undefined ? null : { mode: lock.mode, days: needed(lock.days) };
}

function anchorOf(anchor: WrittenAudit['anchors'][number]): AnchorRule {
  const { name, to } = anchor;
  switch (to) {
    case 'folder':
      return { name, to, folder: needed(anchor.folder) };
    case 'git':
      return { name, to, remote: needed(anchor.remote), branch: anchor.branch ?? CHECKPOINT_BRANCH };
    case 's3':
      return { name, to, ...bucketOf(anchor) };
  }
}

function bucketOf(entry: Pick<WrittenSink, 'bucket' | 'region' | 'prefix' | 'endpoint'>): BucketPlace {
  const { bucket, region, prefix, endpoint } = entry;
  return {
    bucket: needed(bucket),
    region: needed(region),
    prefix: prefix ?? OWN_PREFIX,
    endpoint: maybeAddress(endpoint),
  };
}

function maybeAddress(text: string | undefined): string | null {
  return text === undefined ? null : addressOf(text);
}

function addressOf(text: string): string {
  const url = upstreamUrl(text);
  if (!url.ok) throw new TypeError('an address of the log was not checked');
  return url.url;
}

function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a field of a sink was not checked');
  return value;
}
