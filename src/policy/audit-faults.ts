import type { SinkKind } from '../core/audit-rules.ts';
import { quoted } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import type { Report } from './meaning-faults.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { upstreamUrl } from './upstream-url.ts';

type WrittenAudit = WrittenPolicy['audit'];
type WrittenSink = WrittenAudit['deliver'][number];
type WrittenAnchor = WrittenAudit['anchors'][number];

/** What cannot be meant about the log in one document. */
export function auditFaults({ layer, audit }: WrittenPolicy, report: Report): readonly Fault[] {
  return [
    // A layer that writes one of two limits has the other from the document under it.
    ...(layer === 'base' ? backlogFaults(audit, report) : []),
    ...(['deliver', 'witnesses', 'anchors'] as const).flatMap((list) => twice(audit[list], ['audit', list], report)),
    ...audit.deliver.flatMap((sink, index) => sinkFaults(sink, ['audit', 'deliver', index], report)),
    ...audit.witnesses.flatMap(({ url }, index) => addressFaults(url, ['audit', 'witnesses', index, 'url'], report)),
    ...audit.anchors.flatMap((anchor, index) => anchorFaults(anchor, ['audit', 'anchors', index], report)),
  ];
}

function backlogFaults({ backlog }: WrittenAudit, report: Report): readonly Fault[] {
  return (['records', 'seconds'] as const).flatMap((unit) => {
    if (backlog[`alarm_${unit}`] <= backlog[`deny_${unit}`]) return [];
    const message = 'calls are refused before it is told that a sink is behind';
    const hint = `write an \`alarm_${unit}\` of at most ${backlog[`deny_${unit}`]}`;
    return [report('policy/contradiction', 'error', ['audit', 'backlog', `alarm_${unit}`], message, hint)];
  });
}

function twice(entries: readonly { readonly name: string }[], path: FieldPath, report: Report): readonly Fault[] {
  const names = entries.map(({ name }) => name);
  return names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return [];
    return [report('policy/contradiction', 'error', [...path, index, 'name'], `${quoted(name)} is given twice`, null)];
  });
}

type SinkField = Exclude<keyof WrittenSink, 'name' | 'to' | 'required' | 'form' | 'kinds'>;

/** The fields of each kind of sink beside those that all have. */
const SINK_FIELDS: Readonly<
  Record<SinkKind, { readonly needed: readonly SinkField[]; readonly free: readonly SinkField[] }>
> = {
  s3: { needed: ['bucket', 'region'], free: ['prefix', 'endpoint', 'object_lock', 'kms_key'] },
  file: { needed: ['folder'], free: [] },
  firehose: { needed: ['stream', 'region'], free: ['endpoint'] },
  cloudwatch: { needed: ['group', 'region'], free: ['stream', 'endpoint'] },
  otlp: { needed: ['url'], free: ['token_env', 'ca_file'] },
  syslog: { needed: ['host'], free: ['port', 'ca_file'] },
  splunk: { needed: ['url', 'token_env'], free: ['index', 'ack', 'ca_file'] },
  elastic: { needed: ['url', 'index', 'token_env'], free: ['ca_file'] },
};

const COMMON_FIELDS: ReadonlySet<string> = new Set(['name', 'to', 'required', 'form', 'kinds']);

/** Variables that hold keys of models or of Sallyport: whoever writes a sink must not be able to send them out. */
const NO_SINK_TOKEN = /^(?:ANTHROPIC|AWS|CLAUDE|SALLYPORT|BEDROCK|VERTEX|GOOGLE)_/;

function sinkFaults(sink: WrittenSink, path: FieldPath, report: Report): readonly Fault[] {
  const { needed, free } = SINK_FIELDS[sink.to];
  const faults = fieldsOf(sink, { needed, free, common: COMMON_FIELDS }, path, report);
  if (sink.url !== undefined) faults.push(...addressFaults(sink.url, [...path, 'url'], report));
  if (sink.endpoint !== undefined) faults.push(...addressFaults(sink.endpoint, [...path, 'endpoint'], report));
  if (sink.token_env !== undefined && NO_SINK_TOKEN.test(sink.token_env)) {
    const message = 'this variable holds a key of models or of Sallyport, which no sink is given';
    faults.push(
      report('policy/wrong-form', 'error', [...path, 'token_env'], message, 'name the variable of its own token'),
    );
  }
  if (sink.folder !== undefined && /[{}]/.test(withoutPlaceholders(sink.folder))) {
    const message = 'only `{host}` and `{log}` stand in braces here';
    faults.push(report('policy/wrong-form', 'error', [...path, 'folder'], message, null));
  }
  if (sink.to === 's3' || sink.to === 'file') {
    const hint = 'add a sink of another kind for this, and leave it out here';
    if (sink.form === 'ocsf') {
      const message = 'a store holds the exact lines of the log, or nobody could verify it';
      faults.push(report('policy/contradiction', 'error', [...path, 'form'], message, hint));
    }
    if (sink.kinds !== undefined) {
      const message = 'a store holds every record, or nobody could verify it';
      faults.push(report('policy/contradiction', 'error', [...path, 'kinds'], message, hint));
    }
  }
  return [...faults, ...lockFaults(sink, path, report)];
}

