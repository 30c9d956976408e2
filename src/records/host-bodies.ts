import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { count, digest, foreignId, recordIndex, ruleName, sentence, timeMs, word } from './field.ts';
import { fromTable } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

const json: z.ZodType<Json> = z.json();

const sessionAsked = {
  workspace: z.string().describe('absolute path of the folder in which the agent works'),
  provider: z.enum(['anthropic', 'bedrock', 'vertex']),
  about: z.record(z.string(), json).describe('user, launcher and client, as the launcher tells them'),
};

const sessionOpened = z.strictObject({ event: z.literal('opened'), ...sessionAsked });

const sessionRefused = z.strictObject({
  event: z.literal('refused'),
  limit: word.describe('which limit of the policy refused it: `max-concurrent`'),
  running: count.describe('sessions of the person that ran then'),
  most: count.describe('how many may'),
  ...sessionAsked,
});

const sessionDocuments = z.strictObject({
  event: z.literal('documents'),
  bundle: digest.describe('digest of the policy'),
  settingsSha256: digest.describe("of the client's settings as canonical JSON"),
  mcpSha256: digest.describe('of its MCP document'),
});

/** By what processes are seen. */
const osView = z.enum(['auditd', 'proc', 'none']);

const connection = z.strictObject({
  event: z.literal('connection'),
  seenBy: osView,
  pid: z.int(),
  remote: z.string().describe('address and port of the far end'),
  to: word.describe('`model`, `outside`, or `unexplained` where no name of it is known'),
});

const sessionTainted = z.strictObject({
  event: z.literal('tainted'),
  source: word.describe('where the text came from that somebody else may have written'),
  detectorId: ruleName.nullable().describe('what was seen in it; null where its source alone counts'),
  toolUseId: foreignId.nullable(),
  occurredAtMs: timeMs,
});

const inForce = z.strictObject({
  event: z.literal('in-force'),
  name: z.string(),
  digest: digest.describe('of the compiled policy'),
  file: z.string(),
  exceptions: z.array(z.string()).describe('names of the exceptions that hold'),
  sequence: z.int().optional().describe('number of the signed bundle; absent for a policy read from text'),
  keyId: z.string().optional(),
});

const contentOpened = z.strictObject({
  event: z.literal('content-opened'),
  form: json.describe('`masked` or `original`; null where not told'),
  request: json.describe('the record of the request that was opened; null for all'),
  by: z.string().describe('user of the operating system'),
});

const cause = z.enum(['request', 'retention']);

const eraseAsked = z.strictObject({
  event: z.literal('erase-asked'),
  cause,
  reason: z.string().max(500),
  by: z.string(),
  resumed: z.boolean().describe('whether this takes up one that a crash cut short'),
});

const erased = z.strictObject({
  event: z.literal('erased'),
  asked: recordIndex.describe('the record of the request'),
  cause,
  key: z.enum(['destroyed', 'absent']),
  contentBytes: count.nullable().describe('of kept requests and replies; null where none were'),
  maskBytes: count.nullable().describe('of what was masked; null where nothing was'),
});

const holdFields = { scope: z.enum(['session', 'all']), reason: z.string(), by: z.string() };

const recoveryTested = z.strictObject({
  event: z.literal('recovery-tested'),
  day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .nullable()
    .describe('UTC day that was restored; null where the store has none'),
  store: z.string().describe('folder or `s3://bucket/prefix`'),
  outcome: z.enum(['restored', 'failed']),
  records: count.describe('records that were restored and proven'),
  faults: count,
  checkpointSize: count
    .nullable()
    .describe('size of the log under the checkpoint that was verified; null where none was'),
  evidenceSha256: digest.describe('of the evidence file'),
  by: z.string(),
});

/** What sessions, policies and the owner's acts leave. */
export const HOST_BODIES: readonly RecordBody[] = fromTable([
  ['session', 'opened', sessionOpened, 'A governed run begins.'],
  ['session', 'refused', sessionRefused, 'A run was not begun: its person has as many as the policy allows.'],
  ['session', 'documents', sessionDocuments, 'Which documents its client was given.'],
  ['session', 'tainted', sessionTainted, 'It read a text after which it may act for whoever wrote that text.'],
  [
    'session',
    'watched',
    z.strictObject({
      event: z.literal('watched'),
      osView,
      intervalMs: count.optional().describe('between two looks at its processes'),
    }),
    'By what its processes are seen; where by nothing, what runs outside of hooks and gateway stays unseen.',
  ],
  ['egress', 'connection', connection, 'A process of a session holds a connection past gateway and proxy.'],
  [
    'session',
    'ended',
    z.strictObject({ event: z.literal('ended'), reason: sentence }),
    'It is over; nothing more passes.',
  ],
  ['policy', 'in-force', inForce, 'From here on this policy decides.'],
  [
    'policy',
    'refused',
    z.strictObject({ event: z.literal('refused'), code: z.string(), reason: sentence }),
    'A policy was not taken; the one before stays.',
  ],
  [
    'policy',
    'exception-ended',
    z.strictObject({
      event: z.literal('exception-ended'),
      name: z.string(),
      owner: z.string(),
      ticket: z.string().nullable(),
    }),
    'An exception holds no longer.',
  ],
  ['admin', 'content-opened', contentOpened, 'Somebody is about to read sealed content of the session.'],
  ['admin', 'erase-asked', eraseAsked, "Destruction of a session's content was asked for."],
  ['admin', 'erased', erased, 'The content can be read no more.'],
  ['admin', 'hold', z.strictObject({ event: z.literal('hold'), ...holdFields }), 'A legal hold was placed.'],
  [
    'admin',
    'hold-released',
    z.strictObject({ event: z.literal('hold-released'), ...holdFields }),
    'A legal hold was taken away.',
  ],
  ['admin', 'recovery-tested', recoveryTested, 'A day was restored from a store and verified, or could not be.'],
]);
