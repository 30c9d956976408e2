/** Names that are looked at for one glob: one that walks the whole machine would hold up everybody else's calls. */
const MAX_GLOB_LOOKS = 20_000;
/** Names that are looked at for all globs of one decision. */
const MAX_DECISION_LOOKS = 40_000;

/** How many names may still be looked at. */
export interface LookBudget {
  /** @returns false where that is more than is left; nothing may be looked at any more then. */
  spend(names: number): boolean;
}

/** What the globs of one decision share, or the paths that are followed for it by their names. */
export function decisionLooks(): LookBudget {
  return budget(MAX_DECISION_LOOKS);
}

/** What one glob may spend of what its decision has left. */
export function globLooks(decision: LookBudget): LookBudget {
  const own = budget(MAX_GLOB_LOOKS);
  return {
    spend(names) {
      // What one glob has looked at counts for its decision, also where it was too much for the glob.
      const isLeft = decision.spend(names);
      return own.spend(names) && isLeft;
    },
  };
}

function budget(most: number): LookBudget {
  let spent = 0;
  return {
    spend(names) {
      spent += names;
      return spent <= most;
    },
  };
}
