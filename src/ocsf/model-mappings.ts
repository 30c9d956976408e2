import type { JsonObject } from '../core/json.ts';
import { OTHER_ACTIVITY } from './ocsf-class.ts';
import type { Severity } from './ocsf-event.ts';
import { actorOf, CLIENT_NAME, deviceOf, endpointOf, objectOf, outcomeOf, ruleOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

const API = { kind: 'model', form: null, className: 'api_activity', activityId: OTHER_ACTIVITY } as const;

/** What went between the client and the model service. */
export const MODEL_MAPPINGS: readonly Mapping[] = [
  {
    ...API,
    event: 'request',
    activityName: 'Inference Request',
    why: 'A call of an outside API; the AI profile names model and speaker.',
    map: (reading) => request(reading, 'allow', 'a request goes to the model', 'informational'),
  },
  {
    ...API,
    event: 'response',
    activityName: 'Inference Response',
    why: 'How that call ended, with its cost in tokens.',
    map: (reading) => response(reading),
  },
  {
    ...API,
    event: 'refused',
    activityName: 'Refuse',
    why: 'The gateway answered in place of the model service.',
    map: (reading) => request(reading, 'deny', `a request was refused: ${whyOf(reading)}`, 'medium'),
  },
  {
    ...API,
    event: 'fallback',
    activityName: 'Fallback',
    why: 'The same call, made of another service.',
    map: (reading) => ({ ...other(reading, 'inference', 'another model service is asked'), severity: 'low' }),
  },
  {
    ...API,
    event: 'tool_use',
    activityName: 'Call Asked',
    why: "The model's side of a call; the decision with the same id tells what it is about.",
    map: (reading) => toolUse(reading, 'the model asks for'),
  },
  {
    ...API,
    event: 'call-refused',
    activityName: 'Call Refused',
    why: 'A call was taken out of an answer.',
    map: (reading) => ({ ...toolUse(reading, 'taken out of the answer:'), severity: 'medium', isSuccess: false }),
  },
  {
    ...API,
    event: 'canary-issued',
    activityName: 'Liveness Check',
    why: 'A call that the gateway makes up, to be denied by the guard.',
    map: (reading) => other(reading, reading.text('tool') ?? 'canary', 'a liveness check was issued'),
  },
  {
    ...API,
    event: 'relay-request',
    activityName: 'Relayed Request',
    why: 'The same call as the host made, one hop on, with who AWS says the host is.',
    map: (reading) =>
      relayed(reading, request(reading, 'allow', 'a request of a host goes to Bedrock', 'informational')),
  },
  {
    ...API,
    event: 'relay-response',
    activityName: 'Relayed Response',
    why: 'How that call ended.',
    map: (reading) => response(reading),
  },
  {
    ...API,
    event: 'relay-refused',
    activityName: 'Refuse Relay',
    why: 'A machine asked for a model and was not let through.',
    map: (reading) =>
      relayed(reading, request(reading, 'deny', `a request of a host was refused: ${whyOf(reading)}`, 'medium')),
  },
];

/** The role that AWS names, as the user of the call: of a machine no other is known here. */
function relayed(reading: Reading, details: Details): Details {
  const caller = objectOf(reading, 'caller');
  const [account, role, session] = ['account', 'role', 'session'].map((name) => caller[name]);
  if (typeof account !== 'string' || typeof role !== 'string' || typeof session !== 'string') return details;
  const user = { name: `${account}/${role}/${session}`, type_id: 99, type: 'AWS role session' };
  return { ...details, attributes: { ...details.attributes, actor: { user } } };
}

function whyOf(reading: Reading): string {
  return reading.text('why') ?? 'no reason told';
}

/** Whose API a path is of. */
function providerOf(path: string): string {
  if (path.startsWith('/model')) return 'Amazon Bedrock';
  return path.includes('/publishers/anthropic/') ? 'Google Vertex AI' : 'Anthropic';
}

function request(reading: Reading, verdict: string, message: string, severity: Severity): Details {
  const path = reading.text('path') ?? 'unknown';
  const [model, bytes] = [reading.text('model'), reading.number('bytes')];
  return {
    severity,
    isSuccess: verdict === 'deny' ? false : null,
    message,
    attributes: {
      actor: actorOf(reading),
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      dst_endpoint: { svc_name: providerOf(path) },
      api: { operation: path, service: { name: providerOf(path) } },
      http_request: { url: { path }, ...(bytes === null ? {} : { body_length: bytes }) },
      message_context: { ai_role_id: 1, ai_role: 'User', application: { name: CLIENT_NAME } },
      ...(model === null ? {} : { ai_model: { name: model, ai_provider: providerOf(path) } }),
      ...outcomeOf(verdict),
    },
    profiles: ['host', 'security_control', 'ai_operation'],
  };
}

function response(reading: Reading): Details {
  const [status, bytes, durationMs] = ['status', 'bytes', 'durationMs'].map((name) => reading.number(name));
  const ended = reading.text('ended') ?? 'unknown';
  const isSuccess = ended === 'complete' && typeof status === 'number' && status >= 200 && status < 300;
  const durationIfAny = typeof durationMs === 'number' && durationMs >= 0 ? { duration: Math.round(durationMs) } : {};
  return {
    severity: isSuccess ? 'informational' : 'low',
    isSuccess,
    message: `an answer of the model ended: ${ended}`,
    attributes: {
      actor: actorOf(reading),
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      api: {
        operation: 'inference',
        service: { name: 'model service' },
        request: { uid: eventUid(reading, 'requestIndex') },
        ...(typeof status === 'number' ? { response: { code: status, message: ended } } : {}),
      },
      ...(typeof status === 'number'
        ? { http_response: { code: status, ...(typeof bytes === 'number' ? { body_length: bytes } : {}) } }
        : {}),
      message_context: {
        ai_role_id: 2,
        ai_role: 'Assistant',
        application: { name: CLIENT_NAME },
        ...tokensOf(objectOf(reading, 'usage')),
      },
      ...(typeof status === 'number' ? { status_code: String(status) } : {}),
      status_detail: ended,
      ...durationIfAny,
    },
    profiles: ['host', 'ai_operation'],
    correlationUid: eventUid(reading, 'requestIndex'),
  };
}

function tokensOf(usage: JsonObject): JsonObject {
  const of = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (typeof usage[name] === 'number' ? Math.round(usage[name]) : 0), 0);
  if (Object.keys(usage).length === 0) return {};
  const prompt = of('input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens');
  const completion = of('output_tokens');
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function toolUse(reading: Reading, what: string): Details {
  const name = reading.text('name') ?? 'unknown';
  const verdict = reading.text('verdict');
  const details = other(reading, name, `${what} ${name}: ${verdict ?? 'no verdict'}`);
  return {
    ...details,
    attributes: { ...details.attributes, ...outcomeOf(verdict), ...ruleOf(reading) },
    profiles: [...details.profiles, 'security_control'],
  };
}

function other(reading: Reading, operation: string, message: string): Details {
  const toolUseId = reading.text('toolUseId');
  return {
    severity: 'informational',
    isSuccess: null,
    message,
    attributes: {
      actor: actorOf(reading),
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      api: {
        operation,
        service: { name: CLIENT_NAME },
        ...(toolUseId === null ? {} : { request: { uid: toolUseId } }),
      },
      message_context: { ai_role_id: 2, ai_role: 'Assistant', application: { name: CLIENT_NAME } },
    },
    profiles: ['host', 'ai_operation'],
    correlationUid: toolUseId,
  };
}

function eventUid(reading: Reading, name: string): string {
  return `${reading.source.logId}/${reading.number(name) ?? 'unknown'}`;
}
