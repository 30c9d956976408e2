import type { CompanyLists } from '../core/company-lists.ts';
import { ENGINE_PLACES, SERVICE_KINDS } from '../core/engine-kind.ts';
import type { EngineKind } from '../core/engine-kind.ts';
import { parseRuleId } from '../core/ids.ts';
import type { RuleId } from '../core/ids.ts';
import type { RolloutMode, RuleVerdict } from '../core/rule-table.ts';
import { auditOf } from './audit-of.ts';
import { gatewayOf } from './gateway-of.ts';
import type { McpServer, Policy, PolicyEngine, PolicyException } from './policy.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { sectionRules } from './section-rules.ts';
import { upstreamUrl } from './upstream-url.ts';

/**
 * The policy that checked texts say together: written names become ours here and nowhere else.
 *
 * @param exceptions what documents of the layer `exception` say.
 * @throws {TypeError} for values that the schema and the checks do not let pass.
 */
export function policyOf(written: WrittenPolicy, exceptions: readonly PolicyException[] = []): Policy {
  const { session, defaults, sandbox, mcp, audit, dlp, injection, rollout } = written;
  const made = sectionRules(written);
  const commands = {
    ...written.commands,
    deny: [...made.filter(({ verdict }) => verdict === 'deny').map(asWritten), ...written.commands.deny],
    ask: [...made.filter(({ verdict }) => verdict === 'ask').map(asWritten), ...written.commands.ask],
  };
  return deepFreeze({
    name: written.name,
    shape: written.shape,
    client: { minimumVersion: written.client.minimum_version },
    models: modelsOf(written),
    session: {
      maxDurationMinutes: session.max_duration_minutes,
      idleTimeoutMinutes: session.idle_timeout_minutes,
      maxConcurrent: session.max_concurrent,
      reauthenticateForSensitiveOperations: session.reauthenticate_for_sensitive_operations,
      transcriptDays: session.transcript_days,
    },
    sandbox: { enabled: sandbox.enabled },
    git: gitOf(written.git),
    containers: containersOf(written.containers),
    egress: {
      hosts: written.egress.hosts.map(({ host, ports, reason, accepted_risk }) => ({
        host,
        ports: [...new Set(ports)].sort((a, b) => a - b),
        reason,
        acceptedRisk: accepted_risk ?? null,
      })),
    },
    shell: {
      keepHistory: written.shell?.keep_history ?? false,
      umask: written.shell?.umask ?? null,
      timeoutMinutes: written.shell?.timeout_minutes ?? null,
    },
    audit: auditOf(audit),
    dlp: {
      secret: dlp?.secret ?? null,
      personal: dlp?.personal ?? null,
      company: dlp?.company ?? null,
      allowed: dlp?.allowed ?? null,
    },
    injection: { onFinding: injection?.on_finding ?? null, taint: injection?.taint ?? false },
    company: companyOf(written.company),
    engines: written.engines.map(engineOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    gateway: gatewayOf(written.gateway),
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
    commands: rulesOf(commands, rollout),
    files: rulesOf(written.files, rollout),
    web: rulesOf(written.web, rollout).map((rule) => ({ ...rule, except: [] })),
    mcp: {
      servers: Object.entries(mcp.servers).map(([name, server]) => serverOf(name, server)),
      rules: rulesOf(mcp, rollout).map((rule) => ({ ...rule, except: [] })),
    },
    tools: rulesOf(written.tools, rollout).map((rule) => ({ ...rule, except: [] })),
    exceptions: exceptions.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  });
}

function asWritten(rule: { readonly id: string; readonly run: readonly string[]; readonly reason: string }) {
  return { id: rule.id, run: [...rule.run], unless: [], reason: rule.reason };
}

function modelsOf({ providers, models }: WrittenPolicy): Policy['models'] {
  return {
    provider: providers.use,
    upstream: upstreamOf(providers),
    upstreamAuth: providers.use === 'bedrock' ? providers.bedrock.upstream_auth : 'sigv4',
    bedrockRegion: providers.bedrock.region,
    vertex: vertexOf(providers),
    allow: models.allow,
    deny: models.deny,
  };
}

function vertexOf({ use, vertex }: WrittenPolicy['providers']): Policy['models']['vertex'] {
  if (use !== 'vertex') return null;
  if (vertex.project === undefined) throw new TypeError('a project was not checked');
  return { project: vertex.project, region: vertex.region };
}

/** Where model requests go when the policy does not say. */
export function upstreamOf(providers: WrittenPolicy['providers']): string {
  const { upstream } = providers[providers.use];
  if (upstream !== undefined) {
    const url = upstreamUrl(upstream);
    if (!url.ok) throw new TypeError('an upstream was not checked');
    return url.url;
  }
  if (providers.use === 'anthropic') return 'https://api.anthropic.com';
  if (providers.use === 'vertex') return vertexAddress(providers.vertex.region);
  const { region } = providers.bedrock;
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://bedrock-runtime.${region}.${suffix}`;
}

/** Locations that are more than one region have names of their own. */
function vertexAddress(region: string): string {
  if (region === 'global') return 'https://aiplatform.googleapis.com';
  if (region === 'us' || region === 'eu') return `https://aiplatform.${region}.rep.googleapis.com`;
  return `https://${region}-aiplatform.googleapis.com`;
}

function gitOf(git: WrittenPolicy['git']): Policy['git'] {
  return {
    protectedBranches: git?.protected_branches ?? [],
    pullRequestOnly: git?.pull_request_only ?? false,
    forcePush: git?.force_push ?? 'allow',
    skipChecks: git?.skip_checks ?? 'allow',
  };
}

function containersOf(containers: WrittenPolicy['containers']): Policy['containers'] {
  const limits = containers?.limits;
  return {
    privileged: containers?.privileged ?? 'allow',
    hostMounts: containers?.host_mounts ?? 'allow',
    hostNamespaces: containers?.host_namespaces ?? 'allow',
    capabilities: containers?.capabilities ?? 'allow',
    devices: containers?.devices ?? 'allow',
    limits: { memoryMb: limits?.memory_mb ?? null, cpus: limits?.cpus ?? null, pids: limits?.pids ?? null },
  };
}

/** The lists in the order of their names, as their checks want them too. */
export function companyOf({ words, patterns }: WrittenPolicy['company']): CompanyLists {
  const byName = (one: readonly [string, unknown], other: readonly [string, unknown]): number =>
    one[0] < other[0] ? -1 : 1;
  return {
    words: Object.entries(words)
      .sort(byName)
      .map(([name, list]) => ({ name, words: list })),
    patterns: Object.entries(patterns)
      .sort(byName)
      .map(([name, pattern]) => ({ name, pattern })),
  };
}

function engineOf(engine: WrittenPolicy['engines'][number]): PolicyEngine {
  const limits = {
    name: engine.name,
    at: ENGINE_PLACES.filter((place) => engine.at.includes(place)),
    order: engine.order,
    onFailure: engine.on_failure,
    timeoutMs: engine.timeout_ms,
    maxConcurrent: engine.max_concurrent,
    maxInputBytes: engine.max_input_kb * 1_024,
  };
  const { kind } = engine;
  if (isService(kind)) {
    const url = upstreamUrl(engine.url ?? '');
    if (!url.ok) throw new TypeError('the address of an engine was not checked');
    return { ...limits, kind, url: url.url, keyEnv: engine.key_env ?? null };
  }
  const [program = kind, ...words] = engine.command ?? [];
  return { ...limits, kind, command: [program, ...words], isVerifying: engine.verify };
}

function isService(kind: EngineKind): kind is (typeof SERVICE_KINDS)[number] {
  return SERVICE_KINDS.some((one) => one === kind);
}

function rulesOf<Deny extends WrittenRule, Ask extends WrittenRule, Allow extends WrittenRule>(
  lists: { readonly deny: readonly Deny[]; readonly ask: readonly Ask[]; readonly allow: readonly Allow[] },
  rollout: WrittenPolicy['rollout'],
): readonly (Checked<Deny> | Checked<Ask> | Checked<Allow>)[] {
  const mode = (id: string): RolloutMode =>
    (Object.hasOwn(rollout.rules, id) ? rollout.rules[id] : null) ?? rollout.default;
  return [
    ...lists.deny.map((rule) => checked(rule, 'deny', mode(rule.id))),
    ...lists.ask.map((rule) => checked(rule, 'ask', mode(rule.id))),
    ...lists.allow.map((rule) => checked(rule, 'allow', 'enforce')),
  ];
}

interface WrittenRule {
  readonly id: string;
}
type Checked<Rule> = Omit<Rule, 'id'> & {
  readonly id: RuleId;
  readonly verdict: RuleVerdict;
  readonly mode: RolloutMode;
};

function checked<Rule extends WrittenRule>(rule: Rule, verdict: RuleVerdict, mode: RolloutMode): Checked<Rule> {
  const id = parseRuleId(rule.id);
  if (id === null) throw new TypeError('a rule id was not checked');
  return { ...rule, id, verdict, mode };
}

function serverOf(name: string, server: WrittenPolicy['mcp']['servers'][string]): McpServer {
  return 'command' in server ? { kind: 'command', name, ...server } : { kind: 'url', name, ...server };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
