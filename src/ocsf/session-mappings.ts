import type { JsonObject } from '../core/json.ts';
import { OTHER_ACTIVITY } from './ocsf-class.ts';
import { actorOf, deviceOf, endpointOf, findingOf, objectOf, outcomeOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

/** What becomes of sessions, and what their processes were seen to do. */
export const SESSION_MAPPINGS: readonly Mapping[] = [
  {
    kind: 'session',
    event: 'opened',
    form: null,
    className: 'authentication',
    activityId: 1,
    why: 'A person gets a session and the token that proves it.',
    map: (reading) => session(reading, { created_time: reading.record.occurredAtMs }, 'a session was opened'),
  },
  {
    kind: 'session',
    event: 'refused',
    form: null,
    className: 'authentication',
    activityId: 1,
    why: 'A person asked for a session and got none: a logon that failed.',
    map: (reading) => ({
      ...session(reading, {}, 'a session was refused: its person has as many as the policy allows'),
      severity: 'low',
      isSuccess: false,
    }),
  },
  {
    kind: 'session',
    event: 'ended',
    form: null,
    className: 'authentication',
    activityId: 2,
    why: 'The token is worth nothing from here on.',
    map: (reading) => {
      const reason = reading.text('reason') ?? 'no reason told';
      const expiry = { expiration_time: reading.record.occurredAtMs, expiration_reason: reason };
      return session(reading, expiry, `a session ended: ${reason}`);
    },
  },
  {
    kind: 'session',
    event: 'documents',
    form: null,
    className: 'authorize_session',
    activityId: 1,
    why: 'The documents say what the client of the session may do.',
    map: (reading) => ({
      severity: 'informational',
      isSuccess: true,
      message: 'the client of a session was given its documents',
      attributes: {
        actor: actorOf(reading),
        user: userOf(reading),
        session: sessionOf(reading, {}),
        device: deviceOf(reading),
        privileges: (['bundle', 'settingsSha256', 'mcpSha256'] as const).map(
          (name) => `${name}:${reading.text(name) ?? ''}`,
        ),
      },
      profiles: ['host'],
    }),
  },
  {
    kind: 'session',
    event: 'watched',
    form: null,
    className: 'base_event',
    activityId: OTHER_ACTIVITY,
    activityName: 'Watch',
    why: 'That somebody looks is told once for each session; no class is about it.',
    map: (reading) => ({
      severity: reading.text('osView') === 'none' ? 'low' : 'informational',
      isSuccess: reading.text('osView') !== 'none',
      message: `processes of the session are seen by: ${reading.text('osView') ?? 'unknown'}`,
      attributes: { actor: actorOf(reading), device: deviceOf(reading) },
      profiles: ['host'],
    }),
  },
  {
    kind: 'egress',
    event: 'connection',
    form: null,
    className: 'network_activity',
    activityId: 1,
    why: 'A connection of a process, which nobody decided.',
    map: (reading) => connection(reading),
  },
  {
    kind: 'session',
    event: 'tainted',
    form: null,
    className: 'detection_finding',
    activityId: 1,
    why: 'The agent may act for somebody else from here on.',
    map: (reading) => tainted(reading),
  },
];

/** The user whom the launcher told of when the session was opened; other records do not name one. */
function userOf(reading: Reading): JsonObject {
  const { user } = objectOf(reading, 'about');
  return typeof user === 'string' && user !== ''
    ? { name: user, type_id: 1, type: 'User' }
    : { name: 'unknown', type_id: 0, type: 'Unknown' };
}

function sessionOf({ record }: Reading, more: JsonObject): JsonObject {
  return { uid: record.sessionId ?? 'unknown', issuer: 'Sallyport', ...more };
}

function session(reading: Reading, times: JsonObject, message: string): Details {
  return {
    severity: 'informational',
    isSuccess: true,
    message,
    attributes: {
      user: userOf(reading),
      service: { name: 'Sallyport' },
      session: sessionOf(reading, times),
      src_endpoint: endpointOf(reading),
      device: deviceOf(reading),
    },
    profiles: ['host'],
  };
}

function tainted(reading: Reading): Details {
  const detector = reading.text('detectorId');
  const { event: _, ...data } = reading.body;
  const title =
    detector === null ? 'The session read text that anybody may have written' : 'The session read an injection';
  return {
    severity: detector === null ? 'low' : 'high',
    isSuccess: null,
    message: title,
    attributes: {
      ...findingOf(reading, {
        title,
        type: 'injection',
        desc: `source: ${reading.text('source') ?? 'unknown'}`,
        analytic: detector ?? 'taint/source',
        data,
      }),
      ...outcomeOf(null),
    },
    profiles: ['host', 'security_control'],
    correlationUid: reading.text('toolUseId'),
  };
}

function connection(reading: Reading): Details {
  const [address = '', port = ''] = (reading.text('remote') ?? '').split(' ');
  const isPort = /^[0-9]{1,5}$/.test(port) && Number(port) <= 65_535;
  return {
    severity: reading.text('to') === 'model' ? 'high' : 'medium',
    isSuccess: true,
    message: `a process of the session holds a connection to ${reading.text('remote') ?? 'somewhere'}`,
    attributes: {
      actor: { ...actorOf(reading), process: { pid: reading.number('pid') ?? 0 } },
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      dst_endpoint: {
        ...(isAddress(address) ? { ip: address } : { name: address === '' ? 'unknown' : address }),
        ...(isPort ? { port: Number(port) } : {}),
      },
      ...outcomeOf(null),
    },
    profiles: ['host', 'security_control'],
  };
}

/** Whether a text is an IPv4 address, or an IPv6 address in hex groups. */
function isAddress(text: string): boolean {
  if (/^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(text)) return text.split('.').every((part) => Number(part) <= 255);
  return /^[0-9a-f:]{2,39}$/i.test(text) && URL.canParse(`http://[${text}]/`);
}
