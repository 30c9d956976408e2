import { behindScript, isScripted } from './scripted-operands.ts';
import { sedUse } from './sed-script.ts';
import type { LineWord } from './shell-reading.ts';

/** The paths that a command names, as far as the client looks for them. */
export interface PathOperands {
  /** Whether it reads the files, or creates, changes or removes them. */
  readonly access: 'read' | 'write';
  readonly paths: readonly LineWord[];
  /** What is read although the command writes: what it copies, moves or edits in place. */
  readonly sources: readonly LineWord[];
  /** Why the client asks whatever the paths are. */
  readonly hazard: string | null;
}

const READERS = new Set(
  'cat head tail wc cut paste column tac rev fold expand unexpand fmt comm cmp diff nl od hexdump strings stat sort uniq base64 md5sum sha1sum sha256sum file numfmt tsort pr man'.split(
    ' ',
  ),
);
const WRITERS = new Set(['touch', 'mkdir', 'rm', 'rmdir', 'tee']);

/** The paths of a command, or null where the client looks for none in this program. */
export function pathOperands(words: readonly LineWord[]): PathOperands | null {
  const [name, ...rest] = words;
  const program = name?.value ?? '';
  if (READERS.has(program)) return reading(operands(rest));
  if (WRITERS.has(program)) return { access: 'write', paths: operands(rest), sources: [], hazard: null };
  switch (program) {
    case 'cp':
    case 'mv':
      return copyOperands(program, rest);
    case 'ls':
      return reading(orHere(operands(rest)));
    case 'cd':
      return folderOperand(rest);
    case 'find':
      return findOperands(rest);
    case 'git':
      if (rest[0]?.value !== 'diff') return null;
      return reading(operands(rest.slice(1)).filter((word) => word.value !== '/dev/null'));
    case 'sed': {
      const paths = behindScript('sed', rest);
      if (sedUse(words) === 'reads') return reading(paths);
      return { access: 'write', paths, sources: paths, hazard: null };
    }
    default:
      return isScripted(program) ? reading(behindScript(program, rest)) : null;
  }
}

function reading(paths: readonly LineWord[], hazard: string | null = null): PathOperands {
  return { access: 'read', paths, sources: [], hazard };
}

function operands(words: readonly LineWord[]): readonly LineWord[] {
  const found: LineWord[] = [];
  let isOpen = true;
  for (const word of words) {
    if (isOpen && word.value === '--') isOpen = false;
    else if (!isOpen || !word.value.startsWith('-') || word.value === '-') found.push(word);
  }
  return found;
}

/** The working directory, where a command names no path. */
function orHere(words: readonly LineWord[]): readonly LineWord[] {
  return words.length > 0 ? words : [plainWord('.')];
}

/** A word that stands for itself. */
export function plainWord(text: string): LineWord {
  return { value: text, text, hasGlob: false, isDynamic: false, hasCommand: false, usesVariable: false };
}

function copyOperands(program: string, words: readonly LineWord[]): PathOperands {
  const named = operands(words);
  const sources = named.slice(0, -1);
  const hasOptions = words.some((word) => word.value.startsWith('-'));
  return {
    access: 'write',
    paths: program === 'mv' ? named : named.slice(-1),
    sources,
    hazard: hasOptions ? `\`${program}\` has options` : null,
  };
}

function folderOperand(words: readonly LineWord[]): PathOperands {
  const paths = operands(words).filter((word) => word.value !== '-');
  const isBare = words.every((word) => word.value.startsWith('-') && word.value !== '-');
  if (paths.length === 0 && isBare) return reading([plainWord('~')]);
  return reading(paths, paths.length > 1 ? '`cd` has two folders' : null);
}

/** Tests of `find` that look at a file which they name. */
const COMPARED_WITH = /^-(?:newer|anewer|cnewer|newer[aBcm][aBcm]|samefile)$/;

function findOperands(words: readonly LineWord[]): PathOperands {
  const end = words.findIndex(({ value }) => /^[-!(]/.test(value) && !/^-(?:[HLPOD]|-$)/.test(value));
  const head = words.slice(0, end === -1 ? words.length : end).filter((word) => !word.value.startsWith('-'));
  const compared = words.filter((_, at) => COMPARED_WITH.test(words[at - 1]?.value ?? ''));
  const hasGlob = words.some((word) => word.hasGlob);
  return reading([...orHere(head), ...compared], hasGlob ? '`find` has a glob without quotes' : null);
}
