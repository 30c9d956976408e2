import type { Decision } from '../core/decision.ts';
import { VERDICTS } from '../core/decision.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleVerdict } from '../core/rule-table.ts';

/** What one rule says about one part of an action. */
export interface Finding {
  readonly verdict: RuleVerdict;
  readonly ruleId: RuleId;
  readonly reason: string;
}

/**
 * The strongest of the findings; between equals, a rule of the policy before one that is built in, and
 * then the one whose id sorts first, so that the order of rules and of
 * words never matters. Null where there is none.
 */
export function strongest(findings: Iterable<Finding>): Finding | null {
  let best: Finding | null = null;
  for (const finding of findings) if (best === null || isStronger(finding, best)) best = finding;
  return best;
}

/** A finding as the answer to an action. */
export function decisionOf(finding: Finding): Decision {
  if (finding.verdict === 'allow') return { verdict: 'allow', ruleId: finding.ruleId };
  return { verdict: finding.verdict, ruleId: finding.ruleId, reason: finding.reason };
}

function isStronger(one: Finding, other: Finding): boolean {
  const difference = VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict);
  if (difference !== 0) return difference < 0;
  return one.ruleId === other.ruleId ? one.reason < other.reason : isBefore(one.ruleId, other.ruleId);
}

/** The order of rules that say the same: one of the policy says more than one that is built in, and that more than a default. */
export function isBefore(one: RuleId, other: RuleId): boolean {
  const order = rank(one) - rank(other);
  return order === 0 ? one < other : order < 0;
}

function rank(ruleId: RuleId): number {
  if (ruleId.startsWith('default/')) return 2;
  return ruleId.startsWith('decide/') ? 1 : 0;
}
