import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import type { StagePattern } from '../core/command-pattern.ts';
import type { RuleTable } from '../core/rule-table.ts';

/** Where a pattern that allows meets what a rule denies. */
export interface DeniedRegion {
  /** Patterns of denying rules that some command of the pattern could match: to be left out with `unless`. */
  readonly meets: readonly string[];
  /** A denying rule whose pattern cannot be left out, because it is about several commands. */
  readonly blockedBy: string | null;
}

/** Finds the denying rules on commands that a pattern of one program and its subcommands could meet. */
export function deniedRegion(table: RuleTable, pattern: string): DeniedRegion {
  const [named = '', ...subcommands] = pattern.split(' ');
  // A rule that denies takes a program by its name, wherever it lies.
  const program = named.slice(named.lastIndexOf('/') + 1);
  const meets = new Set<string>();
  let blockedBy: string | null = null;
  for (const rule of table.commands) {
    if (rule.verdict !== 'deny') continue;
    for (const text of rule.run) {
      const parsed = parseCommandPattern(text);
      if (!parsed.ok) continue;
      const { stages } = parsed.pattern;
      if (!stages.some((stage) => stage.some((each) => couldMeet(each, program, subcommands)))) continue;
      if (stages.length > 1) blockedBy ??= rule.id;
      else meets.add(text);
    }
  }
  return { meets: [...meets], blockedBy };
}

/** False only where the program or a subcommand in the same place differs. */
function couldMeet(stage: StagePattern, program: string, subcommands: readonly string[]): boolean {
  if (!stage.programs.some((glob) => starGlobMatches(glob, program))) return false;
  for (const [place, word] of stage.words.entries()) {
    const own = subcommands[place];
    // A flag in front may stand anywhere: from there on nothing is certain.
    if (own === undefined || word.kind !== 'subcommand' || word.flags.length > 0) return true;
    if (!word.words.includes(own)) return false;
  }
  return true;
}
