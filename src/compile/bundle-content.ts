import { z } from 'zod';
import { CONTENT_ACTIONS, INJECTION_ACTIONS } from '../core/content-rules.ts';
import { ENGINE_PLACES, FAILURE_POLICIES, PROGRAM_KINDS, SERVICE_KINDS } from '../core/engine-kind.ts';
import {
  CALL_REFUSERS,
  CONTENT_LOGS,
  OPAQUE_ACTIONS,
  REPLY_ACTIONS,
  UNKNOWN_USAGE,
  WITHOUT_HOOKS,
} from '../core/gateway-rules.ts';
import { parseRuleId } from '../core/ids.ts';
import type { RuleId } from '../core/ids.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { ROLLOUT_MODES } from '../core/rule-table.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { ruleTableOf } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { auditContent } from './audit-content.ts';

/** What a digest is taken of, read back, or why it cannot be. */
export type ContentResult =
  | { readonly ok: true; readonly policy: Policy; readonly table: RuleTable }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the content of a bundle: the compiled policy, its rule table, and the digests of what else it compiles to.
 * Every field is known and has its type; nothing of the bytes lives on in the result but what was checked.
 */
export function readContent(content: JsonObject): ContentResult {
  const read = contentSchema.safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { ok: false, why: `its field \`${issue?.path.join('.') ?? ''}\` is not what this version reads` };
  }
  const policy: Policy = deepFreeze(read.data.policy);
  const table = ruleTableOf(policy);
  // What was signed is what is in force: a version that makes other rules of the same policy must not do so unseen.
  if (canonicalJson(plain(table)) !== canonicalJson(content['table'] ?? null)) {
    return { ok: false, why: 'this version makes other rules of its policy than those it holds; sign it anew' };
  }
  return { ok: true, policy, table };
}

/** A value as JSON holds it: a copy without what is undefined. */
export function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

const ruleIdText = z.custom<RuleId>((value) => typeof value === 'string' && parseRuleId(value) !== null);
const verdict = z.enum(['deny', 'ask', 'allow']);
const cautious = z.enum(['deny', 'ask']);
const texts = z.array(z.string());
const whole = z.int().min(0);
const rule = { id: ruleIdText, verdict, mode: z.enum(ROLLOUT_MODES), reason: z.string() };
const calls = { server: z.string(), tools: texts };
const textMap = z.record(z.string(), z.string());
const dlpAction = z.enum(CONTENT_ACTIONS).nullable();
const opaqueAction = z.enum(OPAQUE_ACTIONS);
const usageLimits = z.strictObject({ session: whole.nullable(), user: whole.nullable(), team: whole.nullable() });

const engineLimits = {
  name: z.string(),
  at: z.array(z.enum(ENGINE_PLACES)),
  order: whole,
  onFailure: z.enum(FAILURE_POLICIES),
  timeoutMs: whole,
  maxConcurrent: whole,
  maxInputBytes: whole,
};

