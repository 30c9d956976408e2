import { resolve } from 'node:path/posix';
import type { StagePattern } from '../core/command-pattern.ts';
import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { ASSIGNMENT_PROGRAM } from '../core/command-pattern.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { CommandEntry } from './command-index.ts';
import { matchWords, surelyMatchesWords } from './command-match.ts';
import type { OperandClasses } from './command-match.ts';
import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { operandClasses } from './operand-classes.ts';
import { programName } from './program-name.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';
import type { RuleIndex } from './rule-index.ts';
import { MARK } from './shell-word.ts';
import { bestOf, both, matchGlob } from './word-match.ts';
import type { Match } from './word-match.ts';

/** What the rules on commands say about each command of a reading. */
export function commandRuleFindings(index: RuleIndex, reading: CommandReading, check: FileCheck): readonly Finding[] {
  const views = reading.commands.map((command) => viewOf(command, index, check));
  return views.flatMap((view) => (view === null ? [] : findingsOn(view, views, index, check)));
}

/** A command as rules look at it. Its name is null where it is not known before it runs. */
interface CommandView {
  readonly command: ReachedCommand;
  readonly name: string;
  readonly shape: readonly ShapedWord[];
  readonly classes: OperandClasses;
}

function viewOf(command: ReachedCommand, index: RuleIndex, check: FileCheck): CommandView | null {
  const { text } = command.program;
  if (text === '') return null;
  const name = text === ASSIGNMENT_PROGRAM ? text : (programName(text) ?? globName(text));
  if (name === null) return null;
  return {
    command,
    name,
    shape: shapeOf(name, command.words),
    classes: operandClasses(command.folders, check.places, index.web, check.eyes.realPath),
  };
}

/** A name that is a glob with letters in it, such as `cur?`: rules that deny are held against what it could be. */
function globName(text: string): string | null {
  const name = text.slice(text.lastIndexOf('/') + 1);
  return /[\uDC00\uDC01\uDC05\uDC06]/.test(name) || !/\w/.test(name) ? null : name;
}

function findingsOn(
  view: CommandView,
  views: readonly (CommandView | null)[],
  index: RuleIndex,
  check: FileCheck,
): readonly Finding[] {
  const findings: Finding[] = [];
  const allowing: CommandEntry[] = [];
  const texts = view.command.words.map((word) => word.text);
  const name = MARK.test(view.name) ? withoutGlob(view.name) : view.name;
  const entries = index.commands.entriesFor(name, texts.some((text) => MARK.test(text)) ? null : texts);
  const excluded = new Set<string>();
  for (const entry of entries) {
    const { rule } = entry;
    if (rule.verdict === 'allow') {
      if (view.command.role !== 'plain') continue;
      if (entry.part === 'run') {
        if (isAllowedBy(entry, view, views)) allowing.push(entry);
      } else if (matchEntry(entry, view, views) !== 'no') excluded.add(rule.id);
      continue;
    }
    const match = matchEntry(entry, view, views);
    if (match === 'no') continue;
    if (match === 'yes' || rule.verdict === 'ask')
      findings.push({ verdict: rule.verdict, ruleId: rule.id, reason: rule.reason });
    else
      findings.push({
        verdict: 'ask',
        ruleId: BUILTIN_RULES.unknownWord,
        reason: `A word of this command is not known before it runs and could make it one that is refused: ${rule.reason}`,
      });
  }
  if (view.command.role !== 'plain') return findings;
  const allowed = isTrustedPlace(view.command, check) ? allowing.filter((entry) => !excluded.has(entry.rule.id)) : [];
  if (allowed.length === 0) {
    findings.push({
      verdict: index.table.defaults.command,
      ruleId: BUILTIN_RULES.commandDefault,
      reason: `No rule allows \`${shownName(view.name)}\` with these words.`,
    });
  }
  for (const { rule } of allowed) findings.push({ verdict: 'allow', ruleId: rule.id, reason: rule.reason });
  return findings;
}

function matchEntry(entry: CommandEntry, view: CommandView, views: readonly (CommandView | null)[]): Match {
  const words = matchWords(entry.stage, view.shape, view.classes);
  return words === 'no' ? 'no' : both(words, reachedBy(entry.earlier, view, views));
}

function isAllowedBy(entry: CommandEntry, view: CommandView, views: readonly (CommandView | null)[]): boolean {
  // Only the exact name: on a file system that minds case, `GIT` is another program.
  if (!entry.stage.programs.some((program) => starGlobMatches(program, view.name))) return false;
  return surelyMatchesWords(entry.stage, view.shape, view.classes) && reachedBy(entry.earlier, view, views) === 'yes';
}

/** Whether the output of commands that match the earlier stages reaches this one. */
function reachedBy(
  earlier: readonly (readonly StagePattern[])[],
  view: CommandView,
  views: readonly (CommandView | null)[],
): Match {
  const nearest = earlier.at(-1);
  if (nearest === undefined) return 'yes';
  return bestOf(view.command.sources, ({ start, end }) =>
    bestOf(views.slice(start, end), (source) => {
      if (source === null) return 'no';
      const here = bestOf(nearest, (stage) =>
        programMatches(stage, source.name) ? matchWords(stage, source.shape, source.classes) : 'no',
      );
      return here === 'no' ? 'no' : both(here, reachedBy(earlier.slice(0, -1), source, views));
    }),
  );
}

function programMatches(stage: StagePattern, name: string): boolean {
  return stage.programs.some((program) => matchGlob(program.toLowerCase(), name.toLowerCase()) !== 'no');
}

function withoutGlob(name: string): string {
  return name.replaceAll(/[\uDC02-\uDC04]/g, '');
}

function shownName(name: string): string {
  return name === ASSIGNMENT_PROGRAM ? 'this assignment' : name.replaceAll(/[^\w.+@[\]-]/g, '?').slice(0, 60);
}

/** Folders of programs besides the workspace, from which a program by its path is what its name says. */
const PROGRAM_FOLDERS =
  /^\/(?:usr\/(?:local\/)?(?:s?bin|lib|libexec|share)|s?bin|opt|snap\/bin|nix\/store|home\/linuxbrew)\//;
const HOME_PROGRAM_FOLDERS =
  /^\/(?:\.local\/bin|\.cargo\/bin|\.nvm|\.bun\/bin|\.deno\/bin|\.pyenv|\.rbenv|\.asdf|\.volta|\.local\/share\/(?:mise|uv|pnpm)|go\/bin|\.dotnet)\//;

/** A program named by a path must lie where programs lie, or in the workspace; `/tmp/git` is not git. */
function isTrustedPlace(command: ReachedCommand, check: FileCheck): boolean {
  const { text } = command.program;
  if (!text.includes('/')) return !text.startsWith('=');
  if (command.folders === null && !text.startsWith('/')) return false;
  const { workspace, homeDir } = check.places;
  return (command.folders ?? ['/']).every((folder) => {
    const path = resolve(folder, text);
    return (
      path.startsWith(`${workspace}/`) ||
      PROGRAM_FOLDERS.test(path) ||
      (path.startsWith(`${homeDir}/`) && HOME_PROGRAM_FOLDERS.test(path.slice(homeDir.length)))
    );
  });
}
