import { own } from './own.ts';
import { optionValues, scanOptions } from './option-scan.ts';
import type { OptionSpec } from './option-scan.ts';
import { inlineCodeOf } from './inline-code.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { PRINTS_ENVIRONMENT } from './unwrap-listing.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** A program that runs another one out of the project or a registry. */
interface Runner extends OptionSpec {
  /** Subcommands that run what follows; null where the program itself does. */
  readonly subcommands: readonly string[] | null;
  /** Options of the program in front of the subcommand. */
  readonly front?: OptionSpec;
  /** Options whose value is a command text. */
  readonly textOptions?: readonly string[];
  /** Operands between the subcommand and the command. */
  readonly operands?: number;
}

const NPM_FRONT: OptionSpec = {
  valueLetters: 'Cw',
  valueNames: ['prefix', 'workspace', 'dir', 'filter', 'cwd', 'userconfig', 'registry', 'cache', 'loglevel'],
};
const NPX: OptionSpec = {
  valueLetters: 'pcw',
  flagLetters: 'yq',
  valueNames: ['package', 'call', 'workspace', 'prefix', 'cache', 'userconfig'],
  flagNames: ['yes', 'no', 'quiet', 'no-install', 'ignore-existing', 'workspaces', 'bun'],
};
const PYTHON: OptionSpec = {
  valueLetters: 'pC',
  valueNames: [
    'python',
    'with',
    'with-editable',
    'with-requirements',
    'extra',
    'group',
    'only-group',
    'no-group',
    'package',
    'directory',
    'project',
    'env-file',
    'index-url',
    'env',
    'spec',
    'from',
  ],
};

const RUNNERS: Readonly<Partial<Record<string, Runner>>> = {
  npx: { subcommands: null, textOptions: ['c', 'call'], ...NPX },
  bunx: { subcommands: null, ...NPX },
  pnpx: { subcommands: null, textOptions: ['c', 'call'], ...NPX },
  npm: { subcommands: ['exec', 'x'], front: NPM_FRONT, textOptions: ['c', 'call'], ...NPX },
  pnpm: { subcommands: ['exec', 'dlx'], front: NPM_FRONT, textOptions: ['c', 'shell-mode'], ...NPX },
  yarn: { subcommands: ['exec', 'dlx'], front: NPM_FRONT, ...NPX },
  bun: { subcommands: ['x', 'run'], front: NPM_FRONT, ...NPX },
  uvx: { subcommands: null, ...PYTHON },
  pipx: { subcommands: ['run'], ...PYTHON },
  uv: { subcommands: ['run', 'tool run'], front: PYTHON, ...PYTHON },
  poetry: { subcommands: ['run'], front: PYTHON },
  pipenv: { subcommands: ['run'] },
  pdm: { subcommands: ['run'], front: PYTHON },
  hatch: { subcommands: ['run'], front: { valueLetters: 'ep', valueNames: ['env', 'project'] } },
  rye: { subcommands: ['run'] },
  bundle: { subcommands: ['exec'] },
  conda: { subcommands: ['run'], valueLetters: 'np', valueNames: ['name', 'prefix', 'cwd'] },
  mise: {
    subcommands: ['exec', 'x'],
    textOptions: ['c', 'command'],
    valueLetters: 'cC',
    valueNames: ['command', 'cd'],
  },
  direnv: { subcommands: ['exec'], operands: 1 },
  'nix-shell': {
    subcommands: null,
    textOptions: ['run', 'command'],
    valueLetters: 'pAI',
    valueNames: ['run', 'command'],
  },
  rustup: { subcommands: ['run'], operands: 1 },
  opam: { subcommands: ['exec'] },
};

/** `npx cmd`, `uv run cmd`, `bundle exec cmd`: denials and questions reach the command inside, the runner itself needs the rule. */
export function unwrapRunner(invocation: Invocation): Unwrapped {
  const runner = own(RUNNERS, invocation.program.toLowerCase());
  const after = runner === undefined ? null : afterSubcommand(invocation.words, runner);
  const code = [...inlineCodeOf(invocation), ...inputScript(invocation)];
  const shell = scriptShell(invocation.words);
  const implied = [...impliedCommand(invocation), ...managerCommands(invocation)];
  if (runner === undefined || after === null) return { ...plain(invocation), inners: [...shell, ...implied], code };
  const rest = invocation.words.slice(after);
  const scan = scanOptions(rest, runner);
  const texts = optionValues(scan, ...(runner.textOptions ?? [])).filter((value) => value !== null);
  const inners: Inner[] = [
    ...shell,
    ...managerCommands(invocation),
    ...texts.map((text): Inner => ({ kind: 'text', text, isDetached: true })),
  ];
  const first = scan.start + (runner.operands ?? 0);
  // Where an option is not known, its value may be taken for the command: look at the next words too.
  const last = scan.isCertain ? first : first + 2;
  const isPackageManager = runner.front === NPM_FRONT || runner.subcommands === null;
  for (let at = first; at <= last && at < rest.length; at += 1) {
    const words = rest.slice(at).filter((word, index) => index > 0 || word.text !== '--');
    if (words.length > 0)
      inners.push({
        kind: 'words',
        words: isPackageManager ? withoutVersion(words) : words,
        role: 'inner',
        isDetached: true,
      });
  }
  return { ...plain(invocation), inners, code };
}

