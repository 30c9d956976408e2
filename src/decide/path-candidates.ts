import { own } from './own.ts';
import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import { copyPlaces, patchPlaces, splitPlaces, tarPlaces } from './path-candidates-copy.ts';
import { gitCandidates } from './path-candidates-git.ts';
import { hintsOf } from './path-candidates-hints.ts';
import { inferredWrites } from './path-candidates-inferred.ts';
import { loadedPlaces } from './path-candidates-loaded.ts';
import { outputOptions, rewrittenFiles } from './path-candidates-output.ts';
import { awkPlaces, patternPlaces, sedPlaces } from './path-candidates-pattern.ts';
import { SYSTEM_FOLDERS, optionFiles, place, valuesGiven } from './path-candidate.ts';
import type { LinkUse, PathCandidate } from './path-candidate.ts';
import {
  BARE_NAMES,
  COPIERS,
  FILE_READERS,
  NAMES_ONLY,
  PATTERN_FIRST,
  PROJECT_PROGRAMS,
  READERS,
  REMOVERS,
  WRITE_AFTER_FIRST,
  WRITE_ALL,
} from './program-roles.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** The files that the words of a command may name, and what becomes of them. Redirections are not among them. */
export function pathCandidates(program: string, words: readonly ShellWord[]): readonly PathCandidate[] {
  const usable = words.some((word) => word.isDescriptor) ? words.filter((word) => !word.isDescriptor) : words;
  if (program === 'git') return gitCandidates(usable);
  if (program === 'cmake' && usable[0]?.text === '-E') return cmakeTool(usable.slice(1));
  const shape = shapeOf(program, usable);
  if (program === 'mkdir') return operandsOf(shape).map((shaped) => place(shaped.word.text, 'folder'));
  if (NAMES_ONLY.has(program)) return [...namersPlaces(program, shape), ...outputOptions(program, shape)];
  const operands = operandsOf(shape);
  const candidates: PathCandidate[] = [];
  if (!isPatternProgram(program)) for (const shaped of shape) candidates.push(...hintsOf(program, shaped));
  const texts = operands.map((shaped) => shaped.word.text);
  candidates.push(...placesOf(program, shape, texts));
  candidates.push(
    ...loadedPlaces(program, shape),
    ...outputOptions(program, shape),
    ...rewrittenFiles(program, shape, texts),
    ...inferredWrites(program, shape),
  );
  const links = linkUse(program, shape);
  return links === 'followed' ? candidates : candidates.map((candidate) => ({ ...candidate, links }));
}

function linkUse(program: string, shape: readonly ShapedWord[]): LinkUse {
  if (REMOVERS.has(program)) return 'untouched';
  // With `-d` grep is told what to do with a folder.
  return FILE_READERS.has(program) && !hasOption(shape, /^-[A-Za-z]*d|^--d/) ? 'files' : 'followed';
}

/** `cmake -E copy x y` and the like, by the programs that do the same. */
const CMAKE_TOOLS: Readonly<Partial<Record<string, string>>> = {
  copy: 'cp',
  copy_if_different: 'cp',
  copy_if_newer: 'cp',
  copy_directory: 'mv',
  copy_directory_if_different: 'mv',
  copy_directory_if_newer: 'mv',
  rename: 'mv',
  remove: 'rm',
  rm: 'rm',
  remove_directory: 'rmdir',
  touch: 'touch',
  touch_nocreate: 'touch',
  make_directory: 'mkdir',
  create_symlink: 'ln',
  create_hardlink: 'ln',
  tar: 'tar',
  cat: 'cat',
  compare_files: 'cmp',
};

function cmakeTool(words: readonly ShellWord[]): readonly PathCandidate[] {
  const program = own(CMAKE_TOOLS, words[0]?.text ?? '');
  // These programs' own ways with links are not known to be those of cmake.
  return program === undefined
    ? []
    : pathCandidates(program, toolWords(words)).map((candidate) => ({ ...candidate, links: 'followed' }));
}

function toolWords([tool, ...words]: readonly ShellWord[]): readonly ShellWord[] {
  return tool?.text === 'create_symlink' ? [shellWord('-s'), ...words] : words;
}

function operandsOf(shape: readonly ShapedWord[]): readonly ShapedWord[] {
  return shape.filter((shaped) => shaped.kind === 'operand' || shaped.kind === 'value-or-operand');
}

/** The few files that programs read or write whose operands are only names. */
function namersPlaces(program: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  const words = shape.map((shaped) => shaped.word);
  const readFrom = (letters: string, names: readonly string[]): readonly PathCandidate[] =>
    valuesGiven(shape, letters, names).map((text) => place(text, 'read'));
  switch (program) {
    case 'find':
    case 'fd':
      return [...optionFiles(words, /^-(?:fprint|fprint0|fprintf|fls)$/), ...readFrom('', ['files0-from'])];
    case 'date':
      return readFrom('f', ['file']);
    case 'du':
      return readFrom('X', ['files0-from', 'exclude-from']);
    case 'tree':
      return words.some((word) => word.text.startsWith('--from'))
        ? words.filter((word) => !word.text.startsWith('-')).map((word) => place(word.text, 'read'))
        : readFrom('', ['gitfile', 'infofile']);
    case 'history':
      return words
        .slice(1)
        .map((word) => place(word.text, /^-[a-z]*[aw]/.test(words[0]?.text ?? '') ? 'write' : 'read'));
    default:
      return [];
  }
}

