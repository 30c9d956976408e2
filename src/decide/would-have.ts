import type { Action } from '../core/action.ts';
import { VERDICTS } from '../core/decision.ts';
import type { Verdict } from '../core/decision.ts';
import type { RuleId } from '../core/ids.ts';
import { decide } from './decide.ts';
import type { Scene } from './scene.ts';
import type { TrialGroup, TrialIndex, TrialRule } from './trial-index.ts';

/** What a rule on trial would have made of an action. */
export interface TrialFinding {
  readonly ruleId: RuleId;
  /** The verdict on the action if this rule were enforced too, and no other rule on trial. */
  readonly verdict: Verdict;
  readonly mode: TrialRule['mode'];
}

/**
 * The rules on trial each of which alone, on top of what is enforced, would have changed the verdict on an action;
 * strongest verdict first, then by id. What all of them together would have decided is `decide(trial, action, scene)`:
 * where a line holds two commands that two rules allow, neither of them changes anything alone.
 */
export function wouldHave(trial: TrialIndex, action: Action, scene: Scene): readonly TrialFinding[] {
  const { verdict } = decide(trial.enforced, action, scene);
  return trial.groups
    .flatMap((group) => changesBy(group, verdict, action, scene))
    .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || (a.ruleId < b.ruleId ? -1 : 1));
}

/** Rules of one group all tighten or all loosen: where the whole group changes nothing, no rule of it does. */
function changesBy(group: TrialGroup, verdict: Verdict, action: Action, scene: Scene): readonly TrialFinding[] {
  const changed = decide(group.index, action, scene).verdict;
  if (changed === verdict) return [];
  const [rule] = group.rules;
  if (group.halves.length > 0) return group.halves.flatMap((half) => changesBy(half, verdict, action, scene));
  return rule === undefined ? [] : [{ ruleId: rule.id, verdict: changed, mode: rule.mode }];
}
