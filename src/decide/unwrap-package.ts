import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import { valuesGiven } from './path-candidate.ts';
import type { ShellWord } from './shell-word.ts';
import { shellWord } from './shell-word.ts';
import type { Inner, Invocation } from './unwrap.ts';

/** Subcommands whose every operand is a package. */
const INSTALLING = new Set(['install', 'i', 'add', 'link', 'update', 'up', 'upgrade']);
/** Subcommands whose first operand is a package that is run. */
const RUNNING = new Set(['exec', 'x', 'dlx', 'create', 'init', 'innit']);

/**
 * A package that is written so short that it does not show where it comes from, spelled out: `npm i user/repo` is
 * `npm i github:user/repo`. Rules then see the long way of writing.
 */
export function spelledPackages({ program, words }: Invocation): readonly Inner[] {
  const name = program.toLowerCase();
  if (!/^(?:npm|pnpm|yarn|bun|npx|bunx|pnpx)$/.test(name)) return [];
  return packagesIn(name, words).flatMap((word): readonly Inner[] => {
    const spelled = spelledOut(word.text);
    if (spelled === null) return [];
    const subcommand = name.endsWith('x') ? [] : [shellWord('install')];
    const long = [shellWord(name), ...subcommand, { ...word, text: spelled }];
    return [{ kind: 'words', words: long, isDetached: true }];
  });
}

function packagesIn(name: string, words: readonly ShellWord[]): readonly ShellWord[] {
  const shape = shapeOf(name, words);
  const given = valuesGiven(shape, 'p', ['package']).map((text) => shellWord(text.replace(/^=/, '')));
  const operands = shape.filter(({ kind }) => kind === 'operand' || kind === 'value-or-operand');
  if (name.endsWith('x')) return [...given, ...firstOperand(operands)];
  const at = operands.findIndex(({ word }) => INSTALLING.has(word.text) || RUNNING.has(word.text));
  if (at < 0 || operands.slice(0, at).some(({ kind }) => kind === 'operand')) return [];
  const rest = operands.slice(at + 1);
  return RUNNING.has(operands[at]?.word.text ?? '') ? [...given, ...firstOperand(rest)] : rest.map(({ word }) => word);
}

/** The first operand; where the words in front of it may be values of options, those too. */
function firstOperand(operands: readonly ShapedWord[]): readonly ShellWord[] {
  const at = operands.findIndex(({ kind }) => kind === 'operand');
  return operands.slice(0, at < 0 ? operands.length : at + 1).map(({ word }) => word);
}

/** Kinds of packages that are written with a colon and come from the registry or from the workspace. */
const NEAR = /^(?:npm|jsr|file|link|portal|workspace|catalog|patch):/i;

/** Kinds that already say where the package comes from. */
const FAR = /^(?:github|gitlab|bitbucket|gist|git(?:\+\w+)?|https?|ssh):/i;

/** The long way of writing a package that comes from another place than the registry; null where it is long, or near. */
function spelledOut(text: string): string | null {
  const source = behindAlias(text);
  if (source === '' || /^[.~/]/.test(source) || NEAR.test(source)) return null;
  if (FAR.test(source)) return source === text ? null : source;
  // `user@host:path` is how ssh names a repository.
  if (source.includes(':')) return `git+ssh://${source}`;
  return /^[\w.-]+\/[\w.-]/.test(source) ? `github:${source}` : null;
}

/** What `name@SOURCE` is an alias for; the text itself where no source stands behind the name. */
function behindAlias(text: string): string {
  const source = /^(?:@[\w.-]+\/)?[\w.-]+@(.*[/:].*)$/s.exec(text)?.[1];
  return source ?? text;
}
