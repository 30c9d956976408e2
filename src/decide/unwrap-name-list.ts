import { MARK, UNKNOWN_WORDS, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Inner, Invocation } from './unwrap.ts';

/** Options, by program, whose value is a file with names of files or other text that the program shows. */
const LIST_OPTIONS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:sort|wc|du)$/, /^--files0?-?f?r?o?m?(?:=(.*))?$/s],
  [/^find$/, /^-files0-from(?:=(.*))?$/s],
  [/^(?:bsd)?tar$/, /^(?:-[A-Za-z]*T|--files-f\w*(?:=(?=.))?)(.*)$/s],
  [/^zip$/, /^-[A-Za-z]*@()$/],
  [/^date$/, /^(?:-f|--f\w*(?:=(?=.))?)(.*)$/s],
  [/^tree$/, /^--from\w*file(?:=(.*))?$/s],
];

/** Programs that take words, names of files among them, out of a file that stands behind an `@`. */
const TAKES_RESPONSES =
  /^(?:strings|nm|readelf|objdump|size|ar|ld|(?:gcc|g\+\+|cc|c\+\+|cpp|clang|clang\+\+)(?:-\d+)?|rustc|mypy|pylint|dotnet|javac?|javap|jar)$/;

/** Most names of a known list that are looked at; above, they are not known. */
const MAX_LISTED_NAMES = 200;

/** The files that a program reads because another file, or its standard input, names them: as if `cat` read them. */
export function listedReads(invocation: Invocation): readonly Inner[] {
  const { program, words } = invocation;
  if (program === 'git') return gitReads(words);
  const option = LIST_OPTIONS.find(([name]) => name.test(program))?.[1];
  const responses = TAKES_RESPONSES.test(program)
    ? words.flatMap((word) => (/^@./.test(word.text) ? readsOf({ ...word, text: word.text.slice(1) }, invocation) : []))
    : [];
  if (option === undefined) return responses;
  const bundled = program.endsWith('tar') ? bundledList(words) : null;
  if (bundled !== null) return [readsOf(bundled, invocation)];
  return words.flatMap((word, index): readonly Inner[] => {
    const found = option.exec(word.text);
    if (found === null) return [];
    const value = program === 'zip' ? shellWord('-') : listFile(word, found[1] ?? '', words[index + 1]);
    return value === null ? [] : [readsOf(value, invocation)];
  });
}

/** `tar cTf LIST ARCHIVE`: values of bundled letters stand behind the bundle, in their order. */
function bundledList(words: readonly ShellWord[]): ShellWord | null {
  const taking = /^[A-Za-z]+$/.exec(words[0]?.text ?? '')?.[0].replaceAll(/[^bCfFgHIKLNTVX]/g, '') ?? '';
  return taking.includes('T') ? (words[1 + taking.indexOf('T')] ?? null) : null;
}

function listFile(word: ShellWord, attached: string, next: ShellWord | undefined): ShellWord | null {
  return attached === '' ? (next ?? null) : { ...word, text: attached };
}

function readsOf(list: ShellWord, { program, frame }: Invocation): Inner {
  const isInput = list.isDescriptor || /^(?:-|\/dev\/(?:stdin|fd\/\d+))$/.test(list.text);
  if (!isInput) return catOf(program === 'date' || program === 'tree' ? [list] : [list, shellWord(UNKNOWN_WORDS)]);
  const { input } = frame;
  if (list.isDescriptor || input === null || MARK.test(input.text))
    return catOf([frame.lines ?? shellWord(UNKNOWN_WORDS)]);
  const names = input.text.split(/[\n\0]+/).filter((name) => name !== '');
  return catOf(names.length > MAX_LISTED_NAMES ? [shellWord(UNKNOWN_WORDS)] : names.map((name) => shellWord(name)));
}

function catOf(words: readonly ShellWord[]): Inner {
  return { kind: 'words', words: [shellWord('cat'), shellWord('--'), ...words], role: 'inner', isDetached: true };
}

/** Files of patterns, and what git reads outside of a repository: `git grep --no-index`, `git diff --no-index`. */
function gitReads(words: readonly ShellWord[]): readonly Inner[] {
  const at = words.findIndex((word) => word.text === 'grep' || word.text === 'diff' || word.text === 'ls-files');
  const name = words[at]?.text;
  if (name === undefined) return [];
  const rest = words.slice(at + 1);
  const letter = name === 'grep' ? 'f' : 'X';
  const files = rest.filter((_, index) => name !== 'diff' && rest[index - 1]?.text === `-${letter}`);
  const inners = files.map((file) => catOf([file]));
  if (!rest.some((word) => word.text === '--no-index')) return inners;
  const folders = words.slice(0, at).filter((_, index) => words[index - 1]?.text === '-C');
  const operands = rest.filter((word) => !word.text.startsWith('-'));
  const paths = [...folders, ...(name === 'grep' ? operands.slice(1) : operands)];
  if (paths.length === 0) return inners;
  const program = [shellWord('grep'), shellWord('-r'), shellWord('x'), ...paths];
  return [...inners, { kind: 'words', words: program, role: 'inner', isDetached: true }];
}
