import { resolvePath } from './path-rule.ts';
import type { ClientLine } from './shell-reading.ts';

/** Why the client asks for a line that it can follow, whatever the commands in it are; null where nothing in it does. */
export function lineHazard(line: ClientLine, cwd: string): string | null {
  if (line.hazard !== null) return line.hazard;
  const folders = line.commands.filter((command) => command.words[0]?.value === 'cd');
  if (folders.length > 1) return 'the line changes its folder more than once';
  const isElsewhere = folders.some((command) => resolvePath(command.words[1]?.value ?? '', cwd) !== cwd);
  if (isElsewhere && line.commands.some((command) => command.words[0]?.value === 'git'))
    return 'the line changes its folder and runs git there';
  return null;
}
