import { neverMatches } from '../../analyse/index.ts';
import { parseCommandPattern } from '../../core/command-pattern.ts';
import type { CommandPattern } from '../../core/command-pattern.ts';
import { nearestName } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';

/**
 * Tools of the client whose calls the `tools` rules decide, as its builds of today name them. A name that is none of
 * these may be of another build, so only a slip of the finger is told.
 */
const CLIENT_TOOLS = (
  'Agent Task TodoWrite TodoRead TaskCreate TaskUpdate TaskList TaskGet TaskOutput TaskStop BashOutput KillShell KillBash ' +
  'ExitPlanMode EnterPlanMode AskUserQuestion Skill ToolSearch WebSearch ListAgents ReportFindings LSP SendMessage ' +
  'ScheduleWakeup CronCreate CronDelete CronList RemoteTrigger Workflow SendUserFile PushNotification Monitor'
).split(' ');

/** Tools that the client had and has no more: what they did is done by commands. */
const GONE_TOOLS: ReadonlySet<string> = new Set(['Glob', 'Grep', 'LS']);

/** Finds patterns that can be read and that no call of the client can have. */
export function neverMatchingPatterns(context: LintContext): readonly LintFault[] {
  const { table, rules } = context;
  const faults: LintFault[] = [];
  const report = (id: string, list: string, index: number, why: string, hint: string | null): void => {
    const place = rules.get(id);
    if (place === undefined) return;
    const isAllow = place.path[1] === 'allow' || list === 'unless';
    faults.push({
      code: 'lint/never-matches',
      // What a deny rule was written for is open: nobody would notice by using the policy.
      severity: isAllow ? 'warning' : 'error',
      document: place.document,
      path: [...place.path, list, index],
      message: `no command is like this: ${why}`,
      hint,
    });
  };
  for (const rule of table.commands) {
    for (const list of ['run', 'unless'] as const) {
      for (const [index, text] of rule[list].entries()) {
        const parsed = parseCommandPattern(text);
        if (!parsed.ok) continue;
        const odd = oddStage(parsed.pattern);
        if (odd !== null) report(rule.id, list, index, odd.why, odd.hint);
        else {
          const why = neverMatches('command', list, text, table);
          if (why !== null) report(rule.id, list, index, why, null);
        }
      }
    }
  }
  for (const rule of table.tools) {
    for (const [index, name] of rule.tools.entries()) {
      if (GONE_TOOLS.has(name)) {
        report(rule.id, 'tools', index, `the client has no tool \`${name}\` any more`, 'it searches by commands');
      } else if (!CLIENT_TOOLS.includes(name)) {
        const near = nearestName(name, CLIENT_TOOLS);
        const isSlip = near !== null && (near.toLowerCase() === name.toLowerCase() || name.length > 7);
        if (isSlip) report(rule.id, 'tools', index, 'the client has no such tool', `did you mean \`${near}\`?`);
      }
    }
  }
  return faults;
}

interface Oddity {
  readonly why: string;
  readonly hint: string;
}

const OPERATORS: ReadonlySet<string> = new Set(['&&', '||', ';', '&', '>', '>>', '<', '<<', '<<<', '2>', '2>&1', '&>']);

function oddStage({ stages }: CommandPattern): Oddity | null {
  for (const { programs, words } of stages.flat()) {
    // With another program in the braces the pattern still matches.
    if (programs.every((program) => /[:()]/.test(program) && program !== ':' && !program.startsWith('<'))) {
      const hint = 'write words with blanks between them: `git push --force`';
      return { why: `\`${programs[0]}\` is one word, in the form of the client's own rules`, hint };
    }
    const texts = words.flatMap((word) =>
      word.kind === 'subcommand' && word.flags.length === 0
        ? [word.words]
        : word.kind === 'operand'
          ? [word.globs]
          : [],
    );
    const operator = texts.find((alternatives) => alternatives.every((text) => OPERATORS.has(text)))?.[0];
    if (operator !== undefined) {
      const hint = 'each command of a line is decided by itself: write one pattern for each; files are in `files`';
      return { why: `\`${operator}\` is no word of a command`, hint };
    }
    const wrapped = texts.find((alternatives) => alternatives.every((text) => /^(["']).*\1$/.test(text)))?.[0];
    if (wrapped !== undefined) {
      return {
        why: `\`${wrapped}\` keeps its quotes, and a command's words have none`,
        hint: 'leave the inner quotes out',
      };
    }
    const variable = texts.find((alternatives) => alternatives.every((text) => /\$\{?[A-Za-z_]/.test(text)))?.[0];
    if (variable !== undefined) {
      const hint = 'name the value, or `<dynamic>` for a word that is known only when the command runs';
      return { why: `\`${variable}\` is compared as it stands, after the command's own variables were read`, hint };
    }
  }
  return null;
}
