import type { JsonObject } from '../core/json.ts';
import { OTHER_ACTIVITY } from './ocsf-class.ts';
import type { Severity } from './ocsf-event.ts';
import { actorOf, CLIENT_NAME, deviceOf, endpointOf, outcomeOf, ruleOf } from './reading.ts';
import type { Details, Mapping, Reading } from './reading.ts';

/** What stands in a summary where the call's input holds a secret. */
const UNTOLD = 'not told';

const WHY = {
  tool: 'A tool of the client itself, which touches neither file, process nor network by its own.',
  canary: 'The call that proves that hooks reach the guard; to be denied.',
  unreadable: 'A call whose input could not be understood, which is denied.',
} as const;

/** Decisions of the guard, by what the call would do. */
export const DECISION_MAPPINGS: readonly Mapping[] = (['PreToolUse', 'PermissionRequest'] as const).flatMap(
  (event): readonly Mapping[] => [
    {
      ...row(event, 'command', 'process_activity', 1),
      why: 'A shell command is about to be started; its programs are known, its operands are not told.',
      map: (reading) => decided(reading, { process: processOf(reading), device: deviceOf(reading) }),
    },
    {
      ...row(event, 'read', 'file_activity', 2),
      why: 'A file is about to be read.',
      map: (reading) => decided(reading, { file: fileOf(reading), device: deviceOf(reading) }),
    },
    {
      ...row(event, 'write', 'file_activity', 3),
      why: 'A file is about to be written; whether it is new is not known.',
      map: (reading) => decided(reading, { file: fileOf(reading), device: deviceOf(reading) }),
    },
    {
      ...row(event, 'fetch', 'network_activity', 1),
      why: 'Of an address only the host is told, and HTTP Activity is about whole requests.',
      map: (reading) =>
        decided(reading, {
          dst_endpoint: { hostname: summaryOf(reading) },
          src_endpoint: endpointOf(reading),
        }),
    },
    {
      ...row(event, 'mcp', 'api_activity', OTHER_ACTIVITY),
      activityName: 'Call',
      why: 'A tool of a server is called; what it does there is its own affair.',
      map: (reading) => {
        const [server = '', ...tool] = summaryOf(reading).split('/');
        return decided(reading, apiOf(reading, tool.join('/') || (reading.text('tool') ?? 'unknown'), server));
      },
    },
    ...(['tool', 'canary', 'unreadable'] as const).map((form): Mapping => ({
      ...row(event, form, 'api_activity', OTHER_ACTIVITY),
      activityName: form === 'canary' ? 'Liveness Check' : 'Call',
      why: WHY[form],
      map: (reading) => decided(reading, apiOf(reading, reading.text('tool') ?? form, CLIENT_NAME)),
    })),
  ],
);

function row(
  event: string,
  form: string,
  className: Mapping['className'],
  activityId: number,
): Pick<Mapping, 'kind' | 'event' | 'form' | 'className' | 'activityId'> {
  return { kind: 'decision', event, form, className, activityId };
}

function decided(reading: Reading, attributes: JsonObject): Details {
  const verdict = reading.text('verdict');
  const toolUseId = reading.text('toolUseId');
  return {
    severity: severityOf(reading, verdict),
    // That a call is allowed does not say how it went.
    isSuccess: verdict === 'deny' ? false : null,
    message: `${verdict ?? 'no verdict'} by ${reading.text('ruleId') ?? 'no rule'}: ${reading.text('tool') ?? 'a call'}: ${summaryOf(reading)}`,
    attributes: { actor: actorOf(reading), ...outcomeOf(verdict), ...ruleOf(reading), ...attributes },
    profiles: ['host', 'security_control'],
    correlationUid: toolUseId,
  };
}

function severityOf(reading: Reading, verdict: string | null): Severity {
  if (reading.text('kind') === 'canary') return verdict === 'deny' ? 'informational' : 'critical';
  if (verdict === 'deny') return 'medium';
  return verdict === 'rewrite' ? 'low' : 'informational';
}

function summaryOf(reading: Reading): string {
  const summary = reading.text('summary') ?? '';
  return summary.startsWith(UNTOLD) || summary === '' ? 'untold' : summary;
}

function processOf(reading: Reading): JsonObject {
  const cwd = reading.text('cwd');
  return {
    name: summaryOf(reading).split(', ')[0] ?? 'untold',
    uid: reading.text('toolUseId') ?? reading.text('eventSha256') ?? 'unknown',
    ...(cwd === null ? {} : { working_directory: cwd }),
  };
}

function fileOf(reading: Reading): JsonObject {
  const path = summaryOf(reading);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { name: name === '' ? path : name, path, type_id: 0, type: 'Unknown' };
}

function apiOf(reading: Reading, operation: string, service: string): JsonObject {
  const toolUseId = reading.text('toolUseId');
  return {
    api: {
      operation,
      service: { name: service === '' ? 'unknown' : service },
      ...(toolUseId === null ? {} : { request: { uid: toolUseId } }),
    },
    src_endpoint: endpointOf(reading),
  };
}
