import type { DiagnosticCode } from './diagnostic.ts';
import { fieldPathText, quoted } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import { auditFaults } from './audit-faults.ts';
import { contentFaults, engineFaults } from './content-faults.ts';
import { gatewayFaults } from './gateway-faults.ts';
import { multiTenantService } from './multi-tenant-host.ts';
import { nearestName } from './nearest-name.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyDocument } from './read-document.ts';
import { upstreamUrl } from './upstream-url.ts';

/** What each field of a policy may say, taken alone, it says; this finds what contradicts the rest or does nothing. */
export function meaningFaults(policy: WrittenPolicy, document: PolicyDocument): readonly Fault[] {
  const report: Report = (code, severity, path, message, hint) => ({
    code,
    severity,
    message,
    hint,
    path,
    offset: document.offsetOf(path, 'value'),
  });
  return [
    ...layerFaults(policy, document, report),
    ...providerFaults(policy, report),
    ...sessionFaults(policy, document, report),
    ...egressFaults(policy, report),
    ...contentFaults(policy, report),
    ...engineFaults(policy, report),
    ...gatewayFaults(policy, report),
    ...auditFaults(policy, report),
    ...serverFaults(policy, report),
    ...mcpRuleFaults(policy, report),
    ...toolRuleFaults(policy, report),
  ];
}

/** Rule ids that are given twice. Works on unchecked values, so that one run shows every fault. */
export function duplicateRuleFaults(document: PolicyDocument): readonly Fault[] {
  const firstPaths = new Map<string, FieldPath>();
  const faults: Fault[] = [];
  for (const family of ['commands', 'files', 'web', 'mcp', 'tools']) {
    for (const verdict of ['deny', 'ask', 'allow']) {
      const rules = member(member(document.value, family), verdict);
      for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries()) {
        const id = member(rule, 'id');
        if (typeof id !== 'string') continue;
        const path: FieldPath = [family, verdict, index, 'id'];
        const first = firstPaths.get(id);
        if (first === undefined) firstPaths.set(id, path);
        else {
          const message = `the rule id ${quoted(id)} is given twice`;
          const hint = `it is also at \`${fieldPathText(first.slice(0, -1))}\``;
          const offset = document.offsetOf(path, 'value');
          faults.push({ code: 'policy/duplicate-rule', severity: 'error', message, hint, path, offset });
        }
      }
    }
  }
  return faults;
}

export type Report = (
  code: DiagnosticCode,
  severity: Fault['severity'],
  path: FieldPath,
  message: string,
  hint: string | null,
) => Fault;

/** Fields that stand beside `exception` in a document of that layer. */
const EXCEPTION_FIELDS: ReadonlySet<string> = new Set(['$schema', 'version', 'name', 'layer', 'exception']);

function layerFaults(policy: WrittenPolicy, { value }: PolicyDocument, report: Report): readonly Fault[] {
  if (policy.layer !== 'exception') {
    if (policy.exception === undefined) return [];
    const hint = 'put it into a document of its own with `layer: exception`';
    return [report('policy/contradiction', 'error', ['exception'], 'an exception is a layer of its own', hint)];
  }
  if (policy.exception === undefined) {
    return [report('policy/missing-field', 'error', ['exception'], '`exception` is missing', null)];
  }
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return names
    .filter((name) => !EXCEPTION_FIELDS.has(name))
    .map((name) => {
      const message = `${quoted(name)} does not stand in an exception, which only lifts`;
      return report('policy/contradiction', 'error', [name], message, null);
    });
}

function providerFaults({ layer, providers }: WrittenPolicy, report: Report): readonly Fault[] {
  const upstreams = (['anthropic', 'bedrock', 'vertex'] as const).flatMap((provider) => {
    const written = providers[provider].upstream;
    if (written === undefined) return [];
    const path = ['providers', provider, 'upstream'];
    const upstream = upstreamUrl(written);
    if (!upstream.ok) return [report('policy/wrong-form', 'error', path, upstream.problem, null)];
    if (provider === 'anthropic' || upstream.hostname !== 'api.anthropic.com') return [];
    const hint = "leave `upstream` out to use the provider's own address";
    return [report('policy/contradiction', 'error', path, 'this is the address of another provider', hint)];
  });
  const { upstream, upstream_auth } = providers.bedrock;
  if (layer === 'base' && upstream_auth === 'aws-identity' && upstream === undefined) {
    const hint = 'write the address of the central gateway as `upstream`; only such a one reads this proof';
    const path = ['providers', 'bedrock', 'upstream'];
    return [
      ...upstreams,
      report('policy/missing-field', 'error', path, '`providers.bedrock.upstream` is missing', hint),
    ];
  }
  if (layer !== 'base' || providers.use !== 'vertex' || providers.vertex.project !== undefined) return upstreams;
  const path = ['providers', 'vertex', 'project'];
  const hint = 'write the id of the Google Cloud project that pays';
  return [...upstreams, report('policy/missing-field', 'error', path, '`providers.vertex.project` is missing', hint)];
}