/** `uv run -`: the script is standard input. */
function inputScript({ program, words, frame }: Invocation): readonly ShellWord[] {
  const isRead = /^(?:uv|pipx|uvx)$/.test(program) && words.some((word) => word.text === '-');
  return isRead ? [frame.input ?? shellWord('')] : [];
}

/** `npm --script-shell=PROGRAM`: the program runs the scripts. */
function scriptShell(words: readonly ShellWord[]): readonly Inner[] {
  return words.flatMap((word, index): readonly Inner[] => {
    const given = /^--script-shell(?:=(.*))?$/s.exec(word.text);
    if (given === null) return [];
    const text = given[1] === undefined ? words[index + 1] : { ...word, text: given[1] };
    return text === undefined || text.text === '' ? [] : [{ kind: 'text', text, isDetached: true }];
  });
}

/** Subcommands of package managers; a word that is none of them is a script or a program to run: `pnpm sudo id`. */
const OWN_SUBCOMMANDS = new Set(
  `access add audit bin build cache ci config create dedupe deploy dlx env exec explain fetch fund global i info init install
  link list lint ll login logout ls outdated owner pack patch pkg prefix prune publish rebuild remove rm root run run-script server
  set setup start store t test token uninstall unlink up update upgrade version view why workspace workspaces x`.split(
    /\s+/,
  ),
);

function impliedCommand({ program, words }: Invocation): readonly Inner[] {
  if (!/^(?:pnpm|yarn|bun)$/i.test(program)) return [];
  const rest = words.slice(scanOptions(words, NPM_FRONT).start);
  const name = rest[0]?.text ?? '';
  if (name === '' || OWN_SUBCOMMANDS.has(name)) return [];
  return [{ kind: 'words', words: rest, role: 'inner', isDetached: true }];
}

/** What a package manager does besides running a program: in each workspace, as text of its own shell, or showing the environment. */
function managerCommands({ program, words }: Invocation): readonly Inner[] {
  const name = program.toLowerCase();
  if (!/^(?:npm|pnpm|yarn|bun)$/.test(name)) return [];
  const rest = words.slice(scanOptions(words, NPM_FRONT).start);
  const [first, ...others] = rest;
  const subcommand = first?.text ?? '';
  const text = others.find((word) => !word.text.startsWith('-'));
  if (name === 'bun' && subcommand === 'exec')
    return text === undefined ? [] : [{ kind: 'text', text, isDetached: true }];
  const script = /^(?:run|run-script|rum|urn)$/.test(subcommand) ? (text?.text ?? null) : null;
  if (script === 'env' || (name === 'yarn' && subcommand === 'env')) return [PRINTS_ENVIRONMENT];
  const start = /^(?:workspace|workspaces|recursive|multi|m)$/.test(subcommand) ? 1 : rest.length;
  // Which of the words in front are values of options, or the workspace, is left open.
  return rest
    .slice(start, start + MAX_NESTED_STARTS)
    .flatMap((word, index): readonly Inner[] =>
      word.text.startsWith('-')
        ? []
        : [{ kind: 'words', words: [shellWord(name), ...rest.slice(start + index)], role: 'inner', isDetached: true }],
    );
}

/** Most words behind `workspaces foreach` at which its command is looked for. */
const MAX_NESTED_STARTS = 6;

function afterSubcommand(words: readonly ShellWord[], runner: Runner): number | null {
  if (runner.subcommands === null) return 0;
  const start = scanOptions(words, runner.front ?? {}).start;
  const one = words[start]?.text ?? '';
  const two = `${one} ${words[start + 1]?.text ?? ''}`;
  if (runner.subcommands.includes(two)) return start + 2;
  return runner.subcommands.includes(one) ? start + 1 : null;
}

/** `npx claude@latest` runs `claude`. */
function withoutVersion(words: readonly ShellWord[]): readonly ShellWord[] {
  const [first, ...rest] = words;
  if (first === undefined) return words;
  const at = first.text.lastIndexOf('@');
  return at > 0 ? [{ ...first, text: first.text.slice(0, at) }, ...rest] : words;
}
