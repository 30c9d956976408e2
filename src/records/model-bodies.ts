import { z } from 'zod';
import {
  count,
  counts,
  digest,
  engineReport,
  foreignId,
  recordIndex,
  ruleName,
  sentence,
  text,
  verdict,
  word,
} from './field.ts';
import { fromTable } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

/** Where a kept text lies in the content file of its session. */
const contentRef = z.strictObject({ at: count, bytes: count, sha256: digest });

const keptForms = {
  policy: z.enum(['masked', 'sealed']),
  masked: contentRef.describe('as the model service had it'),
  original: z
    .union([contentRef, z.literal('as-masked')])
    .nullable()
    .describe('as the client had it'),
};

/** What masking did to a request: counts by detector, never a value. */
const maskReport = z.strictObject({
  texts: z.strictObject({ new: count, known: count, rewritten: count.optional(), looked: count.optional() }),
  masked: counts.optional(),
  redacted: counts.optional(),
  alerts: counts.optional(),
  injections: counts.optional(),
  blocked: counts.optional(),
  unchecked: counts.optional(),
  opaque: counts.optional(),
  forgotten: count.optional(),
  engines: z.array(engineReport).optional(),
});

const guardState = z.strictObject({
  state: z.enum(['ran', 'skipped', 'failed']),
  findings: count.optional(),
  reason: sentence.optional(),
});

const guards = z.strictObject({
  detectors: guardState,
  engines: z.array(guardState.extend({ name: sentence })),
  opaque: guardState,
});

const clientIds = {
  clientSessionId: foreignId.nullable(),
  agentId: foreignId.nullable(),
};
const asked = {
  path: sentence.describe('of the request, at most 256 characters'),
  bytes: count.describe('of the body as the client sent it'),
  ...clientIds,
  model: z.string().max(1024).nullable(),
  stream: z.boolean(),
};

const callIds = z.array(foreignId);

const request = z.strictObject({
  event: z.literal('request'),
  ...asked,
  requestSha256: digest.optional().describe('of the body as the client sent it'),
  forwardedSha256: digest.optional().describe('of the body as it went up, where that differs'),
  forwardedBytes: count.optional(),
  callsBy: z.enum(['hooks', 'gateway', 'nobody']).optional().describe('who decides the calls of the answer'),
  results: z
    .strictObject({ ok: callIds, error: callIds, untold: count.optional() })
    .optional()
    .describe('calls whose results it brings for the first time'),
  content: maskReport.optional(),
  guards: guards.optional(),
  kept: z
    .strictObject({ ...keptForms, previous: recordIndex.nullable() })
    .optional()
    .describe('where the content is kept, and the record of the request that it goes on from'),
});

const usage = z.strictObject({
  input_tokens: z.number().optional(),
  cache_creation_input_tokens: z.number().optional(),
  cache_read_input_tokens: z.number().optional(),
  output_tokens: z.number().optional(),
});

const response = z.strictObject({
  event: z.literal('response'),
  requestIndex: recordIndex,
  upstream: count.nullable().describe('which of the configured services answered, from 0'),
  status: z.int().nullable().describe('HTTP status'),
  responseSha256: digest.describe('of what the client got'),
  bytes: count,
  stopReason: z.string().nullable(),
  messageId: z.string().max(128).nullable(),
  usage,
  requestId: z.string().max(128).nullable().describe("the service's id of the request"),
  durationMs: z.number(),
  ended: word.describe('`complete`, `upstream-cut`, `client-gone`, or why the gateway cut it'),
  kept: z.strictObject(keptForms).optional(),
});

const call = {
  requestIndex: recordIndex,
  toolUseId: foreignId,
  name: z.string().describe("the client's name of the tool"),
  blockType: z.string(),
  inputSha256: digest.nullable().describe("of the tool's input as canonical JSON"),
  verdict,
  ruleId: ruleName,
  bundle: digest.nullable(),
};

const refused = z.strictObject({
  event: z.literal('refused'),
  why: word,
  path: z.string(),
  bytes: count.optional(),
  clientSessionId: foreignId.nullable().optional(),
  agentId: foreignId.nullable().optional(),
  model: z.string().max(1024).nullable().optional(),
  requestSha256: digest.optional(),
  content: maskReport.optional(),
});

