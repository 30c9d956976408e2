import { starGlobMatches } from '../core/command-pattern-glob.ts';
import type { RolloutMode } from '../core/rule-table.ts';
import { fieldPathText, quoted } from './fault.ts';
import type { FieldPath } from './fault.ts';
import { hostCovers } from './layer-lists.ts';
import { isSaid, widens } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';
import { sectionRules } from './section-rules.ts';

/** The lists of rules of a policy. */
export const FAMILIES = ['commands', 'files', 'web', 'mcp', 'tools'] as const;
export type Family = (typeof FAMILIES)[number];
const VERDICTS = ['deny', 'ask', 'allow'] as const;

/**
 * Lays the rules of the documents of one layer, and their roll-out, over what holds so far. To refuse and to ask is added;
 * to allow is not, and neither is to ask where nothing but a default that denies would have spoken.
 */
export function layRules(state: LayerState, under: WrittenPolicy, parts: readonly PolicyPart[]): void {
  layRollout(state, under, parts);
  for (const part of parts) {
    for (const family of FAMILIES) {
      for (const verdict of VERDICTS) {
        for (const [index, rule] of part.written[family][verdict].entries()) {
          const path: FieldPath = [family, verdict, index];
          if (verdict === 'allow') checkAllow(state, under, part, family, path);
          if (verdict === 'ask' && modeOf(state.merged, rule.id) === 'enforce') {
            checkAsk(state, under, part, family, rule, path);
          }
          if (verdict !== 'allow' && family === 'web') checkKnownHosts(state, under, part, path);
        }
      }
      addRules(state.merged, part.written, family);
    }
  }
}

type AnyRule = WrittenPolicy[Family][(typeof VERDICTS)[number]][number];

function addRules(merged: WrittenPolicy, written: WrittenPolicy, family: Family): void {
  for (const verdict of VERDICTS) {
    const rules: AnyRule[] = merged[family][verdict];
    rules.push(...written[family][verdict]);
  }
}

/** The mode of a deny or ask rule. */
function modeOf({ rollout }: WrittenPolicy, id: string): RolloutMode {
  return (Object.hasOwn(rollout.rules, id) ? rollout.rules[id] : undefined) ?? rollout.default;
}

const STRENGTH: Readonly<Record<RolloutMode, number>> = { shadow: 0, warn: 1, enforce: 2 };

function layRollout(state: LayerState, under: WrittenPolicy, parts: readonly PolicyPart[]): void {
  const tried = triedIds(state.merged, parts);
  for (const part of parts) {
    const own = new Set(FAMILIES.flatMap((family) => VERDICTS.flatMap((one) => idsOf(part.written[family][one]))));
    for (const [id, mode] of Object.entries(part.written.rollout.rules)) {
      if (!tried.has(id)) continue;
      const path: FieldPath = ['rollout', 'rules', id];
      const before = modeOf(under, id);
      if (!own.has(id) && STRENGTH[mode] < STRENGTH[before]) {
        const place = Object.hasOwn(under.rollout.rules, id) ? path : ['rollout', 'default'];
        widens(state, part, path, `${quoted(id)} is in \`${mode}\` here and in \`${before}\` there`, place);
        continue;
      }
      const { rules } = state.merged.rollout;
      const now = Object.hasOwn(rules, id) ? rules[id] : undefined;
      // A neighbour that brings every rule into force means this one too.
      const meant = own.has(id) ? mode : strongest([mode, ...defaultsOf(parts.filter((other) => other !== part))]);
      if (now !== undefined && STRENGTH[now] >= STRENGTH[meant]) continue;
      rules[id] = meant;
      state.sayers.set(fieldPathText(path), part);
    }
  }
  // A rule that asks and comes into force is, for every call, the same as one that is added.
  for (const family of FAMILIES) {
    for (const rule of under[family].ask) {
      if (modeOf(under, rule.id) === 'enforce' || modeOf(state.merged, rule.id) !== 'enforce') continue;
      const sayers = parts.map((part) => ({ part, path: rolloutPath(part, rule.id) }));
      for (const { part, path } of sayers) if (path !== null) checkAsk(state, under, part, family, rule, path);
    }
  }
}

/** The ids of the rules that can be rolled out: those that deny or ask, wherever they come from. */
function triedIds(merged: WrittenPolicy, parts: readonly PolicyPart[]): ReadonlySet<string> {
  const policies = [merged, ...parts.map((part) => part.written)];
  return new Set([
    ...idsOf(sectionRules(merged)),
    ...policies.flatMap((policy) =>
      FAMILIES.flatMap((family) => [...idsOf(policy[family].deny), ...idsOf(policy[family].ask)]),
    ),
  ]);
}

function defaultsOf(parts: readonly PolicyPart[]): readonly RolloutMode[] {
  return parts.flatMap((part) => (isSaid(part, ['rollout', 'default']) ? [part.written.rollout.default] : []));
}

function strongest(modes: readonly RolloutMode[]): RolloutMode {
  return modes.reduce((best, mode) => (STRENGTH[mode] > STRENGTH[best] ? mode : best), 'shadow');
}

