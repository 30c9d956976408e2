import { nameClasses } from './name-classes.ts';
import type { NameClasses } from './name-classes.ts';
import type { NameGlob } from './name-glob.ts';
import type { StepBudget } from './step-budget.ts';

/** Classes of file names by globs. */
export type KeptNames = (globs: readonly NameGlob[]) => NameClasses;

/**
 * Classes of names, each made once. Where all names are told apart by the whole `universe` within bounds, that is done
 * once, and every smaller set of globs only joins the classes that it does not tell apart.
 */
export function keptNames(universe: readonly NameGlob[], budget: StepBudget): KeptNames {
  const ids = new Map<string, number>();
  const distinct = [...new Map(universe.map((glob) => [glob.key, glob])).values()];
  for (const [id, glob] of distinct.entries()) ids.set(glob.key, id);
  const kept = new Map<string, NameClasses>();
  let whole: NameClasses | null = null;
  return (globs) => {
    const key = globs.map((glob) => ids.get(glob.key) ?? glob.key).join('\n');
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (whole === null) {
      whole = nameClasses(distinct, true);
      budget.spend(whole.steps);
    }
    const isKnown = whole.isComplete && globs.every((glob) => ids.has(glob.key));
    const made = isKnown
      ? joined(
          whole,
          globs.map((glob) => ids.get(glob.key) ?? 0),
        )
      : nameClasses(globs, true);
    budget.spend(made.steps);
    kept.set(key, made);
    return made;
  };
}

function joined(whole: NameClasses, ids: readonly number[]): NameClasses {
  const places = new Map(ids.map((id, place) => [id, place]));
  const byTaken = new Map<string, NameClasses['classes'][number]>();
  for (const { name, taken } of whole.classes) {
    const own = taken.flatMap((id) => places.get(id) ?? []).sort((a, b) => a - b);
    const key = own.join();
    if (!byTaken.has(key)) byTaken.set(key, { name, taken: own });
  }
  return { classes: [...byTaken.values()], isComplete: true, steps: whole.classes.length };
}
