import { MAX_TOTAL_STEPS } from './bounds.ts';

/** How much work a whole comparison may still do. Counted in steps, so that one input gives one answer on any machine. */
export interface StepBudget {
  readonly isSpent: boolean;
  spend(steps: number): void;
}

export function stepBudget(steps = MAX_TOTAL_STEPS): StepBudget {
  let left = steps;
  return {
    get isSpent() {
      return left <= 0;
    },
    spend(count) {
      left -= count;
    },
  };
}