function rolloutPath(part: PolicyPart, id: string): FieldPath | null {
  for (const path of [
    ['rollout', 'rules', id],
    ['rollout', 'default'],
  ])
    if (isSaid(part, path)) return path;
  return null;
}

function idsOf(rules: readonly { readonly id: string }[]): readonly string[] {
  return rules.map(({ id }) => id);
}

function checkAllow(state: LayerState, under: WrittenPolicy, part: PolicyPart, family: Family, path: FieldPath): void {
  const rule: AnyRule | undefined = part.written[family].allow[Number(path[2])];
  if (rule === undefined) return;
  const { id, reason: _reason, ...meant } = rule;
  const isThere = under[family].allow.some(({ id: _id, reason: _why, ...there }) => {
    return JSON.stringify(there) === JSON.stringify(meant);
  });
  if (isThere) return;
  widens(state, part, [...path, 'id'], `${quoted(id)} allows what is not allowed there`, defaultOf(family, rule));
}

/**
 * Without a rule a default that denies holds; a rule that asks would take its place. So each of its patterns must be one
 * that a rule under the layer allows or asks already.
 */
function checkAsk(
  state: LayerState,
  under: WrittenPolicy,
  part: PolicyPart,
  family: Family,
  rule: AnyRule,
  path: FieldPath,
): void {
  const denying = denyingDefault(state.merged, family, rule);
  if (denying === null) return;
  const spoken = [...under[family].allow, ...under[family].ask.filter(({ id }) => modeOf(under, id) === 'enforce')];
  if (patternsOf(rule).every((pattern) => spoken.some((one) => covers(one, rule, pattern)))) return;
  const said = `${quoted(rule.id)} asks for what is denied there`;
  widens(state, part, path.length === 3 && path[0] === family ? [...path, 'id'] : path, said, denying);
}

/** The field of the default that denies what a rule is about, or null where it asks or allows. */
function denyingDefault({ defaults }: WrittenPolicy, family: Family, rule: AnyRule): FieldPath | null {
  switch (family) {
    // A command that no rule allows is held against its default whatever rules ask for it.
    case 'commands':
      return null;
    case 'files': {
      const isRead = 'access' in rule && rule.access === 'read';
      const fields = isRead ? (['read_inside', 'read_outside'] as const) : (['write_inside', 'write_outside'] as const);
      const denying = fields.find((field) => defaults[field] === 'deny');
      return denying === undefined ? null : ['defaults', denying];
    }
    case 'web':
      return defaults.web === 'deny' ? ['defaults', 'web'] : null;
    case 'mcp':
      return defaults.mcp === 'deny' ? ['defaults', 'mcp'] : null;
    case 'tools':
      return defaults.tool === 'deny' ? ['defaults', 'tool'] : null;
  }
}

/** The field of the default that holds for what a rule is about. */
function defaultOf(family: Family, rule: AnyRule): FieldPath {
  const access = 'access' in rule ? rule.access : 'read';
  const names = { commands: 'command', files: `${access}_inside`, web: 'web', mcp: 'mcp', tools: 'tool' };
  return ['defaults', names[family]];
}

function patternsOf(rule: AnyRule): readonly string[] {
  if ('paths' in rule) return rule.paths;
  if ('hosts' in rule) return rule.hosts;
  return 'tools' in rule ? rule.tools : [];
}

/** Whether a rule surely speaks on every call that one pattern of another rule of its family takes. */
function covers(spoken: AnyRule, rule: AnyRule, pattern: string): boolean {
  if ('hosts' in spoken) return spoken.hosts.some((host) => hostCovers(host, pattern));
  if ('paths' in spoken) {
    const isSameAccess = 'access' in rule && rule.access === spoken.access;
    // What one path pattern covers of another is not worked out here: the same text, and nothing left out, is sure.
    return isSameAccess && spoken.except.length === 0 && spoken.paths.includes(pattern);
  }
  if (!('tools' in spoken) || !spoken.tools.some((name) => starGlobMatches(name, pattern))) return false;
  return !('server' in spoken) || ('server' in rule && starGlobMatches(spoken.server, rule.server));
}

/** A rule on the known hosts that refuses or asks no longer takes a host that is not known any more. */
function checkKnownHosts(state: LayerState, under: WrittenPolicy, part: PolicyPart, path: FieldPath): void {
  for (const verdict of ['deny', 'ask'] as const) {
    for (const [index, rule] of under.commands[verdict].entries()) {
      const isByHosts =
        rule.run.some((pattern) => pattern.includes('<allowed-url>')) ||
        rule.unless.some((pattern) => pattern.includes('<other-url>'));
      if (!isByHosts) continue;
      const said = `${quoted(rule.id)} speaks on the hosts that the \`web\` rules allow, which are then fewer`;
      // The rule's own line, if the base wrote it; rules of other layers are further down the merged list.
      const place: FieldPath =
        state.base.written.commands[verdict][index] === undefined ? ['commands'] : ['commands', verdict, index];
      widens(state, part, [...path, 'id'], said, place);
      return;
    }
  }
}
