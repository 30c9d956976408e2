import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { Mapped, OcsfSource, PlacedRecord, Severity } from './ocsf-event.ts';
import { hostOf } from './ocsf-event.ts';

/** A record that is being mapped, with the parts that many mappings need. */
export interface Reading {
  readonly record: PlacedRecord;
  readonly source: OcsfSource;
  readonly body: JsonObject;
  /** The string under a name of the body, or null. */
  text(name: string): string | null;
  /** The number under a name of the body, or null. */
  number(name: string): number | null;
}

export function readingOf(record: PlacedRecord, source: OcsfSource): Reading {
  const { body } = record;
  return {
    record,
    source,
    body,
    text: (name) => stringField(body, name),
    number: (name) => {
      const value = Object.hasOwn(body, name) ? body[name] : undefined;
      return typeof value === 'number' ? value : null;
    },
  };
}

/** How one event is mapped; a row of the mapping table. */
export interface Mapping {
  readonly kind: PlacedRecord['kind'];
  /** The body's `event`; `*` for every event that has no row of its own. */
  readonly event: string;
  /** Which records of that event, where it has several rows; null for all others. */
  readonly form: string | null;
  readonly className: Mapped['className'];
  readonly activityId: number;
  /** Name of an activity that the framework has none for. */
  readonly activityName?: string;
  /** Why this class. */
  readonly why: string;
  readonly map: (reading: Reading) => Details;
}

/** What a mapping says beyond its row. */
export interface Details {
  readonly severity: Severity;
  readonly isSuccess: boolean | null;
  readonly message: string;
  readonly attributes: JsonObject;
  readonly profiles: readonly string[];
  readonly correlationUid?: string | null;
}

/** The client that acts in a session. */
export const CLIENT_NAME = 'Claude Code';

/** Who acts: the client in its session, or a person. */
export function actorOf({ record }: Reading, user: string | null = null): JsonObject {
  return {
    ...(user === null ? { app_name: CLIENT_NAME } : { user: { name: user, type_id: 1, type: 'User' } }),
    ...(record.sessionId === null ? {} : { session: { uid: record.sessionId, issuer: 'Sallyport' } }),
  };
}

/** The machine that the log is of; what kind it is, nobody says. */
export function deviceOf({ source }: Reading): JsonObject {
  return { hostname: hostOf(source), uid: source.logId, type_id: 0, type: 'Unknown' };
}

/** The same machine as the near end of a connection. */
export function endpointOf({ source }: Reading): JsonObject {
  return { hostname: hostOf(source), uid: source.logId };
}

/** The rule and the policy that decided, for events with the security-control profile. */
export function ruleOf(reading: Reading): JsonObject {
  const [rule, bundle] = [reading.text('ruleId'), reading.text('bundle')];
  return {
    ...(rule === null ? {} : { firewall_rule: { uid: rule, name: rule, type: 'policy rule' } }),
    ...(bundle === null ? {} : { policy: { uid: bundle, name: 'Sallyport policy', is_applied: true } }),
  };
}

/** How an action fared at the enforcement point: the two attributes that SIEMs filter on. */
export function outcomeOf(verdict: string | null): JsonObject {
  switch (verdict) {
    case 'allow':
      return { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' };
    case 'deny':
      return { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' };
    case 'rewrite':
      return { action_id: 4, action: 'Modified', disposition_id: 11, disposition: 'Corrected' };
    case 'ask':
      // A person decides: the action is not known yet.
      return { action_id: 0, action: 'Unknown', disposition_id: 23, disposition: 'Challenge' };
    case null:
    default:
      return { action_id: 3, action: 'Observed', disposition_id: 17, disposition: 'Logged' };
  }
}

/** A finding about an action. */
export function findingOf(
  reading: Reading,
  finding: {
    readonly title: string;
    readonly type: string;
    readonly desc: string;
    readonly analytic: string;
    readonly data: JsonObject;
    readonly related?: readonly number[];
  },
): JsonObject {
  const { record, source } = reading;
  const related = finding.related ?? [];
  return {
    finding_info: {
      uid: `${source.logId}/${record.index}`,
      title: finding.title,
      desc: finding.desc,
      types: [finding.type],
      created_time: record.occurredAtMs,
      analytic: { name: finding.analytic, uid: finding.analytic, type_id: 1, type: 'Rule' },
      ...(related.length === 0
        ? {}
        : { related_events: related.map((index) => ({ uid: `${source.logId}/${index}` })) }),
    },
    evidences: [{ actor: actorOf(reading), data: finding.data }],
    is_alert: true,
    device: deviceOf(reading),
  };
}

/** The object under a name of the body, or an empty one. */
export function objectOf({ body }: Reading, name: string): JsonObject {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return isJsonObject(value) ? value : {};
}
