import { OTHER_ACTIVITY } from './ocsf-class.ts';
import { deviceOf } from './reading.ts';
import type { Mapping } from './reading.ts';

/** An activity of a kind of record that has neither a class nor a number. */
export const UNKNOWN_MAPPING: Omit<Mapping, 'kind'> = {
  event: '*',
  form: null,
  className: 'base_event',
  activityId: OTHER_ACTIVITY,
  activityName: 'Unknown',
  why: 'A record of another version, or one that is not as this version writes it: nothing of it is guessed.',
  map: (reading) => ({
    severity: 'informational',
    isSuccess: null,
    message: `a record of kind ${reading.record.kind} that this version does not know`,
    attributes: { device: deviceOf(reading) },
    profiles: ['host'],
  }),
};
