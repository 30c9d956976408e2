import { hash } from 'node:crypto';
import type { AuditRecord } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { OCSF_CLASSES, OCSF_VERSION, OTHER_ACTIVITY } from './ocsf-class.ts';
import type { OcsfClass, OcsfClassName } from './ocsf-class.ts';

/** A record with its place in the log. */
export interface PlacedRecord extends AuditRecord {
  readonly index: number;
  /** Leaf hash of its line. */
  readonly hash: Sha256;
}

/** Which log the records are of. */
export interface OcsfSource {
  /** Origin of the log: `sallyport/HOST/8 hex digits`. */
  readonly logId: string;
  /** Version of this program. */
  readonly productVersion: string;
}

/** An event of the framework. Holds no content: texts are told by digest and length, sealed content by its digest. */
export interface OcsfEvent extends JsonObject {
  readonly class_uid: number;
  readonly type_uid: number;
  readonly activity_id: number;
  readonly severity_id: number;
  readonly time: number;
  readonly metadata: JsonObject;
  readonly unmapped: JsonObject;
}

export const SEVERITIES = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
export type Severity = keyof typeof SEVERITIES;

/** What a record becomes. */
export interface Mapped {
  readonly className: OcsfClassName;
  readonly activityId: number;
  /** Name of an activity that the framework has none for. */
  readonly activityName?: string;
  readonly severity: Severity;
  /** Null where the record does not tell. For findings, which are always new, it has no meaning. */
  readonly isSuccess: boolean | null;
  readonly message: string;
  /** Attributes of the class. */
  readonly attributes: JsonObject;
  /** Sets of attributes that the event has beyond those of its class. */
  readonly profiles: readonly string[];
  /** Ties events of one thing together. */
  readonly correlationUid?: string | null;
}

/** Writes the event of a record: what all classes have in common, around what its mapping says. */
export function eventOf(record: PlacedRecord, source: OcsfSource, mapped: Mapped): OcsfEvent {
  const { kind, index, sessionId, body } = record;
  const { className, activityId, severity, profiles } = mapped;
  const { uid, name, categoryUid, categoryName, activities }: OcsfClass = OCSF_CLASSES[className];
  const activity = activities[activityId] ?? 'Other';
  const correlation = mapped.correlationUid ?? sessionId;
  return {
    activity_id: activityId,
    activity_name: activityId === OTHER_ACTIVITY ? (mapped.activityName ?? activity) : activity,
    category_uid: categoryUid,
    category_name: categoryName,
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activityId,
    type_name: `${name}: ${activity}`,
    time: record.occurredAtMs,
    severity_id: SEVERITIES[severity],
    severity: `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`,
    ...statusFields(className, mapped.isSuccess),
    message: mapped.message,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Sallyport', vendor_name: 'Sallyport', version: source.productVersion },
      uid: `${source.logId}/${index}`,
      sequence: index,
      log_name: source.logId,
      log_format: 'spec/audit-record.md',
      log_version: '2',
      event_code: `${kind}.${stringField(body, 'event') ?? 'unknown'}`,
      ...(correlation === null ? {} : { correlation_uid: correlation }),
      ...(profiles.length === 0 ? {} : { profiles: [...profiles] }),
    },
    // The digest of the whole record, so that an event leads back to its proof.
    raw_data_hash: { algorithm_id: 99, algorithm: 'RFC 6962 leaf hash, SHA-256', value: record.hash },
    ...mapped.attributes,
    unmapped: { kind, index, session: sessionId, body: withoutSealed(body) },
  };
}

/** The machine of a log, as its origin names it. */
export function hostOf({ logId }: OcsfSource): string {
  return logId.split('/')[1] ?? logId;
}

function statusFields(className: OcsfClassName, isSuccess: boolean | null): JsonObject {
  // A finding has a state of its own; whether anything succeeded is not what it tells.
  if (className === 'detection_finding') return { status_id: 1, status: 'New' };
  if (isSuccess === null) return { status_id: 0, status: 'Unknown' };
  return isSuccess ? { status_id: 1, status: 'Success' } : { status_id: 2, status: 'Failure' };
}

/** Sealed content stays in the log: what destroys its key must not leave copies of it behind in other places. */
function withoutSealed(body: JsonObject): JsonObject {
  const { sealed, ...rest } = body;
  if (typeof sealed !== 'string') return body;
  const kept: Record<string, Json> = { ...rest, sealedSha256: hash('sha256', sealed), sealedLength: sealed.length };
  return kept;
}
