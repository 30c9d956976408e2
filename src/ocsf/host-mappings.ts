import type { JsonObject } from '../core/json.ts';
import type { Severity } from './ocsf-event.ts';
import { actorOf, deviceOf, endpointOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

const POLICY = { kind: 'policy', form: null, className: 'entity_management' } as const;
const ADMIN = { kind: 'admin', form: null, className: 'api_activity' } as const;

/** Policies, and what people do with the log and what it keeps. */
export const HOST_MAPPINGS: readonly Mapping[] = [
  {
    ...POLICY,
    event: 'in-force',
    activityId: 10,
    why: 'Entity Management knows policies as entities that are activated; Device Config State Change only logs or collects.',
    map: (reading) => {
      const sequence = reading.number('sequence');
      const policy = {
        name: reading.text('name') ?? 'unnamed',
        uid: reading.text('digest') ?? 'unknown',
        is_applied: true,
        ...(sequence === null ? {} : { version: String(sequence) }),
      };
      return entity(reading, policy, 'informational', true, `policy ${policy.name} is in force`);
    },
  },
  {
    ...POLICY,
    event: 'refused',
    activityId: 10,
    why: 'The same act, which failed.',
    map: (reading) => {
      const said = `a policy was refused: ${reading.text('reason') ?? 'no reason told'}`;
      const details = entity(reading, { name: 'refused policy', is_applied: false }, 'medium', false, said);
      return { ...details, attributes: { ...details.attributes, status_code: reading.text('code') ?? 'UNKNOWN' } };
    },
  },
  {
    ...POLICY,
    event: 'exception-ended',
    activityId: 11,
    why: 'A part of a policy holds no longer.',
    map: (reading) => {
      const name = reading.text('name') ?? 'unnamed';
      return entity(
        reading,
        { name, is_applied: false, type: 'exception' },
        'informational',
        true,
        `exception ${name} ended`,
      );
    },
  },
  {
    ...ADMIN,
    event: 'content-opened',
    activityId: 2,
    why: 'Somebody reads what is sealed.',
    map: (reading) => act(reading, 'medium', 'sealed content was opened', true),
  },
  {
    ...ADMIN,
    event: 'erase-asked',
    activityId: 4,
    why: 'Somebody wants content destroyed; it is not yet.',
    map: (reading) => act(reading, 'medium', 'destruction of content was asked for', null),
  },
  {
    ...ADMIN,
    event: 'erased',
    activityId: 4,
    why: 'It is.',
    map: (reading) => act(reading, 'medium', 'content was destroyed', true),
  },
  {
    ...ADMIN,
    event: 'hold',
    activityId: 3,
    why: 'What may be done with content changes.',
    map: (reading) => act(reading, 'low', 'a legal hold was placed', true),
  },
  {
    ...ADMIN,
    event: 'hold-released',
    activityId: 3,
    why: 'The same, the other way.',
    map: (reading) => act(reading, 'medium', 'a legal hold was taken away', true),
  },
  {
    ...ADMIN,
    event: 'recovery-tested',
    activityId: 2,
    why: 'A day was read back from a store.',
    map: (reading) => {
      const isGood = reading.text('outcome') === 'restored';
      return act(
        reading,
        isGood ? 'informational' : 'high',
        `recovery of ${reading.text('day') ?? 'a day'} was tested`,
        isGood,
      );
    },
  },
];

function entity(
  reading: Reading,
  policy: JsonObject,
  severity: Severity,
  isSuccess: boolean,
  message: string,
): Details {
  return {
    severity,
    isSuccess,
    message,
    attributes: {
      entity: { name: policy['name'] ?? 'policy', policy, type_id: 5, type: 'Policy' },
      device: deviceOf(reading),
    },
    profiles: ['host'],
  };
}

function act(reading: Reading, severity: Severity, message: string, isSuccess: boolean | null): Details {
  return {
    severity,
    isSuccess,
    message,
    attributes: {
      actor: actorOf(reading, reading.text('by') ?? 'unknown'),
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      api: { operation: reading.text('event') ?? 'unknown', service: { name: 'Sallyport' } },
      resources: [{ uid: reading.record.sessionId ?? reading.source.logId, type: 'content of sessions' }],
    },
    profiles: ['host'],
  };
}
