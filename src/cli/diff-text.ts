import type { Action } from '../core/action.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import type { Json } from '../core/json.ts';
import type { Change, EgressChange, EgressDiff, FieldChange, LayerDiff, Unproven } from '../analyse/index.ts';
import { shownLine } from './shown-line.ts';
import type { PolicyComparison } from './compare-policies.ts';

const HEADINGS: Readonly<Record<RuleVerdict, string>> = {
  allow: 'newly allowed',
  ask: 'newly asked',
  deny: 'newly denied',
};

/** A comparison of two policies as people read it: what is newly allowed first. */
export function comparisonText({ layers, fields }: PolicyComparison): string {
  const { guard, client, egress } = layers;
  return [
    layerText('guard', guard, 'no call is decided differently: proven'),
    ...(client === undefined ? [] : [clientText(client)]),
    ...(egress === undefined ? [] : [egressText(egress)]),
    ...(fields.length === 0 ? [] : [['other fields that differ:', ...fields.flatMap(fieldLines), ''].join('\n')]),
  ].join('\n');
}

/** A call as one line. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case 'command':
      return shownLine(action.isUnsandboxed ? `${action.commandLine}   (outside of the sandbox)` : action.commandLine);
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

function clientText(client: LayerDiff & { readonly fields: readonly FieldChange[] }): string {
  if (client.fields.length === 0) return 'client: the same settings: proven\n';
  const calls = layerText('client', client, 'no call that was tried is decided differently by its own rules');
  return `${calls}\n${['settings of the client that differ:', ...client.fields.flatMap(fieldLines)].join('\n')}\n`;
}

function egressText({ changes }: EgressDiff): string {
  if (changes.length === 0) return 'egress: no connection is treated differently: proven\n';
  const lines = changes.map(({ to, host, ports }) => `  newly ${to}  ${host}, port ${ports.join(', ')}`);
  const count = (to: EgressChange['to']): number => changes.filter((each) => each.to === to).length;
  return `${[`egress: ${count('open')} newly open, ${count('closed')} newly closed`, '', ...lines].join('\n')}\n`;
}

/** At most so many lines for what comes or goes in one list. */
const MOST_ELEMENTS = 8;

function fieldLines({ field, before, after, lists }: FieldChange): readonly string[] {
  if (lists === null) return [`  ${field}: ${shortValue(before)} -> ${shortValue(after)}`];
  const { added, removed } = lists;
  if (added.length + removed.length === 0) return [`  ${field}: in another order`];
  const some = (sign: string, list: readonly Json[]): readonly string[] => [
    ...list.slice(0, MOST_ELEMENTS).map((each) => `      ${sign} ${shortValue(each)}`),
    ...(list.length > MOST_ELEMENTS ? [`      ${sign} … ${list.length - MOST_ELEMENTS} more, see --json`] : []),
  ];
  return [`  ${field}: ${added.length} added, ${removed.length} removed`, ...some('+', added), ...some('-', removed)];
}

function shortValue(value: Json): string {
  const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
  const shown = value === null ? 'none' : text;
  return shown.length > 100 ? `${shown.slice(0, 99)}…` : shown;
}

function changeLines({ from, to, witness, rules, region }: Change): readonly string[] {
  return [
    `  ${from} -> ${to}  ${actionText(witness)}`,
    `      ${region}`,
    ...(rules.length === 0 ? [] : [`      rules: ${rules.join(', ')}`]),
  ];
}

function unprovenLines({ region, rules, why }: Unproven): readonly string[] {
  return [`  ${region}`, `      ${why}`, ...(rules.length === 0 ? [] : [`      rules: ${rules.join(', ')}`])];
}
