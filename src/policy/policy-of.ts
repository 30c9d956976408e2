import { parseRuleId } from '../core/ids.ts';
import type { RuleId } from '../core/ids.ts';
import type { RolloutMode, RuleVerdict } from '../core/rule-table.ts';
import type { McpServer, Policy } from './policy.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { upstreamUrl } from './upstream-url.ts';

/**
 * The policy that a checked text says: written names become ours here and nowhere else.
 *
 * @throws {TypeError} for values that the schema and the checks do not let pass.
 */
export function policyOf(written: WrittenPolicy): Policy {
  const { session, defaults, sandbox, models, mcp } = written;
  return deepFreeze({
    name: written.name,
    shape: written.shape,
    client: { minimumVersion: written.client.minimum_version },
    models: {
      provider: models.provider,
      upstream: upstreamOf(models),
      bedrockRegion: models.bedrock_region,
    },
    session: {
      maxDurationMinutes: session.max_duration_minutes,
      idleTimeoutMinutes: session.idle_timeout_minutes,
      maxConcurrent: session.max_concurrent,
      reauthenticateForSensitiveOperations: session.reauthenticate_for_sensitive_operations,
      transcriptDays: session.transcript_days,
    },
    sandbox: { enabled: sandbox.enabled, allowedDomains: sandbox.allowed_domains },
    defaults: {
      command: defaults.command,
      readInside: defaults.read_inside,
      readOutside: defaults.read_outside,
      writeInside: defaults.write_inside,
      writeOutside: defaults.write_outside,
      web: defaults.web,
      mcp: defaults.mcp,
      tool: defaults.tool,
      inlineCode: defaults.inline_code,
    },
    commands: rulesOf(written.commands).map((rule) => ({ ...rule, unless: 'unless' in rule ? rule.unless : [] })),
    files: rulesOf(written.files),
    web: rulesOf(written.web).map((rule) => ({ ...rule, except: [] })),
    mcp: { servers: Object.entries(mcp.servers).map(([name, server]) => serverOf(name, server)), rules: rulesOf(mcp).map((rule) => ({ ...rule, except: [] })) },
    tools: rulesOf(written.tools).map((rule) => ({ ...rule, except: [] })),
  });
}

/** Where model requests go when the policy does not say. */
function upstreamOf(models: WrittenPolicy['models']): string {
  if (models.upstream !== undefined) {
    const url = upstreamUrl(models.upstream);
    if (!url.ok) throw new TypeError('models.upstream was not checked');
    return url.url;
  }
  if (models.provider === 'anthropic') return 'https://api.anthropic.com';
  const suffix = models.bedrock_region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://bedrock-runtime.${models.bedrock_region}.${suffix}`;
}

function rulesOf<Deny extends WrittenRule, Ask extends WrittenRule, Allow extends WrittenRule>(lists: {
  readonly deny: readonly Deny[];
  readonly ask: readonly Ask[];
  readonly allow: readonly Allow[];
}): readonly (Checked<Deny> | Checked<Ask> | Checked<Allow>)[] {
  return [
    ...lists.deny.map((rule) => checked(rule, 'deny')),
    ...lists.ask.map((rule) => checked(rule, 'ask')),
    ...lists.allow.map((rule) => checked(rule, 'allow')),
  ];
}

interface WrittenRule {
  readonly id: string;
}
type Checked<Rule> = Omit<Rule, 'id'> & { readonly id: RuleId; readonly verdict: RuleVerdict; readonly mode: RolloutMode };

function checked<Rule extends WrittenRule>(rule: Rule, verdict: RuleVerdict): Checked<Rule> {
  const id = parseRuleId(rule.id);
  if (id === null) throw new TypeError('a rule id was not checked');
  return { ...rule, id, verdict, mode: 'enforce' };
}

function serverOf(name: string, server: WrittenPolicy['mcp']['servers'][string]): McpServer {
  return 'command' in server ? { kind: 'command', name, ...server } : { kind: 'url', name, ...server };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