/** Programs whose operands are told apart one by one below; a pattern among them is no file. */
function isPatternProgram(program: string): boolean {
  return (
    own(PATTERN_FIRST, program) !== undefined ||
    program === 'sed' ||
    program === 'gsed' ||
    WRITE_AFTER_FIRST.has(program)
  );
}

function placesOf(program: string, shape: readonly ShapedWord[], texts: readonly string[]): readonly PathCandidate[] {
  const isDeep = isRecursive(program, shape);
  if (program === 'sed' || program === 'gsed') return sedPlaces(shape.map((shaped) => shaped.word));
  if (/^[gmn]?awk$/.test(program)) return awkPlaces(shape.map((shaped) => shaped.word));
  if (own(PATTERN_FIRST, program) !== undefined) return patternPlaces(program, shape, isDeep);
  if (WRITE_ALL.has(program)) return texts.map((text) => place(text, 'write', isDeep || program === 'rmdir'));
  if (WRITE_AFTER_FIRST.has(program)) return texts.slice(1).map((text) => place(text, 'write', isDeep));
  if (COPIERS.has(program)) return copyPlaces(program, shape, texts, isDeep);
  switch (program) {
    case 'dd':
      return texts.flatMap((text) => [
        ...(text.startsWith('if=') ? [place(text.slice(3), 'read')] : []),
        ...(text.startsWith('of=') ? [place(text.slice(3), 'write')] : []),
      ]);
    case 'tar':
    case 'bsdtar':
      return tarPlaces(shape, texts);
    case 'zip':
      return texts.flatMap((text, index) => [
        place(text, index === 0 ? 'write' : 'read', isDeep && index > 0),
        // With `-m` what was put into the archive is deleted.
        ...(index > 0 && hasOption(shape, /^-[A-Za-z]*m|^--mo/) ? [place(text, 'write', true)] : []),
      ]);
    case 'unzip':
    case '7z':
      return texts.slice(0, 1).map((text) => place(text, 'read'));
    case 'split':
      return splitPlaces(shape, texts);
    case 'patch':
      return patchPlaces(shape, texts);
    case 'uniq':
    case 'xxd':
      return texts.filter((text) => text !== '-').map((text, index) => place(text, index === 0 ? 'read' : 'write'));
    case 'source':
    case '.':
      return texts.slice(0, 1).map((text) => place(text, 'read'));
    default:
      break;
  }
  if (READERS.has(program)) return texts.filter((text) => text !== '-').map((text) => place(text, 'read', isDeep));
  if (PROJECT_PROGRAMS.has(program))
    return BARE_NAMES.has(program)
      ? []
      : texts
          .slice(0, 1)
          .filter(isPathLike)
          .map((text) => place(text, 'read'));
  // What is not known to read only may write.
  return texts
    .filter(isPathLike)
    .flatMap((text) =>
      SYSTEM_FOLDERS.test(text)
        ? [place(text, 'read', isDeep)]
        : [place(text, 'read', isDeep), place(text, 'write', isDeep)],
    );
}

function hasOption(shape: readonly ShapedWord[], pattern: RegExp): boolean {
  return shape.some((shaped) => shaped.kind === 'option' && pattern.test(shaped.word.text));
}

function isPathLike(text: string): boolean {
  return text !== '-' && !/^[A-Za-z][\w+.-]*:\/\//.test(text);
}

/** Whether the program goes down into the folders that it is given. */
export function isRecursive(program: string, shape: readonly ShapedWord[]): boolean {
  const has = (pattern: RegExp): boolean => hasOption(shape, pattern);
  switch (program) {
    case 'grep':
    case 'egrep':
    case 'fgrep':
      return has(/^-[A-Za-z]*[rR]|^--(?:de)?r(?:e|$)|^-d?recurse|^--directories=recurse/);
    case 'rg':
    case 'ag':
    case 'ack':
      // Without these they leave out hidden and ignored files, and with them secrets; and where links lead.
      return (
        has(/^-[A-Za-z]*[uU.]|^--(?:hidden|no-ignore|unrestricted|skip-vcs-ignores|follow)/) ||
        (program === 'rg' && has(/^-[A-Za-z]*L/)) ||
        (program === 'ag' && has(/^-[A-Za-z]*f/))
      );
    case 'diff':
    case 'colordiff':
      return has(/^-[A-Za-z]*r|^--rec/);
    case 'cp':
      return has(/^-[A-Za-z]*[rRa]|^--(?:rec|arc)/);
    case 'rsync':
    case 'mv':
      return true;
    case 'zip':
      return has(/^-[A-Za-z]*r|^--rec/);
    case 'rm':
    case 'chmod':
    case 'chown':
    case 'chgrp':
    case 'gzip':
    case 'scp':
      return has(/^-[A-Za-z]*[rR]|^--rec/);
    default:
      return false;
  }
}
