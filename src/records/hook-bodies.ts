import { z } from 'zod';
import { count, counts, digest, engineReport, ruleName, sessionId, text, verdict, word } from './field.ts';
import { fromTable } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

/** What the guard says of a text that it looked at. */
const scan = z.union([
  z.strictObject({
    embedded: z.literal('ran').describe('whether the own detectors ran'),
    did: word.describe('`nothing`, `recorded`, `redacted`, `held-back` or `refused`'),
    findings: count,
    found: counts.describe('findings by detector, of the first 32 detectors'),
    bundle: digest.describe('the policy whose rules were applied'),
    engines: z.array(engineReport).optional(),
    unread: count.optional().describe('parts that nobody could read'),
  }),
  z.strictObject({ embedded: z.literal('failed'), did: word }),
]);

/** Fields that any event of the client may bring; texts are cut to 1,024 UTF-16 code units. */
const eventFields = {
  eventSha256: digest.describe('of the bytes of the event as they came'),
  bytes: count.describe('of the event'),
  clientSessionId: text.optional().describe("the client's own name for its session"),
  promptId: text.optional(),
  agentId: text.optional().describe('the subagent that acts'),
  agentType: text.optional(),
  permissionMode: text.optional(),
  cwd: text.optional().describe('working folder of the client'),
  tool: text.optional().describe("the client's name of the tool"),
  toolUseId: text.optional().describe('joins the call in hook, model and finding records'),
  reason: text.optional().describe('why the client ended, in its own words'),
  source: text.optional(),
  trigger: text.optional(),
  filePath: text.optional(),
  memoryType: text.optional(),
  loadReason: text.optional(),
  oldCwd: text.optional(),
  newCwd: text.optional(),
  notificationType: text.optional(),
  promptSha256: digest.optional().describe('of the prompt as UTF-8'),
  promptLength: count.optional().describe('UTF-16 code units'),
  messageSha256: digest.optional(),
  messageLength: count.optional(),
  errorSha256: digest.optional(),
  errorLength: count.optional(),
  lastAssistantMessageSha256: digest.optional(),
  lastAssistantMessageLength: count.optional(),
  toolResponseSha256: digest.optional(),
  toolResponseLength: count.optional(),
  inputSha256: digest
    .nullable()
    .optional()
    .describe("of the tool's input as canonical JSON; equal to the gateway's for the call"),
  durationMs: z.number().optional().describe('as the client measured it'),
  toolUseIds: z.array(text).max(64).optional().describe('calls of a batch, at most 64'),
  unknownSession: sessionId.optional().describe('set instead of `session` where nobody opened the one that was named'),
  scan: scan.optional().describe('what was found in the text of the event'),
};

const decided = z.strictObject({
  event: z.enum(['PreToolUse', 'PermissionRequest']),
  ...eventFields,
  verdict,
  ruleId: ruleName.describe('the rule that decided'),
  bundle: digest.nullable().describe('digest of the policy that decided; null where it never came to one'),
  inputSha256: digest.nullable().describe("of the tool's input as canonical JSON; equal to the gateway's for the call"),
  rewrittenSha256: digest.nullable().optional().describe('of the input that may run instead'),
  kind: z.enum(['command', 'read', 'write', 'fetch', 'mcp', 'tool', 'canary', 'unreadable']),
  summary: z.string().describe('programs, path, host or name of what was asked; no operands, no content'),
  wouldBe: z
    .array(z.strictObject({ ruleId: ruleName, verdict, mode: z.enum(['warn', 'shadow']) }))
    .max(32)
    .optional()
    .describe('what rules on trial would have said'),
  sealed: z.string().nullable().optional().describe("the call, encrypted under its session's key"),
  unsealed: z.enum(['policy', 'no-key', 'too-large', 'not-text', 'failed']).optional(),
});

const unreadable = z.strictObject({
  event: z.literal('unreadable'),
  eventSha256: digest,
  bytes: count,
  problem: z.string(),
  unknownSession: sessionId.optional(),
});

const seen = z.strictObject({
  event: z.string().regex(/^[A-Za-z]{1,64}$/),
  ...eventFields,
  verdict: z.literal('deny').optional().describe('set where a prompt was refused'),
  ruleId: ruleName.optional(),
});

/** What the guard writes. */
export const HOOK_BODIES: readonly RecordBody[] = fromTable([
  ['decision', 'PreToolUse', decided, 'A call that the agent wants to make was decided, before it runs.'],
  ['decision', 'PermissionRequest', decided, 'The client would ask a person about a call; whether it may.'],
  ['hook', 'unreadable', unreadable, 'Bytes that are no event came to the guard.'],
  ['hook', '*', seen, "Any other event of the client, by the client's own name of it, such as `PostToolUse`."],
]);
