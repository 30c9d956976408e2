import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import type { StagePattern } from '../core/command-pattern.ts';
import { programNameGlob } from '../core/program-pattern.ts';
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
  /**
   * The entries that may match a program of this name, whatever its case.
   *
   * @param texts the words of the command, of which one is the subcommand if it has any; null where not all are known.
   */
  entriesFor(program: string, texts: readonly string[] | null): readonly CommandEntry[];
}

/** Entries on one program; those that ask for a subcommand first are found by it. */
interface ProgramEntries {
  readonly all: CommandEntry[];
  readonly withoutSubcommand: CommandEntry[];
  readonly bySubcommand: Map<string, CommandEntry[]>;
}

/** Programs for which the answer is kept; names come from command lines, so there must be an end. */
const MAX_KEPT_PROGRAMS = 2_000;

/** Compiles command rules. @throws {TypeError} where a pattern cannot be read. */
export function commandIndex(rules: readonly CommandRule[]): CommandIndex {
  const byName = new Map<string, CommandEntry[]>();
  const byGlob: { readonly glob: string; readonly entry: CommandEntry }[] = [];
  for (const entry of rules.flatMap(entriesOf)) {
    for (const program of entry.stage.programs) {
      const name = programNameGlob(program).toLowerCase();
      if (name.includes('*')) byGlob.push({ glob: name, entry });
      else if (byName.get(name)?.push(entry) === undefined) byName.set(name, [entry]);
    }
  }
  const kept = new Map<string, ProgramEntries>();
  return {
    entriesFor(program, texts) {
      const name = program.toLowerCase();
      let entries = kept.get(name);
      if (entries === undefined) {
        const byGlobs = byGlob.filter(({ glob }) => starGlobMatches(glob, name)).map(({ entry }) => entry);
        entries = programEntries([...(byName.get(name) ?? []), ...byGlobs]);
        if (kept.size < MAX_KEPT_PROGRAMS) kept.set(name, entries);
      }
      return texts === null || entries.bySubcommand.size === 0 ? entries.all : withSubcommands(entries, texts);
    },
  };
}

function programEntries(all: CommandEntry[]): ProgramEntries {
  const entries: ProgramEntries = { all, withoutSubcommand: [], bySubcommand: new Map() };
  for (const entry of all) {
    const subcommands = requiredSubcommands(entry.stage);
    if (subcommands === null) entries.withoutSubcommand.push(entry);
    for (const word of subcommands ?? []) {
      if (entries.bySubcommand.get(word)?.push(entry) === undefined) entries.bySubcommand.set(word, [entry]);
    }
  }
  return entries;
}

/** The words of which one must be among those of the command, or null where a flag may stand in for them. */
function requiredSubcommands(stage: StagePattern): readonly string[] | null {
  const first = stage.words.find((word) => word.kind === 'subcommand');
  return first === undefined || first.flags.length > 0 ? null : first.words;
}

function withSubcommands(entries: ProgramEntries, texts: readonly string[]): readonly CommandEntry[] {
  const found = new Set(entries.withoutSubcommand);
  for (const text of texts) for (const entry of entries.bySubcommand.get(text) ?? []) found.add(entry);
  return [...found];
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
