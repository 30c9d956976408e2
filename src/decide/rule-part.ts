import { resolve } from 'node:path/posix';
import type { CommandAction } from '../core/action.ts';
import { codeFindings } from './code-scan.ts';
import { fileCheck, readingFindings } from './decide-command.ts';
import type { Finding } from './finding.ts';
import type { CommandReading } from './reached-command.ts';
import { readCommandLine } from './read-command-line.ts';
import type { RuleIndex } from './rule-index.ts';
import type { Scene } from './scene.ts';

/**
 * The first half of deciding a command: what it reaches, as data. Null where it cannot be read, which `decide` denies.
 * With {@link ruleFindings} this lets the cost of the rules be told from that of reading shell.
 */
export function readAction(action: CommandAction, scene: Scene): CommandReading | null {
  const folder = resolve(scene.workspace, action.cwd);
  const result = readCommandLine(action.commandLine, { folder, homeDir: scene.homeDir, realPath: scene.realPath });
  return result.ok ? result.reading : null;
}

/** The second half: all that the rules say about what a command reaches, in no order. `decide` answers the strongest. */
export function ruleFindings(index: RuleIndex, reading: CommandReading, scene: Scene): readonly Finding[] {
  const check = fileCheck(index, scene);
  return [...readingFindings(index, reading, check), ...codeFindings(index, reading, check)];
}
