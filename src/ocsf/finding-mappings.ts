import type { Severity } from './ocsf-event.ts';
import { SEVERITIES } from './ocsf-event.ts';
import { findingOf, outcomeOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

const TITLES: Readonly<Record<string, string>> = {
  'tool-without-decision': 'A tool ran without a decision',
  'decision-without-hook': 'Hooks did not ask the guard',
  'denied-call-executed': 'A denied call was executed',
  'traffic-outside-gateway': 'Traffic outside the gateway',
  'session-without-telemetry': 'A session without telemetry',
  'result-without-call': 'A result without a call',
  'input-changed': 'A call was changed after its decision',
  'memory-exceeded': 'More was going on than can be compared',
  'anchor-ahead': 'A witness or anchor has seen a larger log',
  'anchor-inconsistent': 'A witness or anchor has seen another log',
  'anchor-put-back': 'A witness or anchor has lost what it held',
};

/** What the layers do not agree on, and what places outside of the host hold against the log. */
export const FINDING_MAPPINGS: readonly Mapping[] = Object.keys(TITLES).map((event) => ({
  kind: 'finding',
  event,
  form: null,
  className: 'detection_finding',
  activityId: 1,
  why: event.startsWith('anchor-')
    ? 'Two places that should hold the same log do not.'
    : 'Two layers that should have seen the same thing did not.',
  map: (reading) => found(reading),
}));

function found(reading: Reading): Details {
  const { event, severity, ...data } = reading.body;
  const name = typeof event === 'string' ? event : 'unknown';
  const title = TITLES[name] ?? name;
  const type = name.startsWith('anchor-') ? 'anchor' : 'reconcile';
  const record = reading.number('record');
  return {
    severity: severityOf(severity),
    isSuccess: null,
    message: title,
    attributes: {
      ...findingOf(reading, {
        title,
        type,
        desc: `seen by: ${reading.text('seenBy') ?? 'unknown'}`,
        analytic: `${type}/${name}`,
        data,
        related: record === null ? [] : [record],
      }),
      ...outcomeOf(null),
    },
    profiles: ['host', 'security_control'],
    correlationUid: reading.text('toolUseId'),
  };
}

function severityOf(value: unknown): Severity {
  return (Object.keys(SEVERITIES) as Severity[]).find((one) => one === value) ?? 'medium';
}
