import { z } from 'zod';
import { digest, foreignId, recordIndex, timeMs, word } from './field.ts';
import { fromTable } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

/** What each finding is about, in one sentence. */
const FINDINGS = [
  ['tool-without-decision', 'A call ran on which the guard had decided nothing.'],
  [
    'decision-without-hook',
    'The gateway let a call pass to a client whose hooks should have asked the guard, and none did.',
  ],
  ['denied-call-executed', 'A call ran that was denied.'],
  ['traffic-outside-gateway', 'A process of the session holds a connection past gateway and proxy.'],
  ['session-without-telemetry', 'A session runs and nothing was heard of it.'],
  ['result-without-call', 'A result came of a call that no model had asked for.'],
  ['input-changed', 'A call ran with another input than the one that was decided.'],
  ['memory-exceeded', 'More was going on than can be compared; what was forgotten is not judged.'],
] as const;

/** What a witness or anchor of the log holds against it. */
const ANCHOR_FINDINGS = [
  [
    'anchor-ahead',
    'A witness or anchor has seen a larger tree of this log than the log is: it was put back, or runs twice.',
  ],
  ['anchor-inconsistent', 'A witness or anchor has seen a tree that this log signed and does not begin with.'],
  ['anchor-put-back', 'A witness or anchor has lost what it held of this log.'],
] as const;

/** What the layers do not agree on, and what places outside of the host hold against the log. */
export const FINDING_BODIES: readonly RecordBody[] = fromTable([
  ...FINDINGS.map(([event, about]) => ['finding', event, findingBody(event), about] as const),
  ...ANCHOR_FINDINGS.map(([event, about]) => ['finding', event, anchorFindingBody(event), about] as const),
]);

function anchorFindingBody(event: string): z.ZodObject {
  return z.strictObject({
    event: z.literal(event),
    severity: z.enum(['critical', 'high', 'medium', 'low']),
    findingId: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .describe('the same for the same facts, also after a restart'),
    factAtMs: timeMs.describe('when the place said so, by the clock of this host'),
    seenBy: word.describe('`anchor`'),
    name: word.describe('of the witness or anchor, as the policy has it'),
    place: z.string().describe('its address or path'),
    size: z.int().describe('entries of the newest checkpoint of this log'),
    theirSize: z.int().describe('entries of the tree that the place holds'),
  });
}

function findingBody(event: string): z.ZodObject {
  return z.strictObject({
    event: z.literal(event),
    severity: z.enum(['critical', 'high', 'medium', 'low']),
    findingId: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .describe('the same for the same facts, also after a restart'),
    factAtMs: timeMs.describe('of the fact that completed it, by the clock of the layer that saw it'),
    seenBy: word.describe('the layer that saw that fact: `hook`, `gateway`, `process`, `log`, …'),
    toolUseId: foreignId.optional(),
    tool: foreignId.optional(),
    record: recordIndex.optional().describe('a record that it rests on'),
    clientSessionId: foreignId.nullable().optional(),
    pid: z.int().optional(),
    startedAtMs: timeMs.optional().describe('when that process started'),
    remote: z.string().optional().describe('address of the far end'),
    to: word.optional().describe('`model` or `outside`'),
    decidedSha256: digest.optional().describe('of the input that was decided'),
    executedSha256: digest.optional().describe('of the input that ran'),
    silentMs: z.number().optional(),
    forgotten: z.string().optional(),
  });
}
