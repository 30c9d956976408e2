import type { Frame } from './reader.ts';
import type { ReachedCommand } from './reached-command.ts';
import { MARK, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { CommandNode, ParsedScript } from './syntax.ts';

/**
 * What a script prints, where it is a single command of a few plain ones: `echo`, `printf`, `pwd`, `cat <<EOF`.
 *
 * @param reached the commands that reading the script gave; more than one means that it is not that simple.
 */
export function staticOutput(script: ParsedScript, reached: readonly ReachedCommand[], frame: Frame): ShellWord | null {
  const only = script.commands[0]?.command;
  if (script.commands.length === 0) return shellWord('');
  if (script.commands.length !== 1 || only === undefined || only.type === 'AndOr' || only.type === 'Pipeline')
    return null;
  return commandOutput(only, reached, frame);
}

/** What one command prints, under the same conditions. */
export function commandOutput(node: CommandNode, reached: readonly ReachedCommand[], frame: Frame): ShellWord | null {
  const [command, ...others] = reached;
  if (node.type !== 'Command' || command === undefined || others.length > 0) return null;
  // `$(echo ls >&2)` is empty: the output goes elsewhere.
  if (node.redirects.some((redirect) => redirect.type === 'Redirect')) return null;
  if (
    command.redirections.some((redirection) => redirection.access !== 'read') ||
    command.words.some((word) => word.isDescriptor)
  )
    return null;
  // Words with marks are kept: the output is then known in part.
  switch (command.program.text) {
    case 'echo':
      return echoed(command.words);
    case 'printf':
      return formatted(command.words);
    case 'pwd':
      return frame.state.folders?.length === 1 && command.words.length === 0
        ? shellWord(`${frame.state.folders[0]}\n`)
        : null;
    case 'cat':
      return command.words.length === 0 && command.redirections.length === 0 ? command.input : null;
    default:
      return null;
  }
}

function echoed(words: readonly ShellWord[]): ShellWord | null {
  const [first, ...rest] = words;
  const isBare = first?.text === '-n';
  const shown = isBare ? rest : words;
  // `-e` and its like give backslashes a meaning.
  if (shown[0]?.text.startsWith('-') === true || words.some((word) => word.text.includes('\\'))) return null;
  return joined(shown, ' ', isBare ? '' : '\n');
}

function formatted(words: readonly ShellWord[]): ShellWord | null {
  const [format, ...values] = words;
  if (format === undefined || format.text.startsWith('-') || MARK.test(format.text)) return null;
  const plain = format.text.replaceAll(String.raw`\n`, '\n');
  if (plain.includes('\\')) return null;
  if (!plain.includes('%')) return shellWord(plain);
  const shape = /^%s(\n| |)$/.exec(plain);
  return shape === null ? null : joined(values, shape[1] ?? '', shape[1] ?? '');
}

function joined(words: readonly ShellWord[], between: string, end: string): ShellWord {
  const text = words.map((word) => word.text).join(between) + end;
  return { ...shellWord(text), sources: words.flatMap((word) => word.sources) };
}