const fallback = z.strictObject({
  event: z.literal('fallback'),
  requestIndex: recordIndex,
  upstream: count,
  passedOver: z.array(z.strictObject({ upstream: count, why: word })),
});

const replyFinding = z.strictObject({
  event: z.literal('reply-finding'),
  requestIndex: recordIndex,
  findings: z.array(z.strictObject({ detectorId: ruleName, fate: z.enum(['alerted', 'blocked']), count })),
});

const canaryIssued = z.strictObject({
  event: z.literal('canary-issued'),
  toolUseId: foreignId,
  tool: z.string(),
  ...asked,
  requestSha256: digest,
});

const canaryUnanswered = z.strictObject({
  event: z.literal('canary-unanswered'),
  toolUseId: foreignId,
  clientSessionId: foreignId.nullable(),
});

const awsCaller = z
  .strictObject({
    account: z.string(),
    role: z.string(),
    session: z.string().describe("the role's session: the instance or task where its role is one's own"),
    userId: z.string(),
  })
  .describe('as AWS names it');

const claimed = z
  .strictObject({
    sessionId: z.string().nullable().describe("the host's session"),
    clientSessionId: foreignId.nullable(),
  })
  .describe('said by the host and proven by nothing');

const relayRequest = z.strictObject({
  event: z.literal('relay-request'),
  path: sentence.describe('of the request, at most 256 characters'),
  model: z.string().max(1024),
  stream: z.boolean(),
  bytes: count.describe('of the body'),
  requestSha256: digest.describe(
    'of the body: what the record `request` of the host has as `forwardedSha256` or `requestSha256`',
  ),
  caller: awsCaller,
  claimed,
  bundle: digest.describe('the policy of the central gateway'),
});

const relayResponse = z.strictObject({
  event: z.literal('relay-response'),
  requestIndex: recordIndex,
  status: z.int().nullable().describe('HTTP status'),
  responseSha256: digest.describe('of what the host got'),
  bytes: count,
  usage,
  requestId: z.string().max(128).nullable().describe("the service's id of the request"),
  durationMs: z.number(),
  ended: word.describe('`complete`, `upstream-cut`, `upstream-failed` or `client-gone`'),
});

const relayRefused = z.strictObject({
  event: z.literal('relay-refused'),
  why: word,
  path: z.string(),
  model: z.string().max(1024).nullable(),
  bytes: count.nullable(),
  caller: awsCaller.nullable().describe('null where it is not known'),
  claimed,
  untold: count.optional().describe('refusals since the record before that have none'),
});

/** What the gateways write. */
export const MODEL_BODIES: readonly RecordBody[] = fromTable([
  ['model', 'request', request, 'A request goes up to the model service.'],
  ['model', 'response', response, 'How the answer to it ended.'],
  ['model', 'refused', refused, 'The gateway answered instead of the model service, or made no connection.'],
  ['model', 'fallback', fallback, 'Another of the configured services is asked, because one before it failed.'],
  ['model', 'tool_use', z.strictObject({ event: z.literal('tool_use'), ...call }), 'The model asks for a call.'],
  [
    'model',
    'call-refused',
    z.strictObject({ event: z.literal('call-refused'), ...call }),
    'The model asks for a call that was taken out of its answer.',
  ],
  ['model', 'reply-finding', replyFinding, "What was found in the model's words."],
  ['model', 'canary-issued', canaryIssued, 'The gateway issued the call that proves that hooks reach the guard.'],
  ['model', 'canary-unanswered', canaryUnanswered, 'Such a call came back without the denial of the guard.'],
  ...(['undecided-result', 'undecided-error'] as const).map(
    (event) =>
      [
        'model',
        event,
        z.strictObject({ event: z.literal(event), toolUseId: text }),
        event === 'undecided-result'
          ? 'A call ran that the guard never decided.'
          : 'A call failed that the guard never decided; it may not have run.',
      ] as const,
  ),
  [
    'model',
    'tunnel',
    z.strictObject({ event: z.literal('tunnel'), host: z.string() }),
    'A connection to a model service was taken by the forward proxy.',
  ],
  ['model', 'relay-request', relayRequest, 'The central gateway sends a request of a host to Bedrock.'],
  ['model', 'relay-response', relayResponse, 'How the answer to it ended.'],
  ['model', 'relay-refused', relayRefused, 'The central gateway let a request go no further.'],
]);
