import { Argument } from 'commander';
import type { Command } from 'commander';

/** Adds `completion`, whose output a shell evaluates. */
export function addCompletionCommand(parent: Command): void {
  parent
    .command('completion')
    .description('print a completion script: `eval "$(sallyport completion bash)"`')
    .addArgument(new Argument('<shell>', 'the shell that will read it').choices(['bash', 'zsh', 'fish']))
    .action((shell: string) => {
      process.stdout.write(completionScript(parent, shell));
    });
}

function completionScript(root: Command, shell: string): string {
  const lines = linesOf(root, []);
  if (shell === 'fish') {
    return lines
      .map(({ path, words, choices }) => {
        const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
        const when = path.length === 0 ? '__fish_use_subcommand' : seen;
        const options = choices.map(
          ({ option, values }) =>
            `complete -c sallyport -n '${seen}' -l ${option.slice(2)} -x -a '${values.join(' ')}'\n`,
        );
        return `complete -c sallyport -n '${when}' -a '${words.join(' ')}'\n${options.join('')}`;
      })
      .join('');
  }
  const cases = lines
    .filter(({ path }) => path.length > 0)
    .map(({ path, words, choices }) => {
      const options = choices.map(
        ({ option, values }) => `    "${path.join(' ')}"*" ${option}") words="${values.join(' ')}" ;;\n`,
      );
      return `${options.join('')}    "${path.join(' ')}"*) words="${words.join(' ')}" ;;\n`;
    })
    .toReversed()
    .join('');
  const top = lines[0]?.words.join(' ') ?? '';
  const setup = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : '';
  return `${setup}_sallyport() {
  local words="${top}"
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1}" in
${cases}  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _sallyport sallyport
`;
}

/** What may stand behind the words of a command. */
interface CompletionLine {
  readonly path: readonly string[];
  readonly words: readonly string[];
  /** Options that take one of a few values. */
  readonly choices: readonly { readonly option: string; readonly values: readonly string[] }[];
}

function linesOf(command: Command, path: readonly string[]): readonly CompletionLine[] {
  const words = [
    ...command.commands.map((child) => child.name()),
    ...command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
  ];
  const choices = command.options.flatMap(({ long, argChoices }) =>
    typeof long !== 'string' || argChoices === undefined ? [] : [{ option: long, values: argChoices }],
  );
  return [{ path, words, choices }, ...command.commands.flatMap((child) => linesOf(child, [...path, child.name()]))];
}
