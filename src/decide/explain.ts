import { resolve } from 'node:path/posix';
import { readCommandLine } from './read-command-line.ts';
import type { CommandRole } from './reached-command.ts';
import type { Scene } from './scene.ts';
import { printable } from './shell-word.ts';

/** One command that a command line reaches, as people read it. */
export interface ExplainedCommand {
  readonly program: string;
  /** Quotes and expansions done; `$?` stands for what is not known before it runs. */
  readonly words: readonly string[];
  readonly role: CommandRole;
}

/** The commands that a command line reaches, or why it cannot be read. */
export type CommandExplanation =
  { readonly ok: true; readonly commands: readonly ExplainedCommand[] } | { readonly ok: false; readonly why: string };

/** Shows how `decide` reads a command line. Never throws on any text. */
export function explainCommand(commandLine: string, scene: Scene): CommandExplanation {
  const result = readCommandLine(commandLine, {
    folder: resolve(scene.workspace),
    homeDir: scene.homeDir,
    realPath: scene.realPath,
  });
  if (!result.ok) return result;
  const commands = result.reading.commands.filter((command) => command.program.text !== '');
  return {
    ok: true,
    commands: commands.map(({ program, words, role }) => ({
      program: printable(program.text),
      words: words.map((word) => printable(word.text)),
      role,
    })),
  };
}
