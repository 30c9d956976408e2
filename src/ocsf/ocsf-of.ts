import { checkRecord } from '../records/index.ts';
import { DECISION_MAPPINGS } from './decision-mappings.ts';
import { DELIVERY_MAPPINGS } from './delivery-mappings.ts';
import { FINDING_MAPPINGS } from './finding-mappings.ts';
import { GATEWAY_ALARM_MAPPINGS } from './gateway-alarm-mappings.ts';
import { HOOK_MAPPINGS } from './hook-mappings.ts';
import { HOST_MAPPINGS } from './host-mappings.ts';
import { LOG_MAPPINGS } from './log-mappings.ts';
import { MODEL_MAPPINGS } from './model-mappings.ts';
import { eventOf } from './ocsf-event.ts';
import type { OcsfEvent, OcsfSource, PlacedRecord } from './ocsf-event.ts';
import { readingOf } from './reading.ts';
import type { Mapping, Reading } from './reading.ts';
import { SESSION_MAPPINGS } from './session-mappings.ts';
import { UNKNOWN_MAPPING } from './unknown-mapping.ts';

/** Every mapping, in the order in which the documentation tells them. */
export const MAPPINGS: readonly Mapping[] = [
  ...DECISION_MAPPINGS,
  ...HOOK_MAPPINGS,
  ...MODEL_MAPPINGS,
  ...GATEWAY_ALARM_MAPPINGS,
  ...SESSION_MAPPINGS,
  ...HOST_MAPPINGS,
  ...FINDING_MAPPINGS,
  ...LOG_MAPPINGS,
  ...DELIVERY_MAPPINGS,
];

/**
 * The event that a record is in the Open Cybersecurity Schema Framework. Every record has one, under an id of its own that
 * is the same each time: `<logId>/<index>`. A record that this version does not know becomes a Base Event with its body
 * as it is, so that nothing is lost on the way to where events are looked at. Never throws.
 */
export function ocsfOf(record: PlacedRecord, source: OcsfSource): OcsfEvent {
  const reading = readingOf(record, source);
  const mapping = checkRecord(record).isKnown ? (mappingOf(reading) ?? UNKNOWN_MAPPING) : UNKNOWN_MAPPING;
  const { className, activityId, activityName } = mapping;
  return eventOf(record, source, {
    className,
    activityId,
    ...(activityName === undefined ? {} : { activityName }),
    ...mapping.map(reading),
  });
}

const BY_NAME = new Map(MAPPINGS.map((mapping) => [nameOf(mapping.kind, mapping.event, mapping.form), mapping]));

function mappingOf(reading: Reading): Mapping | undefined {
  const { kind } = reading.record;
  const event = reading.text('event') ?? '';
  return (
    BY_NAME.get(nameOf(kind, event, formOf(reading))) ??
    BY_NAME.get(nameOf(kind, event, null)) ??
    BY_NAME.get(nameOf(kind, '*', null))
  );
}

function nameOf(kind: string, event: string, form: string | null): string {
  return `${kind} ${event} ${form ?? '-'}`;
}

/** Which of several mappings of one event is meant. */
function formOf(reading: Reading): string | null {
  const { kind } = reading.record;
  if (kind === 'decision') return reading.text('kind');
  if (kind !== 'model' || reading.text('event') !== 'refused') return null;
  const why = reading.text('why') ?? '';
  if (/^(?:proxy-)?(?:no|unknown)-token$/.test(why)) return 'token';
  return why.startsWith('proxy-') ? 'proxy' : null;
}
