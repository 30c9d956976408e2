import { resolve } from 'node:path/posix';
import type { CommandAction } from '../core/action.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { behindMadeLinks } from './behind-made-links.ts';
import { codeFindings } from './code-scan.ts';
import { commandFileFindings } from './command-files.ts';
import { commandHostFindings } from './command-hosts.ts';
import { commandRuleFindings } from './command-rules.ts';
import type { FileCheck } from './file-check.ts';
import { strongest } from './finding.ts';
import type { Finding } from './finding.ts';
import type { CommandReading } from './reached-command.ts';
import { readCommandLine } from './read-command-line.ts';
import type { RuleIndex } from './rule-index.ts';
import { savedDownloads } from './saved-download.ts';
import type { Scene } from './scene.ts';

/** What the rules say about a shell command line: the strongest of what they say about each command that it reaches. */
export function decideCommand(index: RuleIndex, action: CommandAction, scene: Scene): Finding {
  if (action.isUnsandboxed && index.table.isSandboxed) {
    return {
      verdict: 'deny',
      ruleId: BUILTIN_RULES.sandboxEscape,
      reason: 'Commands run inside the sandbox here. Run it without asking to leave the sandbox.',
    };
  }
  const folder = resolve(scene.workspace, action.cwd);
  const result = readCommandLine(action.commandLine, { folder, homeDir: scene.homeDir, realPath: scene.realPath });
  if (!result.ok) {
    return {
      verdict: 'deny',
      ruleId: BUILTIN_RULES.unreadableCommand,
      reason: `This command cannot be checked: ${result.why}. Write it more simply.`,
    };
  }
  const check = fileCheck(index, scene);
  const finding = strongest([
    ...readingFindings(index, result.reading, check),
    ...codeFindings(index, result.reading, check),
    ...behindMadeLinks(action.commandLine, folder, result.reading, check, (reading, behind) => [
      ...readingFindings(index, reading, behind),
      ...codeFindings(index, reading, behind),
    ]),
  ]);
  if (finding !== null) return finding;
  // Only redirections, and nothing objects to them; or nothing at all.
  const touches = result.reading.commands.some((command) => command.redirections.length > 0);
  if (touches) return { verdict: 'allow', ruleId: BUILTIN_RULES.writeInside, reason: '' };
  return {
    verdict: index.table.defaults.command,
    ruleId: BUILTIN_RULES.commandDefault,
    reason: 'There is no command here that a rule could allow.',
  };
}

/** All findings on the commands of a reading: by rules on commands, by rules on files, and by reading itself. */
export function readingFindings(index: RuleIndex, reading: CommandReading, check: FileCheck): readonly Finding[] {
  return [
    ...reading.findings,
    ...commandRuleFindings(index, reading, check),
    ...commandFileFindings(reading, check),
    ...commandHostFindings(reading, index.web),
    ...savedDownloads(reading),
  ];
}

/** What is needed to judge the files of an action. */
export function fileCheck(index: RuleIndex, scene: Scene): FileCheck {
  return {
    index: index.files,
    table: index.table,
    places: { workspace: resolve(scene.workspace), homeDir: resolve(scene.homeDir) },
    eyes: scene,
  };
}
