import { OTHER_ACTIVITY } from './ocsf-class.ts';
import type { Severity } from './ocsf-event.ts';
import { deviceOf } from './reading.ts';
import type { Mapping } from './reading.ts';

const ROWS: readonly (readonly [event: string, severity: Severity, isSuccess: boolean, what: string])[] = [
  ['delivery-behind', 'medium', false, 'is behind'],
  ['delivery-denies', 'critical', false, 'is so far behind that decisions are refused'],
  ['delivery-denies-no-more', 'medium', true, 'is behind, and decisions are refused no more'],
  ['delivery-caught-up', 'informational', true, 'has caught up'],
  ['delivery-refused', 'high', false, 'refuses records'],
  ['delivery-refused-no-more', 'informational', true, 'takes all records again'],
  ['delivery-sink-added', 'informational', true, 'is delivered to'],
  ['delivery-position-lost', 'medium', false, 'is delivered to from where it is certain'],
  ['delivery-log-changed', 'high', true, 'is given another log'],
  ['delivery-target-changed', 'medium', true, 'is at another place'],
  ['delivery-sink-removed', 'medium', true, 'was taken out of the policy'],
];

/** What becomes of the records on their way to other places. */
export const DELIVERY_MAPPINGS: readonly Mapping[] = ROWS.map(([event, severity, isSuccess, what]) => ({
  kind: 'log',
  event,
  form: null,
  className: 'event_log_actvity',
  activityId: OTHER_ACTIVITY,
  activityName: 'Delivery',
  why: 'The log on its way to other places. `Export` would say that all went well.',
  map: (reading) => ({
    severity,
    isSuccess,
    message: `sink ${reading.text('sink') ?? 'unknown'} ${what}`,
    attributes: {
      log_name: reading.source.logId,
      log_provider: 'Sallyport',
      log_type_id: 2,
      log_type: 'Application',
      device: deviceOf(reading),
    },
    profiles: ['host'],
  }),
}));
