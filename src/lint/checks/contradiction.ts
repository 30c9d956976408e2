import { starGlobMatches } from '../../core/command-pattern-glob.ts';
import { quoted } from '../../policy/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import { placeText } from '../lint-context.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintDocument } from '../lint-document.ts';
import { valueAt } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';
import { probed } from '../probe.ts';

/** Finds parts of a policy that are each in order and that do not go together. */
export function contradictions(context: LintContext): readonly LintFault[] {
  return [...egressDenied(context), ...egressUnheld(context), ...noModelLeft(context), ...silentServers(context)];
}

/** The document that says a field last, and the base where none does. */
function sayerOf({ documents, base }: LintContext, path: FieldPath): LintDocument {
  return documents.findLast(({ document }) => valueAt(document?.value, path) !== undefined) ?? base;
}

function egressDenied(context: LintContext): readonly LintFault[] {
  const document = sayerOf(context, ['egress', 'hosts']);
  return context.policy.egress.hosts.flatMap(({ host }): readonly LintFault[] => {
    const name = host.startsWith('*.') ? `x.${host.slice(2)}` : host;
    const url = `https://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}/`;
    const { verdict, ruleId } = probed(context.index, { kind: 'fetch', url });
    if (verdict !== 'deny' || !context.rules.has(ruleId)) return [];
    const written = document.part?.written.egress.hosts.findIndex((one) => one.host === host) ?? -1;
    const path = written < 0 ? ['egress', 'hosts'] : ['egress', 'hosts', written, 'host'];
    const message = `commands may reach ${quoted(host)}, and \`${ruleId}\` (${placeText(context, ruleId)}) denies it to the client`;
    return [{ code: 'lint/contradiction', document, path, message, hint: 'take it out of one of the two' }];
  });
}

function egressUnheld(context: LintContext): readonly LintFault[] {
  const { sandbox, egress, shape } = context.policy;
  // In a container and on a server of its own the list is held by the network around it.
  if (sandbox.enabled || egress.hosts.length === 0 || shape !== 'workstation') return [];
  const path = ['sandbox', 'enabled'];
  const message =
    'the sandbox is off, so that nothing on a workstation holds commands to the list under `egress.hosts`';
  return [{ code: 'lint/contradiction', document: sayerOf(context, path), path, message, hint: 'turn the sandbox on' }];
}

function noModelLeft(context: LintContext): readonly LintFault[] {
  const { allow, deny } = context.policy.models;
  if (allow.length === 0 || !allow.every((model) => deny.some((glob) => starGlobMatches(glob, model)))) return [];
  const path = ['models', 'deny'];
  const message = 'every model that `models.allow` names is denied here: no session can ask one';
  return [{ code: 'lint/contradiction', document: sayerOf(context, path), path, message, hint: null }];
}

function silentServers(context: LintContext): readonly LintFault[] {
  const { mcp, defaults } = context.policy;
  if (defaults.mcp !== 'deny') return [];
  return mcp.servers.flatMap(({ name }): readonly LintFault[] => {
    const isHeard = mcp.rules.some(({ verdict, server }) => verdict !== 'deny' && starGlobMatches(server, name));
    if (isHeard) return [];
    const path = ['mcp', 'servers', name];
    const message = `the server ${quoted(name)} is started, and no rule lets a tool of it be called`;
    const hint = 'add a rule under `mcp.allow` or `mcp.ask`, or take the server out';
    return [{ code: 'lint/contradiction', document: sayerOf(context, path), path, message, hint }];
  });
}
