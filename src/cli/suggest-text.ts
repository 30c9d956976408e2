import type { SuggestReport, Suggestion } from '../replay/index.ts';
import { subjectOf } from './replay-text.ts';
import { shownLine } from './shown-line.ts';

/** What `policy suggest` found, over all logs. */
export interface SuggestSummary extends SuggestReport {
  readonly policy: { readonly name: string; readonly digest: string };
  readonly asked: number;
  readonly approved: number;
  /** Asked calls whose content is not to be had. */
  readonly unread: number;
  readonly damagedCount: number;
}

const SECTIONS = ['commands', 'files', 'web', 'mcp', 'tools'] as const;

/** The suggestions as a part of a policy: what is no YAML stands in comments. */
export function suggestText(summary: SuggestSummary): string {
  const { policy, asked, approved, unread, damagedCount, suggestions, notSuggested } = summary;
  const lines = [`# ${approved} of ${asked} asked calls were approved, seen with the policy \`${policy.name}\`.`];
  if (unread > 0) lines.push(`# The content of ${unread} more asked calls is not to be had.`);
  if (damagedCount > 0) lines.push(`# ${damagedCount} lines of the log hold no record.`);
  if (suggestions.length === 0) lines.push('# No rule would have saved enough questions.');
  else lines.push('# Read the risk of each rule before you take it: it lets through more than what was approved.');
  let number = 0;
  for (const section of SECTIONS) {
    const own = suggestions.filter((one) => one.section === section);
    if (own.length > 0) lines.push(`${section}:`, '  allow:');
    for (const suggestion of own) lines.push(...ruleLines(suggestion, (number += 1)));
  }
  if (notSuggested.length > 0) lines.push('# Approved, and no rule proposed:');
  for (const { why, count } of notSuggested) lines.push(`#   ${calls(count)}: ${shownLine(why)}`);
  return `${lines.join('\n')}\n`;
}

function ruleLines(suggestion: Suggestion, number: number): readonly string[] {
  const { section, pattern, access, server, unless, count, sessions, risks, together, examples } = suggestion;
  const lines = [`    # ${calls(count)} in ${sessions === 1 ? '1 session' : `${sessions} sessions`}.`];
  for (const risk of risks) lines.push(`    # Allows: ${shownLine(risk)}.`);
  if (together.length > 0) lines.push(`    # Some of these calls also need: ${shownLine(together.join(', '))}.`);
  for (const { call } of examples) lines.push(`    # e.g. ${subjectOf(call.action)}`);
  lines.push(`    - id: suggested/rule-${number}`);
  const quoted = JSON.stringify(pattern);
  switch (section) {
    case 'commands':
      lines.push(`      run: [${quoted}]`);
      if (unless.length > 0) lines.push(`      unless: [${unless.map((text) => JSON.stringify(text)).join(', ')}]`);
      break;
    case 'files':
      lines.push(`      access: ${access ?? 'read'}`, `      paths: [${quoted}]`);
      break;
    case 'web':
      lines.push(`      hosts: [${quoted}]`);
      break;
    case 'mcp':
      lines.push(`      server: ${JSON.stringify(server)}`, `      tools: [${quoted}]`);
      break;
    case 'tools':
      lines.push(`      tools: [${quoted}]`);
      break;
  }
  lines.push('      reason: Approved by people again and again.');
  return lines;
}

function calls(count: number): string {
  return count === 1 ? '1 approved call' : `${count} approved calls`;
}
