import type { Action } from '../core/action.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { decide, ruleIndex } from '../decide/index.ts';
import type { Scene } from '../decide/index.ts';

/** What one table says about an action. */
export interface Said {
  readonly verdict: RuleVerdict;
  readonly ruleId: RuleId;
}

/** What both tables say about an action, where that differs. */
export interface Difference {
  readonly action: Action;
  readonly scene: Scene;
  readonly before: Said;
  readonly after: Said;
}

/** Asks both tables about one action. */
export interface DecisionPair {
  /** Null where both give the same verdict. */
  differ(action: Action, scene: Scene): Difference | null;
}

/** @throws {TypeError} where a pattern of a table cannot be read. */
export function decisionPair(before: RuleTable, after: RuleTable): DecisionPair {
  const [old, next] = [ruleIndex(before), ruleIndex(after)];
  const say = (index: typeof old, action: Action, scene: Scene): Said => {
    const { verdict, ruleId } = decide(index, action, scene);
    // No rule rewrites: the union has it for obligations that are added later.
    return { verdict: verdict === 'rewrite' ? 'ask' : verdict, ruleId };
  };
  return {
    differ(action, scene) {
      const said = { before: say(old, action, scene), after: say(next, action, scene) };
      return said.before.verdict === said.after.verdict ? null : { action, scene, ...said };
    },
  };
}
