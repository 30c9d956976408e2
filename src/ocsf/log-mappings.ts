import { OTHER_ACTIVITY } from './ocsf-class.ts';
import type { Severity } from './ocsf-event.ts';
import { deviceOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

const LOG = { kind: 'log', form: null, className: 'event_log_actvity', activityId: OTHER_ACTIVITY } as const;

/** What the log says of itself. */
export const LOG_MAPPINGS: readonly Mapping[] = [
  {
    ...LOG,
    event: 'opened',
    activityId: 6,
    why: 'Event Log Activity is about logs themselves.',
    map: (reading) => told(reading, 'informational', true, 'the audit log was opened'),
  },
  {
    ...LOG,
    event: 'closed',
    activityId: 7,
    why: 'The same.',
    map: (reading) => told(reading, 'informational', true, 'the audit log was closed'),
  },
  {
    ...LOG,
    event: 'heartbeat',
    activityName: 'Heartbeat',
    why: 'A log that is silent and one that is dead must not look alike.',
    map: (reading) =>
      (reading.number('refused') ?? 0) > 0
        ? told(reading, 'high', false, 'the audit log is alive and has refused records')
        : told(reading, 'informational', true, 'the audit log is alive'),
  },
  {
    ...LOG,
    event: 'gap',
    activityName: 'Gap',
    why: 'A time of which the log tells nothing.',
    map: (reading) =>
      told(
        reading,
        reading.text('cause') === 'stopped' ? 'low' : 'high',
        false,
        `nothing was recorded for ${reading.number('seconds') ?? 'unknown'} s: ${reading.text('cause') ?? 'no cause told'}`,
      ),
  },
  {
    ...LOG,
    event: 'clock-jump',
    activityName: 'Clock Jump',
    why: 'Times of records before and after do not compare.',
    map: (reading) => told(reading, 'medium', null, `the clock was set by ${reading.number('jumpMs') ?? 'unknown'} ms`),
  },
  {
    ...LOG,
    event: 'torn-tail',
    activityName: 'Repair',
    why: 'Bytes were cut off that no writer had been told are safe.',
    map: (reading) =>
      told(reading, 'medium', true, `${reading.number('bytes') ?? 'some'} bytes of a torn write were cut off`),
  },
  {
    ...LOG,
    event: 'checkpoint-failed',
    activityName: 'Checkpoint Failure',
    why: 'For a while nothing said how many records there were.',
    map: (reading) => told(reading, 'high', false, `checkpoints failed: ${reading.text('code') ?? 'no code'}`),
  },
  {
    ...LOG,
    event: 'key-changed',
    activityName: 'Key Change',
    why: 'Who verifies needs the new key, from its owner.',
    map: (reading) => told(reading, 'critical', true, 'the log is signed with another key from here on'),
  },
  {
    ...LOG,
    event: 'tiles-rebuilt',
    activityName: 'Repair',
    why: 'The tree was made anew from the records, which were checked.',
    map: (reading) => told(reading, 'low', true, 'the tree of the log was made anew'),
  },
  {
    ...LOG,
    event: 'write-failed',
    activityName: 'Write Failure',
    why: 'Nothing could be recorded for a while, and so nothing was allowed.',
    map: (reading) => told(reading, 'high', false, `the disk of the log failed: ${reading.text('code') ?? 'no code'}`),
  },
];

function told(reading: Reading, severity: Severity, isSuccess: boolean | null, message: string): Details {
  return {
    severity,
    isSuccess,
    message,
    attributes: {
      log_name: reading.source.logId,
      log_provider: 'Sallyport',
      log_type_id: 2,
      log_type: 'Application',
      device: deviceOf(reading),
    },
    profiles: ['host'],
  };
}
