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
      .map(({ path, words }) => {
        const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
        const when = path.length === 0 ? '__fish_use_subcommand' : seen;
        return `complete -c sallyport -n '${when}' -a '${words.join(' ')}'\n`;
      })
      .join('');
  }
  const cases = lines
    .filter(({ path }) => path.length > 0)
    .map(({ path, words }) => `    "${path.join(' ')}"*) words="${words.join(' ')}" ;;\n`)
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

function linesOf(command: Command, path: readonly string[]): { path: readonly string[]; words: readonly string[] }[] {
  const words = [
    ...command.commands.map((child) => child.name()),
    ...command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
  ];
  return [{ path, words }, ...command.commands.flatMap((child) => linesOf(child, [...path, child.name()]))];
}
