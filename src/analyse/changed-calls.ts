import type { RuleId } from '../core/ids.ts';
import type { Difference } from './decision-pair.ts';
import { ruleIds } from './policy-diff.ts';
import type { ActionKind, Change, Unproven } from './policy-diff.ts';

/** Gathers what a comparison finds. One witness is kept for each way in which a region changes: the first. */
export interface ChangedCalls {
  /** Notes a difference; false where the same change of the same region was noted before. */
  note(difference: Difference, region: string, rules: readonly RuleId[]): boolean;
  doubt(unproven: Unproven): void;
  readonly changes: readonly Change[];
  readonly unproven: readonly Unproven[];
}

export function changedCalls(): ChangedCalls {
  const changes = new Map<string, Change>();
  const unproven = new Map<string, Unproven>();
  return {
    note(difference, region, rules) {
      const { before, after, action, scene } = difference;
      const kind = kindOf(difference);
      const key = [kind, region, before.verdict, after.verdict, ...rules].join('\n');
      if (changes.has(key)) return false;
      changes.set(key, {
        kind,
        from: before.verdict,
        to: after.verdict,
        witness: action,
        scene,
        before,
        after,
        rules: ruleIds([...rules, before.ruleId, after.ruleId]),
        region,
      });
      return true;
    },
    doubt(one) {
      unproven.set([one.kind, one.region, ...one.rules].join('\n'), one);
    },
    get changes() {
      return [...changes.values()];
    },
    get unproven() {
      return [...unproven.values()];
    },
  };
}

function kindOf({ action }: Difference): ActionKind {
  // The other two kinds are decided without a rule, and so by every table alike.
  return action.kind === 'canary' || action.kind === 'unreadable' ? 'tool' : action.kind;
}
