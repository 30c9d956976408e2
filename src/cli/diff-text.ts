import type { Action } from '../core/action.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import type { Change, LayerDiff, PolicyDiff, Unproven } from '../analyse/index.ts';

const HEADINGS: Readonly<Record<RuleVerdict, string>> = {
  allow: 'newly allowed',
  ask: 'newly asked',
  deny: 'newly denied',
};

/** A comparison of two policies as people read it: what is newly allowed first. */
export function diffText(diff: PolicyDiff): string {
  const { guard, client, egress } = diff.layers;
  return [
    layerText('guard', guard, 'no call is decided differently: proven'),
    ...(client === undefined ? [] : [layerText('client', client, 'no call that was tried is decided differently')]),
    ...(egress === undefined ? [] : [layerText('egress', egress, 'no call that was tried is decided differently')]),
  ].join('\n');
}

/** A call as one line. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case 'command':
      return action.isUnsandboxed ? `${action.commandLine}   (outside of the sandbox)` : action.commandLine;
    case 'read':
    case 'write':
      return `${action.kind} ${action.path}`;
    case 'fetch':
      return `fetch ${action.url}`;
    case 'mcp':
      return `mcp ${action.server}/${action.tool}`;
    case 'tool':
      return `tool ${action.name}`;
    case 'canary':
    case 'unreadable':
      return action.kind;
  }
}

function layerText(name: string, { changes, unproven }: LayerDiff, equal: string): string {
  if (changes.length + unproven.length === 0) return `${name}: ${equal}\n`;
  const counts = (['allow', 'ask', 'deny'] as const).map(
    (verdict) => `${changes.filter((each) => each.to === verdict).length} ${HEADINGS[verdict]}`,
  );
  const lines = [`${name}: ${counts.join(', ')}, ${unproven.length} not proven`];
  for (const verdict of ['allow', 'ask', 'deny'] as const) {
    const group = changes.filter((each) => each.to === verdict);
    if (group.length > 0) lines.push('', `${HEADINGS[verdict]}:`, ...group.flatMap(changeLines));
  }
  if (unproven.length > 0) lines.push('', 'not proven:', ...unproven.flatMap(unprovenLines));
  return `${lines.join('\n')}\n`;
}

function changeLines({ from, to, witness, rules, region }: Change): readonly string[] {
  return [`  ${from} -> ${to}  ${actionText(witness)}`, `      ${region}`, `      rules: ${rules.join(', ')}`];
}

function unprovenLines({ region, rules, why }: Unproven): readonly string[] {
  return [`  ${region}`, `      ${why}`, ...(rules.length === 0 ? [] : [`      rules: ${rules.join(', ')}`])];
}
