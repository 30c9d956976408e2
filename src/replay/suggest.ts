import { ruleId } from '../core/ids.ts';
import type { CommandRule, FileRule, McpRule, RuleTable, ToolRule, WebRule } from '../core/rule-table.ts';
import { ruleIndex } from '../decide/index.ts';
import type { RuleIndex } from '../decide/index.ts';
import { allowCandidates } from './allow-candidate.ts';
import type { AllowCandidate } from './allow-candidate.ts';
import type { ApprovedCall } from './approved-calls.ts';
import { deniedRegion } from './denied-region.ts';
import { redecide } from './redecide.ts';

/** A rule that would have saved questions. */
export interface Suggestion extends AllowCandidate {
  /** Patterns that the rule leaves out, because a rule that denies is about them. */
  readonly unless: readonly string[];
  /** Approved calls that this rule would have let through, alone or with others that are suggested. */
  readonly count: number;
  readonly sessions: number;
  /** Patterns without which some of these calls are still asked. */
  readonly together: readonly string[];
  /** Some of the calls, the first ones of the log. */
  readonly examples: readonly ApprovedCall[];
}

/** Approved calls for which no rule is proposed. */
export interface NotSuggested {
  readonly why: string;
  readonly count: number;
}

/** What can be proposed from approved calls. */
export interface SuggestReport {
  /** Most calls first. */
  readonly suggestions: readonly Suggestion[];
  readonly notSuggested: readonly NotSuggested[];
}

/** Most patterns that a rule leaves out; a rule that needs more is not proposed. */
const MAX_UNLESS = 24;
const MAX_EXAMPLES = 3;
/** Most distinct approved calls that are looked at. Each costs a few compilations of the table. */
const MAX_DISTINCT = 5_000;

/**
 * Proposes rules that allow, each tried on the calls that it is proposed for. Rules that deny or ask by name stay as they
 * are: a call that one of them is about is never let through.
 *
 * @param minCount calls that a rule must save to be proposed.
 */
export function suggest(table: RuleTable, approved: readonly ApprovedCall[], minCount: number): SuggestReport {
  const distinct = new Map<string, ApprovedCall[]>();
  for (const call of approved) {
    const same = distinct.get(call.text);
    if (same === undefined) distinct.set(call.text, [call]);
    else same.push(call);
  }
  const indexes = new Map<string, RuleIndex>();
  const saved = new Map<string, { offer: Offer; calls: ApprovedCall[]; together: Set<string> }>();
  const left = new Map<string, number>();
  let looked = 0;
  for (const calls of distinct.values()) {
    const [first] = calls;
    if (first === undefined) continue;
    looked += 1;
    const needed = looked > MAX_DISTINCT ? `beyond ${MAX_DISTINCT} different calls` : neededFor(table, first, indexes);
    if (typeof needed === 'string') {
      left.set(needed, (left.get(needed) ?? 0) + calls.length);
      continue;
    }
    for (const offer of needed) {
      const entry = saved.get(keyOf(offer)) ?? { offer, calls: [], together: new Set<string>() };
      saved.set(keyOf(offer), entry);
      entry.calls.push(...calls);
      for (const other of needed) if (other !== offer) entry.together.add(other.pattern);
    }
  }
  const suggestions = [...saved.values()]
    .map(({ offer, calls, together }): Suggestion => ({
      ...offer,
      count: calls.length,
      sessions: new Set(calls.map(({ sessionId }) => sessionId)).size,
      together: [...together].sort(),
      examples: [...new Map(calls.map((call) => [call.text, call])).values()].slice(0, MAX_EXAMPLES),
    }))
    .sort((a, b) => b.count - a.count || (keyOf(a) < keyOf(b) ? -1 : 1));
  const notSuggested = [...left].map(([why, count]) => ({ why, count })).sort((a, b) => b.count - a.count);
  return { suggestions: suggestions.filter(({ count }) => count >= minCount), notSuggested };
}

interface Offer extends AllowCandidate {
  readonly unless: readonly string[];
}

/** The fewest rules that let a call through, or why none does. */
function neededFor(
  table: RuleTable,
  { call }: ApprovedCall,
  indexes: Map<string, RuleIndex>,
): readonly Offer[] | string {
  const now = redecide(indexWith(table, [], indexes), call);
  if (now.verdict === 'allow') return 'the policy allows it already';
  if (now.verdict === 'deny') return `the policy denies it (${now.ruleId})`;
  const found = allowCandidates(call);
  if (!found.ok) return found.why;
  let offers: Offer[] = [];
  for (const candidate of found.candidates) {
    const { meets, blockedBy } =
      candidate.section === 'commands' ? deniedRegion(table, candidate.pattern) : { meets: [], blockedBy: null };
    if (blockedBy !== null) return `\`${candidate.pattern}\` is part of what rule ${blockedBy} denies`;
    if (meets.length > MAX_UNLESS) return `too much of \`${candidate.pattern}\` is denied by name`;
    offers.push({ ...candidate, unless: meets });
  }
  const allows = (some: readonly Offer[]): boolean =>
    redecide(indexWith(table, some, indexes), call).verdict === 'allow';
  if (!allows(offers)) return `rule ${now.ruleId} asks, and a rule that allows does not change that`;
  for (const offer of offers) {
    const without = offers.filter((other) => other !== offer);
    if (allows(without)) offers = without;
  }
  return offers;
}

function indexWith(table: RuleTable, offers: readonly Offer[], indexes: Map<string, RuleIndex>): RuleIndex {
  const key = offers.map(keyOf).sort().join('\n');
  const known = indexes.get(key);
  if (known !== undefined) return known;
  const index = ruleIndex(withOffers(table, offers));
  indexes.set(key, index);
  return index;
}

function withOffers(table: RuleTable, offers: readonly Offer[]): RuleTable {
  const rules = { commands: [...table.commands], files: [...table.files], web: [...table.web] };
  const more: { mcp: McpRule[]; tools: ToolRule[] } = { mcp: [...table.mcp], tools: [...table.tools] };
  for (const [place, { section, pattern, access, server, unless }] of offers.entries()) {
    const common = { id: ruleId(`suggested/rule-${place}`), verdict: 'allow', mode: 'enforce', reason: '' } as const;
    switch (section) {
      case 'commands':
        rules.commands.push({ ...common, run: [pattern], unless } satisfies CommandRule);
        break;
      case 'files':
        rules.files.push({ ...common, access: access ?? 'read', paths: [pattern], except: [] } satisfies FileRule);
        break;
      case 'web':
        rules.web.push({ ...common, hosts: [pattern], except: [] } satisfies WebRule);
        break;
      case 'mcp':
        more.mcp.push({ ...common, server: server ?? '', tools: [pattern], except: [] });
        break;
      case 'tools':
        more.tools.push({ ...common, tools: [pattern], except: [] });
        break;
    }
  }
  return { ...table, ...rules, ...more };
}

function keyOf({ section, access, server, pattern }: AllowCandidate): string {
  return JSON.stringify([section, access, server, pattern]);
}
