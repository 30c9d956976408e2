import { ASSIGNMENT_PROGRAM } from '../core/command-pattern.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { CommandEntry } from './command-index.ts';
import { isAllowedBy, isLiftedBy, matchEntry } from './command-reach.ts';
import type { CommandViews } from './command-reach.ts';
import { viewOf } from './command-view.ts';
import type { CommandView } from './command-view.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import type { CommandReading } from './reached-command.ts';
import type { RuleIndex } from './rule-index.ts';
import { MARK } from './shell-word.ts';

/** What the rules on commands say about each command of a reading. */
export function commandRuleFindings(index: RuleIndex, reading: CommandReading, check: FileCheck): readonly Finding[] {
  const views = reading.commands.map((command) => viewOf(command, index, check));
  return views.flatMap((view) => (view === null ? [] : findingsOn(view, views, index)));
}

function findingsOn(view: CommandView, views: CommandViews, index: RuleIndex): readonly Finding[] {
  const texts = view.command.words.map((word) => word.text);
  const name = MARK.test(view.name) ? withoutGlob(view.name) : view.name;
  const entries = index.commands.entriesFor(name, texts.some((text) => MARK.test(text)) ? null : texts);
  const excepted = new Set<string>();
  for (const entry of entries) {
    if (entry.part === 'unless' && isExcepted(entry, view, views)) excepted.add(entry.rule.id);
  }
  const runs = entries.filter((entry) => entry.part === 'run' && !excepted.has(entry.rule.id));
  const findings = runs.flatMap((entry) => objection(entry, view, views) ?? []);
  // A wrapper, or what a program runs that is allowed whatever it runs, needs no rule that allows it.
  if (view.command.role !== 'plain') return findings;
  const allowing = runs.filter((entry) => entry.rule.verdict === 'allow' && isAllowedBy(entry, view, views));
  if (allowing.length === 0) {
    return [
      ...findings,
      {
        verdict: index.table.defaults.command,
        ruleId: BUILTIN_RULES.commandDefault,
        reason: `No rule allows \`${shownName(view.name)}\` with these words.`,
      },
    ];
  }
  for (const { rule } of allowing) findings.push({ verdict: 'allow', ruleId: rule.id, reason: rule.reason });
  return findings;
}

/** A rule that allows steps back for what its exception may mean; one that restricts only for what it surely means. */
function isExcepted(entry: CommandEntry, view: CommandView, views: CommandViews): boolean {
  if (entry.rule.verdict === 'allow') return matchEntry(entry, view, views) !== 'no';
  return isLiftedBy(entry, view, views);
}

function objection(entry: CommandEntry, view: CommandView, views: CommandViews): Finding | null {
  const { rule } = entry;
  if (rule.verdict === 'allow') return null;
  const match = matchEntry(entry, view, views);
  if (match === 'no') return null;
  if (match === 'yes' || rule.verdict === 'ask') return { verdict: rule.verdict, ruleId: rule.id, reason: rule.reason };
  return {
    verdict: 'ask',
    ruleId: BUILTIN_RULES.unknownWord,
    reason: `A word of this command is not known before it runs and could make it one that is refused: ${rule.reason}`,
  };
}

function withoutGlob(name: string): string {
  return name.replaceAll(/[\uDC02-\uDC04]/g, '');
}

function shownName(name: string): string {
  return name === ASSIGNMENT_PROGRAM ? 'this assignment' : name.replaceAll(/[^\w.+@[\]-]/g, '?').slice(0, 60);
}
