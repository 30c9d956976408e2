import type { Command } from 'commander';
import { program } from './program.ts';

/** The text of `docs/cli.md`, from the commands themselves. */
export function commandReference(): string {
  const root = program(() => undefined);
  const head = `# Commands

Generated from the code by \`npm run docs\`. Results go to stdout, everything else to stderr as \`error:\`, \`warning:\`, \`hint:\`.
Exit codes: 0 done, 1 could not, 2 called wrongly, 3 the answer is no (denied, invalid, tampered). \`run\` gives the client's own.

\`SALLYPORT_HOME\` names the state folder (default: \`sallyport\` in \`$XDG_STATE_HOME\`, else \`~/.local/state/sallyport\`).
`;
  return `${head}${root.commands.flatMap((command) => sections(command, 'sallyport')).join('')}`;
}

function sections(command: Command, parent: string): readonly string[] {
  const name = `${parent} ${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((child) => sections(child, name));
  const words = command.registeredArguments.map((argument) => {
    const label = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${label}>` : `[${label}]`;
  });
  const rows = command.options.map((option) => {
    const choices = option.argChoices === undefined ? '' : ` (one of ${option.argChoices.join(', ')})`;
    const preset = option.defaultValue === undefined ? '' : ` (default: ${String(option.defaultValue)})`;
    return `| \`${option.flags.replaceAll('|', '\\|')}\` | ${option.description.replaceAll('|', '\\|')}${choices}${preset} |\n`;
  });
  const table = rows.length === 0 ? '' : `\n| option | meaning |\n| --- | --- |\n${rows.join('')}`;
  const description = command.description();
  const sentence = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  return [`\n## ${[name, ...words].join(' ')}\n\n${sentence}\n${table}`];
}