const policySchema = z.strictObject({
  name: z.string(),
  shape: z.enum(['workstation', 'ec2', 'container']),
  client: z.strictObject({ minimumVersion: z.string() }),
  models: z.strictObject({
    provider: z.enum(['anthropic', 'bedrock', 'vertex']),
    upstream: z.string(),
    upstreamAuth: z.enum(['sigv4', 'aws-identity']),
    bedrockRegion: z.string(),
    vertex: z.strictObject({ project: z.string(), region: z.string() }).nullable(),
    allow: texts,
    deny: texts,
  }),
  session: z.strictObject({
    maxDurationMinutes: whole,
    idleTimeoutMinutes: whole,
    maxConcurrent: whole,
    reauthenticateForSensitiveOperations: z.boolean(),
    transcriptDays: whole,
  }),
  sandbox: z.strictObject({ enabled: z.boolean() }),
  git: z.strictObject({
    protectedBranches: texts,
    pullRequestOnly: z.boolean(),
    forcePush: verdict,
    skipChecks: verdict,
  }),
  containers: z.strictObject({
    privileged: verdict,
    hostMounts: verdict,
    hostNamespaces: verdict,
    capabilities: verdict,
    devices: verdict,
    limits: z.strictObject({
      memoryMb: whole.nullable(),
      cpus: z.number().positive().nullable(),
      pids: whole.nullable(),
    }),
  }),
  egress: z.strictObject({
    hosts: z.array(
      z.strictObject({
        host: z.string(),
        ports: z.array(z.int().min(1).max(65_535)),
        reason: z.string(),
        acceptedRisk: z.string().nullable(),
      }),
    ),
  }),
  shell: z.strictObject({ keepHistory: z.boolean(), umask: z.string().nullable(), timeoutMinutes: whole.nullable() }),
  audit: auditContent,
  dlp: z.strictObject({
    secret: dlpAction,
    personal: dlpAction,
    company: dlpAction,
    allowed: z.strictObject({ salt: z.string(), hashes: texts }).nullable(),
  }),
  injection: z.strictObject({
    onFinding: z.enum(INJECTION_ACTIONS).nullable(),
    taint: z.union([z.boolean(), z.literal('any-untrusted')]),
  }),
  company: z.strictObject({
    words: z.array(z.strictObject({ name: z.string(), words: texts })),
    patterns: z.array(z.strictObject({ name: z.string(), pattern: z.string() })),
  }),
  engines: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        ...engineLimits,
        kind: z.enum(PROGRAM_KINDS),
        command: z.tuple([z.string()], z.string()),
        isVerifying: z.boolean(),
      }),
      z.strictObject({
        ...engineLimits,
        kind: z.enum(SERVICE_KINDS),
        url: z.string(),
        keyEnv: z.string().nullable(),
      }),
    ]),
  ),
  gateway: z.strictObject({
    opaque: z.strictObject({ image: opaqueAction, document: opaqueAction, media: opaqueAction, unknown: opaqueAction }),
    replies: z.strictObject({ secret: z.enum(REPLY_ACTIONS), company: z.enum(REPLY_ACTIONS) }),
    deniedCalls: z.enum(CALL_REFUSERS),
    withoutHooks: z.enum(WITHOUT_HOOKS),
    retroactive: z.array(z.enum(['secret', 'pii', 'company'])),
    limits: z.strictObject({
      maxBodyBytes: whole,
      concurrentRequests: whole,
      requestsPerMinute: usageLimits,
      tokensPerDay: usageLimits,
      whenUnknown: z.enum(UNKNOWN_USAGE),
      team: z.string().nullable(),
    }),
    timeouts: z.strictObject({ connectMs: whole, idleMs: whole }),
    fallbacks: texts,
    contentLog: z.enum(CONTENT_LOGS),
    forwardProxy: z.strictObject({ enabled: z.boolean(), hosts: texts }),
    telemetry: z.strictObject({ prometheus: z.boolean(), otlp: z.string().nullable() }),
  }),
  defaults: z.strictObject({
    command: cautious,
    readInside: verdict,
    readOutside: verdict,
    writeInside: verdict,
    writeOutside: verdict,
    web: cautious,
    mcp: cautious,
    tool: cautious,
    inlineCode: cautious,
  }),
  commands: z.array(z.strictObject({ ...rule, run: texts, unless: texts })),
  files: z.array(z.strictObject({ ...rule, access: z.enum(['read', 'write']), paths: texts, except: texts })),
  web: z.array(z.strictObject({ ...rule, hosts: texts, except: texts })),
  mcp: z.strictObject({
    servers: z.array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('command'),
          name: z.string(),
          command: z.string(),
          args: texts,
          env: textMap,
        }),
        z.strictObject({ kind: z.literal('url'), name: z.string(), url: z.string(), headers: textMap }),
      ]),
    ),
    rules: z.array(z.strictObject({ ...rule, ...calls, except: z.array(z.strictObject(calls)) })),
  }),
  tools: z.array(z.strictObject({ ...rule, tools: texts, except: texts })),
  exceptions: z.array(
    z.strictObject({
      name: z.string(),
      owner: z.string(),
      reason: z.string(),
      ticket: z.string(),
      expiresAtMs: whole,
      lifts: z.array(
        z.discriminatedUnion('family', [
          z.strictObject({ family: z.literal('commands'), rule: ruleIdText, run: texts }),
          z.strictObject({ family: z.literal('files'), rule: ruleIdText, paths: texts }),
          z.strictObject({ family: z.literal('web'), rule: ruleIdText, hosts: texts }),
          z.strictObject({ family: z.literal('mcp'), rule: ruleIdText, ...calls }),
          z.strictObject({ family: z.literal('tools'), rule: ruleIdText, tools: texts }),
        ]),
      ),
    }),
  ),
}) satisfies z.ZodType<Policy>;

const contentSchema = z.strictObject({
  policy: policySchema,
  // Compared as a whole with what the policy gives.
  table: z.record(
    z.string(),
    z.custom<Json>(() => true),
  ),
  artefacts: z.record(z.string().regex(/^[a-z0-9][a-z0-9./-]{0,199}$/), z.string().regex(/^[0-9a-f]{64}$/)),
});

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
