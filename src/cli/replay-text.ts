import type { Action } from '../core/action.ts';
import { isLooser } from '../replay/index.ts';
import type { Change, NotDecided, ReplayReport } from '../replay/index.ts';
import { shownLine } from './shown-line.ts';

/** What `policy replay` found, over all sources. */
export interface ReplaySummary extends ReplayReport {
  readonly policy: { readonly name: string; readonly digest: string };
  /** The first lines that hold no record or no call. */
  readonly damaged: readonly { readonly place: string; readonly problem: string }[];
  readonly damagedCount: number;
  /** The last line of a log has no end: it is being written, or was cut off. */
  readonly isTorn: boolean;
}

const WHY: Readonly<Record<NotDecided, string>> = {
  'not-by-policy': 'were decided by the state of the session or the guard, not by a policy',
  'by-content': 'were denied for what their input holds, which is not looked at again',
  'key-gone': 'have content that was destroyed: the key of their session is gone',
  altered: 'have content that was altered, or sealed with another key',
  malformed: 'have content that is no call',
  'never-sealed': 'were recorded without content',
  policy: 'were recorded by digest only, as the policy said',
  'no-key': 'belong to a session that had no content key',
  'too-large': 'were too large to keep',
  'not-text': 'hold text that has no UTF-8 form',
  failed: 'could not be sealed',
};

/** Longest subject of a witness that is shown, in UTF-16 code units. */
const MAX_SHOWN_LENGTH = 160;

/** A replay as people read it: what is let through first. */
export function replayText({ policy, totals, changes, damaged, damagedCount, isTorn }: ReplaySummary): string {
  const lines: string[] = [];
  lines.push(`${totals.decided} of ${totals.calls} calls decided again by \`${policy.name}\` (${policy.digest})`);
  if (totals.guessed > 0) lines.push(`  ${totals.guessed} of them without all that the file system would have said`);
  for (const [why, count] of Object.entries(totals.notDecided)) lines.push(`  ${count} ${WHY[why as NotDecided]}`);
  for (const { place, problem } of damaged) lines.push(`  damaged: ${place}: ${problem}`);
  if (damagedCount > damaged.length) lines.push(`  damaged: ${damagedCount - damaged.length} more`);
  if (isTorn) lines.push('  the last line of the log has no end: it is being written, or was cut off');
  const count = (some: readonly Change[]): number => some.reduce((sum, change) => sum + change.count, 0);
  const looser = changes.filter(({ from, to }) => isLooser(from, to));
  lines.push(
    changes.length === 0
      ? 'no verdict would change'
      : `${count(changes)} ${count(changes) === 1 ? 'verdict' : 'verdicts'} would change, ${count(looser)} of them to a looser one`,
  );
  if (totals.otherRule > 0) lines.push(`${totals.otherRule} verdicts would stay, but by another rule`);
  for (const change of changes) lines.push('', ...changeLines(change));
  return `${lines.join('\n')}\n`;
}

function changeLines({
  user,
  tool,
  from,
  fromRule,
  to,
  toRule,
  count,
  sessions,
  witnesses,
}: Change): readonly string[] {
  const kind = `newly ${{ allow: 'allowed', rewrite: 'rewritten', ask: 'asked', deny: 'denied' }[to]}`;
  const rule = fromRule === null ? '' : ` (${fromRule})`;
  const where = sessions === 0 ? '' : sessions === 1 ? ' in 1 session' : ` in ${sessions} sessions`;
  const many = count === 1 ? '1 call' : `${count} calls`;
  return [
    `${kind}: ${many} of ${shownLine(user)}${where}, ${shownLine(tool)}: ${from}${rule} -> ${to} (${toRule})`,
    ...witnesses.map(({ record, action }) => `    ${record}  ${subjectOf(action)}`),
  ];
}

/** What an action is about, on one line without control characters. */
export function subjectOf(action: Action): string {
  const text = subject(action);
  const shown = text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
  return shownLine(shown);
}

function subject(action: Action): string {
  switch (action.kind) {
    case 'command':
      return action.commandLine;
    case 'read':
    case 'write':
      return action.path;
    case 'fetch':
      return action.url;
    case 'mcp':
      return `${action.server}/${action.tool}`;
    case 'tool':
      return action.name;
    case 'canary':
      return 'liveness check';
    case 'unreadable':
      return action.why;
  }
}
