import type { StagePattern } from '../core/command-pattern.ts';
import type { CommandEntry } from './command-index.ts';
import { accountsForWords } from './command-lift.ts';
import { matchWords, surelyMatchesWords } from './command-match.ts';
import type { CommandView } from './command-view.ts';
import { mayBeProgram, surelyIsProgram } from './program-place.ts';
import { bestOf, both } from './word-match.ts';
import type { Match } from './word-match.ts';

/** The commands of one reading; null for those that rules cannot be asked about. */
export type CommandViews = readonly (CommandView | null)[];

/** Whether an entry matches, for rules that restrict: a command that could be one that it means counts. */
export function matchEntry(entry: CommandEntry, view: CommandView, views: CommandViews): Match {
  const here = matchStage(entry.stage, view);
  return here === 'no' ? 'no' : both(here, reachedBy(entry.earlier, view, views));
}

/** Whether an entry surely matches, for rules that allow. */
export function isAllowedBy(entry: CommandEntry, view: CommandView, views: CommandViews): boolean {
  return isSurely(entry.stage, view) && reachedBy(entry.earlier, view, views) === 'yes';
}

/**
 * Whether an exception of a rule that denies or asks surely means this command and accounts for each of its words. Of
 * a pattern with stages, everything that reaches the command must be accounted for too.
 */
export function isLiftedBy(entry: CommandEntry, view: CommandView, views: CommandViews): boolean {
  const { stage, earlier } = entry;
  if (!isWholly(stage, view) || reachedBy(earlier, view, views) !== 'yes') return false;
  if (earlier.length === 0) return true;
  const stages = earlier.flat();
  return view.command.sources.every(({ start, end }) =>
    views.slice(start, end).every((source) => source !== null && stages.some((each) => isWholly(each, source))),
  );
}

function isWholly(stage: StagePattern, view: CommandView): boolean {
  return isSurely(stage, view) && accountsForWords(stage, view.shape, view.classes);
}

function isSurely(stage: StagePattern, view: CommandView): boolean {
  return (
    stage.programs.some((program) => surelyIsProgram(program, view.name, view.place)) &&
    surelyMatchesWords(stage, view.shape, view.classes)
  );
}

/** Whether the output of commands that match the earlier stages reaches this one. */
function reachedBy(earlier: readonly (readonly StagePattern[])[], view: CommandView, views: CommandViews): Match {
  const nearest = earlier.at(-1);
  if (nearest === undefined) return 'yes';
  return bestOf(view.command.sources, ({ start, end }) =>
    bestOf(views.slice(start, end), (source) => {
      if (source === null) return 'no';
      const here = bestOf(nearest, (stage) => matchStage(stage, source));
      return here === 'no' ? 'no' : both(here, reachedBy(earlier.slice(0, -1), source, views));
    }),
  );
}

function matchStage(stage: StagePattern, view: CommandView): Match {
  const program = bestOf(stage.programs, (each) => mayBeProgram(each, view.name, view.place));
  return program === 'no' ? 'no' : both(program, matchWords(stage, view.shape, view.classes));
}
