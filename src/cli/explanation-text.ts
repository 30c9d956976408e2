import type { Decision } from '../core/decision.ts';
import type { CommandExplanation, TrialFinding } from '../decide/index.ts';
import type { EgressAnswer, SmallestChange, TouchingRule } from '../explain/index.ts';
import type { Prediction } from '../predict/index.ts';
import { shownLine } from './shown-line.ts';

/** All that is told of one call. */
export interface Explanation {
  readonly guard: Decision;
  /** What a command line reaches; null for other calls. */
  readonly reading: CommandExplanation | null;
  readonly rules: readonly (TouchingRule & {
    /** `file:line`; null for a rule that a section or the program itself brings. */
    readonly place: string | null;
  })[];
  /** Rules in shadow or warn that would have changed the verdict. */
  readonly onTrial: readonly TrialFinding[];
  /** What the client's own rules would say if the guard were absent. */
  readonly client: Prediction;
  readonly egress: readonly EgressAnswer[];
  readonly change: SmallestChange;
}

/** Commands that are listed at most; a script can reach hundreds. */
const MAX_COMMANDS = 20;

/** An explanation for people: the decision first, then what it rests on. */
export function explanationText({ guard, reading, rules, onTrial, client, egress, change }: Explanation): string {
  const lines = [
    `${guard.verdict}  ${guard.ruleId}${'reason' in guard && guard.reason !== '' ? `  ${guard.reason}` : ''}`,
  ];
  if (reading !== null) lines.push('', 'reads as', ...readingLines(reading));
  lines.push('', 'rules that speak', ...table(rules.map((rule) => [rule.verdict, rule.ruleId, rule.place ?? ''])));
  if (onTrial.length > 0)
    lines.push('', 'on trial', ...table(onTrial.map(({ verdict, ruleId, mode }) => [verdict, ruleId, mode])));
  lines.push('', 'layers', ...table(layerRows(guard, client, egress)));
  lines.push('', 'smallest change', `  ${changeText(change)}`);
  return `${lines.map(shownLine).join('\n')}\n`;
}

function readingLines(reading: CommandExplanation): readonly string[] {
  if (!reading.ok) return [`  not read: ${reading.why}`];
  const shown = reading.commands.slice(0, MAX_COMMANDS).map(({ program, words, role }) => {
    const note = role === 'plain' ? '' : `   (${role})`;
    return `  ${[program, ...words.map(shellWord)].join(' ')}${note}`;
  });
  const more = reading.commands.length - shown.length;
  if (shown.length === 0) return ['  no command'];
  return more > 0 ? [...shown, `  … and ${more} more`] : shown;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./?$*~-]+$/.test(word) ? word : JSON.stringify(word);
}

function layerRows(
  guard: Decision,
  client: Prediction,
  egress: readonly EgressAnswer[],
): readonly (readonly string[])[] {
  const rows = [
    ['guard', guard.verdict, guard.ruleId],
    ['client', client.verdict, client.rule ?? client.why],
  ];
  for (const { host, port, isListed } of egress) {
    rows.push([
      'egress',
      isListed ? 'reachable' : 'unreachable',
      `${host}:${port} is ${isListed ? '' : 'not '}on the list`,
    ]);
  }
  if (egress.length === 0) rows.push(['egress', '-', 'no host is named']);
  return rows;
}

function changeText({ rules, outcome }: SmallestChange): string {
  const without = rules.length === 0 ? '' : `without ${rules.join(', ')} `;
  switch (outcome.kind) {
    case 'done':
      return `${without}it is ${outcome.verdict} by ${outcome.ruleId}`;
    case 'add-allow':
      return `${without === '' ? '' : `${without}and `}with a rule that allows it; now ${outcome.ruleId} asks`;
    case 'add-deny':
      return `${without === '' ? '' : `${without}and `}with a rule that denies or asks; now ${outcome.ruleId} allows`;
    case 'held-by-program':
      return `${without === '' ? '' : `${without}still `}${outcome.ruleId} holds it: no policy changes that`;
    case 'too-many':
      return `more rules than ${rules.length} would have to go`;
  }
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
}