function withoutPlaceholders(text: string): string {
  return text.replaceAll('{host}', '').replaceAll('{log}', '');
}

function lockFaults({ object_lock }: WrittenSink, path: FieldPath, report: Report): readonly Fault[] {
  if (object_lock === undefined) return [];
  const faults: Fault[] = [];
  if (object_lock.days === undefined) {
    const message = '`object_lock` does not say for how many `days` objects are kept';
    faults.push(report('policy/missing-field', 'error', [...path, 'object_lock'], message, 'seven years are 2557'));
  }
  if (object_lock.mode === 'compliance' && !object_lock.acknowledged) {
    const message =
      'objects under `compliance` cannot be deleted by anyone before their days are over, nor can the days be made fewer';
    const hint = 'write `acknowledged: true` beside it once whoever pays for the bucket agrees, or take `governance`';
    faults.push(report('policy/contradiction', 'error', [...path, 'object_lock', 'mode'], message, hint));
  }
  return faults;
}

const ANCHOR_FIELDS: Readonly<
  Record<
    WrittenAnchor['to'],
    { readonly needed: readonly (keyof WrittenAnchor)[]; readonly free: readonly (keyof WrittenAnchor)[] }
  >
> = {
  folder: { needed: ['folder'], free: [] },
  git: { needed: ['remote'], free: ['branch'] },
  s3: { needed: ['bucket', 'region'], free: ['prefix', 'endpoint'] },
};

const COMMON_ANCHOR_FIELDS: ReadonlySet<string> = new Set(['name', 'to']);

function anchorFaults(anchor: WrittenAnchor, path: FieldPath, report: Report): readonly Fault[] {
  const fields = { ...ANCHOR_FIELDS[anchor.to], common: COMMON_ANCHOR_FIELDS };
  const faults = fieldsOf(anchor, fields, path, report);
  if (anchor.endpoint !== undefined) faults.push(...addressFaults(anchor.endpoint, [...path, 'endpoint'], report));
  if (anchor.prefix?.includes('{identity}') === true) {
    const message =
      '`{identity}` stands for nothing here: checkpoints of a host lie where they lay, whoever its credentials are';
    faults.push(report('policy/wrong-form', 'error', [...path, 'prefix'], message, 'write `{host}` or `{log}`'));
  }
  if (anchor.remote !== undefined && holdsSecret(anchor.remote)) {
    const message = 'the address names a user, and with it perhaps a secret that everybody sees who sees the policy';
    const hint = 'reach the repository by `ssh`, with a key of the daemon’s user';
    faults.push(report('policy/wrong-form', 'error', [...path, 'remote'], message, hint));
  }
  return faults;
}

/** A token for `https` may stand as the name of a user; the user of `ssh` is none. */
function holdsSecret(remote: string): boolean {
  const url = URL.parse(remote);
  if (url === null) return false;
  return url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:');
}

interface FieldsOfKind {
  readonly needed: readonly string[];
  readonly free: readonly string[];
  readonly common: ReadonlySet<string>;
}

/** Fields that a kind lacks, and fields that it has no use for: who wrote them thinks that they do something. */
function fieldsOf(
  entry: { readonly to: string },
  { needed, free, common }: FieldsOfKind,
  path: FieldPath,
  report: Report,
): Fault[] {
  const said = Object.entries(entry).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  const missing = needed.filter((field) => !said.includes(field));
  const idle = said.filter((field) => !common.has(field) && !needed.includes(field) && !free.includes(field));
  return [
    ...missing.map((field) =>
      report('policy/missing-field', 'error', path, `${quoted(entry.to)} needs \`${field}\``, null),
    ),
    ...idle.map((field) =>
      report('policy/contradiction', 'error', [...path, field], `${quoted(entry.to)} has no \`${field}\``, null),
    ),
  ];
}

function addressFaults(text: string, path: FieldPath, report: Report): readonly Fault[] {
  const url = upstreamUrl(text);
  return url.ok ? [] : [report('policy/wrong-form', 'error', path, url.problem, null)];
}
