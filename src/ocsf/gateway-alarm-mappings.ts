import type { JsonObject } from '../core/json.ts';
import type { Severity } from './ocsf-event.ts';
import { actorOf, deviceOf, endpointOf, findingOf, outcomeOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

const FINDING = { kind: 'model', form: null, className: 'detection_finding', activityId: 1 } as const;

/** What the gateway found, and connections that it took or refused. */
export const GATEWAY_ALARM_MAPPINGS: readonly Mapping[] = [
  {
    kind: 'model',
    event: 'refused',
    form: 'token',
    className: 'authentication',
    activityId: 1,
    why: 'Somebody without the token of a session: what SIEMs count as failed logons.',
    map: (reading) => ({
      severity: 'medium',
      isSuccess: false,
      message: `no session was proven: ${whyOf(reading)}`,
      attributes: {
        user: { name: 'unknown', type_id: 0, type: 'Unknown' },
        service: { name: 'Sallyport gateway' },
        src_endpoint: endpointOf(reading),
        device: deviceOf(reading),
        ...outcomeOf('deny'),
      },
      profiles: ['host', 'security_control'],
    }),
  },
  {
    kind: 'model',
    event: 'refused',
    form: 'proxy',
    className: 'network_activity',
    activityId: 5,
    why: 'A connection, not a request, was refused by the forward proxy.',
    map: (reading) => ({
      severity: 'medium',
      isSuccess: false,
      message: `a connection was refused: ${whyOf(reading)}`,
      attributes: { ...connectionOf(reading, reading.text('path')), ...outcomeOf('deny') },
      profiles: ['host', 'security_control'],
    }),
  },
  {
    kind: 'model',
    event: 'tunnel',
    form: null,
    className: 'network_activity',
    activityId: 1,
    why: 'A connection was taken by the forward proxy.',
    map: (reading) => ({
      severity: 'informational',
      isSuccess: true,
      message: `a connection to ${reading.text('host') ?? 'a host'} was taken`,
      attributes: { ...connectionOf(reading, reading.text('host')), ...outcomeOf('allow') },
      profiles: ['host', 'security_control'],
    }),
  },
  {
    ...FINDING,
    event: 'canary-unanswered',
    why: 'A session whose hooks do not reach the guard is an attack until shown otherwise.',
    map: (reading) => found(reading, 'high', 'Hooks do not reach the guard', 'enforcement', 'canary-unanswered'),
  },
  {
    ...FINDING,
    event: 'undecided-result',
    why: 'A tool ran past the guard.',
    map: (reading) => found(reading, 'critical', 'A tool ran without a decision', 'enforcement', 'undecided-result'),
  },
  {
    ...FINDING,
    event: 'undecided-error',
    why: 'A call failed that the guard never saw: mostly a refusal of the client itself.',
    map: (reading) => found(reading, 'low', 'A call failed without a decision', 'enforcement', 'undecided-error'),
  },
  {
    ...FINDING,
    event: 'reply-finding',
    why: 'Detectors saw something in the words of the model.',
    map: (reading) => {
      const details = found(reading, 'medium', 'The words of the model hold what they should not', 'content', 'reply');
      return { ...details, attributes: { ...details.attributes, ...outcomeOf(fateOf(reading)) } };
    },
  },
];

function whyOf(reading: Reading): string {
  return reading.text('why') ?? 'no reason told';
}

function fateOf(reading: Reading): string | null {
  return JSON.stringify(reading.body['findings'] ?? []).includes('"blocked"') ? 'deny' : null;
}

function found(reading: Reading, severity: Severity, title: string, type: string, analytic: string): Details {
  const { event, ...data } = reading.body;
  const requestIndex = reading.number('requestIndex');
  return {
    severity,
    isSuccess: null,
    message: title,
    attributes: {
      ...findingOf(reading, {
        title,
        type,
        desc: `record ${typeof event === 'string' ? event : 'unknown'}`,
        analytic: `gateway/${analytic}`,
        data,
        related: requestIndex === null ? [] : [requestIndex],
      }),
      ...outcomeOf(null),
    },
    profiles: ['host', 'security_control'],
    correlationUid: reading.text('toolUseId'),
  };
}

function connectionOf(reading: Reading, target: string | null): JsonObject {
  const [host, port] = (target ?? '').split(':');
  const isHost = host !== undefined && /^[a-zA-Z0-9.-]{1,253}$/.test(host) && target !== 'unknown';
  const portNumber = Number(port);
  const isPort = port !== undefined && /^[0-9]{1,5}$/.test(port) && portNumber <= 65_535;
  return {
    actor: actorOf(reading),
    device: deviceOf(reading),
    src_endpoint: endpointOf(reading),
    ...(isHost ? { dst_endpoint: { hostname: host, ...(isPort ? { port: portNumber } : {}) } } : {}),
  };
}