function sessionFaults({ layer, session }: WrittenPolicy, document: PolicyDocument, report: Report): readonly Fault[] {
  // A layer that writes one of the two has the other from the document under it.
  if (layer !== 'base' || session.idle_timeout_minutes <= session.max_duration_minutes) return [];
  // Nobody is told of a value that is ours.
  if (member(member(document.value, 'session'), 'idle_timeout_minutes') === undefined) return [];
  const message = 'a session ends before it can be idle for so long';
  return [report('policy/no-effect', 'warning', ['session', 'idle_timeout_minutes'], message, null)];
}

function egressFaults({ egress }: WrittenPolicy, report: Report): readonly Fault[] {
  return egress.hosts.flatMap(({ host, accepted_risk }, index) => {
    const path = ['egress', 'hosts', index, 'host'];
    if (host === '*')
      return [report('policy/wrong-form', 'error', path, '`*` opens the way to every host', 'name the hosts')];
    const shared = accepted_risk === undefined ? multiTenantService(host) : null;
    if (shared === null) return [];
    const message = `${quoted(host)} is shared by many parties: ${shared}`;
    const hint = 'name one host of your own, or write why it is reached all the same as `accepted_risk`';
    return [report('policy/multi-tenant-host', 'error', path, message, hint)];
  });
}

// The client expands these from its environment; everything else in braces reaches the server as it is written.
const VARIABLE = /\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}/g;

function serverFaults({ mcp }: WrittenPolicy, report: Report): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [name, server] of Object.entries(mcp.servers)) {
    const path = ['mcp', 'servers', name];
    const values: readonly (readonly [FieldPath, string])[] =
      'command' in server
        ? [
            [[...path, 'command'], server.command],
            ...server.args.map((value, index) => [[...path, 'args', index], value] as const),
            ...Object.entries(server.env).map(([key, value]) => [[...path, 'env', key], value] as const),
          ]
        : [
            [[...path, 'url'], server.url],
            ...Object.entries(server.headers).map(([key, value]) => [[...path, 'headers', key], value] as const),
          ];
    for (const [valuePath, value] of values) {
      if (!value.replace(VARIABLE, '').includes('${')) continue;
      const hint = 'the client expands `${NAME}` and `${NAME:-default}` only';
      faults.push(report('policy/wrong-form', 'error', valuePath, 'this reference is not expanded', hint));
    }
    if ('url' in server) {
      const url = serverUrlProblem(server.url);
      if (url !== null) faults.push(report('policy/wrong-form', 'error', [...path, 'url'], url, null));
    }
  }
  return faults;
}

function serverUrlProblem(text: string): string | null {
  const url = upstreamUrl(text.replace(VARIABLE, 'x'));
  return url.ok ? null : url.problem;
}

function mcpRuleFaults({ layer, mcp }: WrittenPolicy, report: Report): readonly Fault[] {
  if (layer !== 'base') return [];
  const servers = Object.keys(mcp.servers);
  const faults: Fault[] = [];
  for (const verdict of ['deny', 'ask', 'allow'] as const) {
    for (const [index, { server }] of mcp[verdict].entries()) {
      if (server === '*' || servers.includes(server)) continue;
      const near = nearestName(server, servers);
      const hint = near === null ? null : `did you mean ${quoted(near)}?`;
      const message = `no server ${quoted(server)} is under \`mcp.servers\`, so it never starts`;
      faults.push(report('policy/no-effect', 'warning', ['mcp', verdict, index, 'server'], message, hint));
    }
  }
  return faults;
}

/** Tools of the client whose calls become another kind of action, and the rules that decide that kind. */
const RULED_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['Bash', 'commands'],
  ['Read', 'files'],
  ['Edit', 'files'],
  ['MultiEdit', 'files'],
  ['Write', 'files'],
  ['NotebookEdit', 'files'],
  ['WebFetch', 'web'],
]);

function toolRuleFaults({ tools }: WrittenPolicy, report: Report): readonly Fault[] {
  const faults: Fault[] = [];
  for (const verdict of ['deny', 'ask', 'allow'] as const) {
    for (const [ruleIndex, rule] of tools[verdict].entries()) {
      for (const [index, name] of rule.tools.entries()) {
        const family = name.startsWith('mcp__') ? 'mcp' : RULED_ELSEWHERE.get(name);
        if (family === undefined) continue;
        const message = `calls of ${quoted(name)} are decided by the \`${family}\` rules`;
        faults.push(
          report('policy/no-effect', 'warning', ['tools', verdict, ruleIndex, 'tools', index], message, null),
        );
      }
    }
  }
  return faults;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
