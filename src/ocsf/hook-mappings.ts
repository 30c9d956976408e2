import type { JsonObject } from '../core/json.ts';
import { OTHER_ACTIVITY } from './ocsf-class.ts';
import { actorOf, CLIENT_NAME, deviceOf, endpointOf, objectOf, outcomeOf, ruleOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

const ROW = { kind: 'hook', form: null } as const;
const CALL = { ...ROW, className: 'api_activity', activityId: OTHER_ACTIVITY, activityName: 'Call' } as const;

/** What the client told the guard, beyond calls that are to be decided. */
export const HOOK_MAPPINGS: readonly Mapping[] = [
  {
    ...CALL,
    event: 'PostToolUse',
    why: 'A tool ran; which file or process it was about is in the decision with the same call.',
    map: (reading) => called(reading, true),
  },
  { ...CALL, event: 'PostToolUseFailure', why: 'A tool ran and failed.', map: (reading) => called(reading, false) },
  {
    ...CALL,
    event: 'PermissionDenied',
    why: 'The client refused a call by its own rules.',
    map: (reading) => ({
      ...called(reading, false),
      attributes: { ...called(reading, false).attributes, ...outcomeOf('deny') },
    }),
  },
  {
    ...ROW,
    event: 'UserPromptSubmit',
    className: 'api_activity',
    activityId: OTHER_ACTIVITY,
    activityName: 'Prompt',
    why: 'A person speaks to the model; the AI profile names who speaks.',
    map: (reading) => prompted(reading),
  },
  {
    ...ROW,
    event: 'SessionStart',
    className: 'application_lifecycle',
    activityId: 3,
    why: 'The client started, or began a new conversation.',
    map: (reading) => lifecycle(reading, 'started'),
  },
  {
    ...ROW,
    event: 'SessionEnd',
    className: 'application_lifecycle',
    activityId: 4,
    why: 'The client ended.',
    map: (reading) => lifecycle(reading, 'ended'),
  },
  {
    ...ROW,
    event: 'unreadable',
    className: 'api_activity',
    activityId: OTHER_ACTIVITY,
    activityName: 'Refuse',
    why: 'Bytes came to the guard that are no event; they were refused.',
    map: (reading) => ({
      severity: 'medium',
      isSuccess: false,
      message: `an event was refused: ${reading.text('problem') ?? 'unreadable'}`,
      attributes: {
        actor: actorOf(reading),
        device: deviceOf(reading),
        src_endpoint: endpointOf(reading),
        api: { operation: 'hook event', service: { name: 'Sallyport guard' } },
        ...outcomeOf('deny'),
      },
      profiles: ['host', 'security_control'],
    }),
  },
  {
    ...ROW,
    event: '*',
    className: 'base_event',
    activityId: OTHER_ACTIVITY,
    activityName: 'Client Event',
    why: 'The client names its events as it likes, and adds to them with each version.',
    map: (reading) => ({
      severity: 'informational',
      isSuccess: null,
      message: `the client told of ${reading.text('event') ?? 'an event'}`,
      attributes: { actor: actorOf(reading), device: deviceOf(reading) },
      profiles: ['host'],
      correlationUid: reading.text('toolUseId'),
    }),
  },
];

/** What was done with a text after a look at it, as a verdict. */
function verdictOf(reading: Reading): string | null {
  const did = objectOf(reading, 'scan')['did'];
  if (reading.text('verdict') === 'deny' || did === 'refused' || did === 'held-back') return 'deny';
  return did === 'redacted' ? 'rewrite' : 'allow';
}

function called(reading: Reading, isSuccess: boolean): Details {
  const verdict = verdictOf(reading);
  const toolUseId = reading.text('toolUseId');
  const durationMs = reading.number('durationMs');
  const tool = reading.text('tool') ?? 'unknown';
  return {
    severity: verdict === 'allow' ? 'informational' : 'medium',
    isSuccess,
    message: `${tool} ${isSuccess ? 'ran' : 'did not succeed'}${verdict === 'allow' ? '' : '; its result was withheld or changed'}`,
    attributes: {
      actor: actorOf(reading),
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      api: {
        operation: tool,
        service: { name: CLIENT_NAME },
        ...(toolUseId === null ? {} : { request: { uid: toolUseId } }),
      },
      ...(durationMs === null || durationMs < 0 ? {} : { duration: Math.round(durationMs) }),
      ...outcomeOf(verdict),
      ...ruleOf(reading),
    },
    profiles: ['host', 'security_control'],
    correlationUid: toolUseId,
  };
}

function prompted(reading: Reading): Details {
  const verdict = verdictOf(reading);
  return {
    severity: verdict === 'deny' ? 'medium' : 'informational',
    isSuccess: verdict !== 'deny',
    message: verdict === 'deny' ? `a prompt was refused by ${reading.text('ruleId') ?? 'a rule'}` : 'a prompt was sent',
    attributes: {
      actor: actorOf(reading),
      device: deviceOf(reading),
      src_endpoint: endpointOf(reading),
      api: { operation: 'prompt', service: { name: CLIENT_NAME } },
      message_context: { ai_role_id: 1, ai_role: 'User', application: { name: CLIENT_NAME } },
      ...outcomeOf(verdict),
      ...ruleOf(reading),
    },
    profiles: ['host', 'security_control', 'ai_operation'],
    correlationUid: reading.text('promptId'),
  };
}

function lifecycle(reading: Reading, what: string): Details {
  const app: JsonObject = { name: CLIENT_NAME, vendor_name: 'Anthropic' };
  return {
    severity: 'informational',
    isSuccess: true,
    message: `the client ${what}: ${reading.text('source') ?? reading.text('reason') ?? 'no reason told'}`,
    attributes: { app, actor: actorOf(reading), device: deviceOf(reading) },
    profiles: ['host'],
  };
}
