import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import type { StagePattern } from '../core/command-pattern.ts';
import type { CommandRule } from '../core/rule-table.ts';

/** One way in which a rule can match a command: by its last stage; the earlier ones must reach it. */
export interface CommandEntry {
  readonly rule: CommandRule;
  readonly part: 'run' | 'unless';
  /** Stages in front of a `|`, nearest last; each is a list of alternatives. */
  readonly earlier: readonly (readonly StagePattern[])[];
  readonly stage: StagePattern;
}

/** The command rules of a table by the program that they are about. */
export interface CommandIndex {
  /** The entries that may match a program of this name, whatever its case. */
  entriesFor(program: string): readonly CommandEntry[];
}

/** Programs for which the answer is kept; names come from command lines, so there must be an end. */
const MAX_KEPT_PROGRAMS = 2_000;

/** Compiles command rules. @throws {TypeError} where a pattern cannot be read. */
export function commandIndex(rules: readonly CommandRule[]): CommandIndex {
  const byName = new Map<string, CommandEntry[]>();
  const byGlob: { readonly glob: string; readonly entry: CommandEntry }[] = [];
  for (const entry of rules.flatMap(entriesOf)) {
    for (const program of entry.stage.programs) {
      const name = program.toLowerCase();
      if (name.includes('*')) byGlob.push({ glob: name, entry });
      else if (byName.get(name)?.push(entry) === undefined) byName.set(name, [entry]);
    }
  }
  const kept = new Map<string, readonly CommandEntry[]>();
  return {
    entriesFor(program) {
      const name = program.toLowerCase();
      const known = kept.get(name);
      if (known !== undefined) return known;
      const entries = [
        ...(byName.get(name) ?? []),
        ...byGlob.filter(({ glob }) => starGlobMatches(glob, name)).map(({ entry }) => entry),
      ];
      if (kept.size < MAX_KEPT_PROGRAMS) kept.set(name, entries);
      return entries;
    },
  };
}

function entriesOf(rule: CommandRule): readonly CommandEntry[] {
  return [
    ...rule.run.flatMap((text) => parsed(rule, 'run', text)),
    ...rule.unless.flatMap((text) => parsed(rule, 'unless', text)),
  ];
}

function parsed(rule: CommandRule, part: 'run' | 'unless', text: string): readonly CommandEntry[] {
  const result = parseCommandPattern(text);
  if (!result.ok) throw new TypeError(`rule ${rule.id}: command pattern \`${text}\`: ${result.problem}`);
  const { stages } = result.pattern;
  return (stages.at(-1) ?? []).map((stage) => ({ rule, part, earlier: stages.slice(0, -1), stage }));
}
