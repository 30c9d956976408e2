import { own } from './own.ts';
import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import { copyPlaces, tarPlaces } from './path-candidates-copy.ts';
import { gitCandidates } from './path-candidates-git.ts';
import { outputOptions, rewrittenFiles } from './path-candidates-output.ts';
import { SYSTEM_FOLDERS, hint, optionFiles, pathsWithin, place, valuesGiven } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import {
  BARE_NAMES,
  COPIERS,
  NAMES_ONLY,
  PATTERN_FIRST,
  PROJECT_PROGRAMS,
  READERS,
  WRITE_AFTER_FIRST,
  WRITE_ALL,
} from './program-roles.ts';
import { sedEffects } from './sed-script.ts';
import { UNKNOWN } from './shell-word.ts';
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
  candidates.push(...outputOptions(program, shape), ...rewrittenFiles(program, shape, texts));
  return candidates;
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
  return program === undefined ? [] : pathCandidates(program, words.slice(1));
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

/** What a word of any program may name. */
function hintsOf(program: string, { word, kind, isShort, letters }: ShapedWord): readonly PathCandidate[] {
  const { text } = word;
  if (kind === 'end-of-options') return [];
  if (kind === 'option') {
    if (/^--?(?:exclude|ignore|not-|no-|skip|grep|message|name|label|type|regex|filter|include)/.test(text)) return [];
    const equals = text.indexOf('=');
    if (equals >= 0) return pathsWithin(text.slice(equals + 1)).map((path) => hint(path));
    if (!isShort || text.length < 3) return [];
    const attached = [text.slice(2), text.slice(1 + letters)].filter((path) => /[./~]/.test(path));
    return attached.flatMap(pathsWithin).map((path) => hint(path));
  }
  if (BARE_NAMES.has(program) && !/[./@=:]/.test(text)) return [];
  return pathsWithin(text).map((path) => hint(path));
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
  if (program === 'sed' || program === 'gsed')
    return sedPlaces(
      shape.map((shaped) => shaped.word),
      texts,
    );
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
      return texts.map((text, index) => place(text, index === 0 ? 'read' : 'write'));
    case 'patch':
      return [
        ...texts.slice(0, 1).map((text) => place(text, 'write')),
        ...texts.slice(1).map((text) => place(text, 'read')),
        // Where the file as it was is kept.
        ...valuesGiven(shape, 'B', ['prefix']).map((prefix) => place(`${prefix}${texts[0] ?? ''}`, 'write')),
      ];
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

function patternPlaces(program: string, shape: readonly ShapedWord[], isDeep: boolean): readonly PathCandidate[] {
  const givenByOption = own(PATTERN_FIRST, program);
  const hasPattern = shape.some((shaped) => shaped.kind === 'option' && givenByOption?.test(shaped.word.text) === true);
  const files: PathCandidate[] = [];
  let isPatternSeen = hasPattern;
  let skipped = 0;
  for (const [index, { kind, word }] of shape.entries()) {
    const { text } = word;
    const option = shape[index - 1]?.word.text ?? '';
    if (skipped > 0) {
      skipped -= 1;
      // `jq --slurpfile name FILE`.
      if (skipped === 0 && (shape[index - 2]?.word.text ?? '').endsWith('file')) files.push(place(text, 'read'));
      continue;
    }
    if (kind === 'option') {
      if (/^--(?:arg|argjson|slurpfile|rawfile)$/.test(text)) skipped = 2;
      const attached = /^(?:-[A-Za-z]*f|--(?:file|from-file|exclude-from|files0-from|ignore-file|include)=)(.+)$/s.exec(
        text,
      )?.[1];
      if (attached !== undefined && !/^(?:-F|-[AC]\d)/.test(text))
        files.push({ ...place(attached, 'read'), isPlace: false });
    } else if (kind === 'value') {
      if (/^(?:-[A-Za-z]*f|--(?:file|from-file|ignore-file))$/.test(option)) files.push(place(text, 'read'));
      else if (/^(?:-g|--glob|--iglob|--include)$/.test(option) && !text.startsWith('!')) files.push(hint(text, true));
    } else if (kind !== 'end-of-options') {
      if (isPatternSeen && text !== '-') files.push(...valuePlaces(program, text, isDeep));
      isPatternSeen = true;
    }
  }
  if (program.endsWith('awk')) files.push(...awkOutputs(shape, files));
  if (isDeep && files.every((file) => !file.isPlace)) files.push(place('.', 'read', true));
  return files;
}

/** `awk '...' name=value file`: an assignment among the operands is no file. */
function valuePlaces(program: string, text: string, isDeep: boolean): readonly PathCandidate[] {
  return program.endsWith('awk') && /^[A-Za-z_]\w*=/.test(text) ? [] : [place(text, 'read', isDeep)];
}

/** What options of gawk write, and the operands too where it edits in place; another library is not followed. */
function awkOutputs(shape: readonly ShapedWord[], files: readonly PathCandidate[]): readonly PathCandidate[] {
  const written = shape.flatMap(({ kind, word }) => {
    const met = kind === 'option' ? /^(?:-[odp]|--(?:dump|pretty|prof)[a-z-]*=)(.+)$/s.exec(word.text) : null;
    return met?.[1] === undefined ? [] : [place(met[1], 'write')];
  });
  const libraries = valuesGiven(shape, 'ilE', ['include', 'load', 'exec']);
  const isInPlace = libraries.some((name) => /^(?:.*\/)?inplace(?:\.awk)?$/.test(name));
  return [
    ...written,
    ...(isInPlace ? files.map((file) => place(file.text, 'write')) : []),
    ...(libraries.length > 0 && !isInPlace ? [place(UNKNOWN, 'read')] : []),
  ];
}

function sedPlaces(words: readonly ShellWord[], texts: readonly string[]): readonly PathCandidate[] {
  const effects = sedEffects(words);
  const scripts = new Set(effects.scripts.map((script) => script.text));
  const files = texts.filter((text) => !scripts.has(text) && text !== '-');
  return [
    ...effects.reads.map((text) => place(text, 'read')),
    ...effects.writes.map((text) => place(text, 'write')),
    ...files.map((text) => place(text, 'read')),
    ...(effects.isInPlace ? files.map((text) => place(text, 'write')) : []),
    ...files.flatMap((text) => backupsOf(words, text)).map((text) => place(text, 'write')),
    ...optionFiles(words, /^(?:-[nErsuz]*f|--file)$/).map((candidate) => ({ ...candidate, access: 'read' as const })),
  ];
}

/** `sed -i.bak` keeps a copy; in a suffix with `*` that stands for the file's name, and a slash leads elsewhere. */
function backupsOf(words: readonly ShellWord[], file: string): readonly string[] {
  const at = file.lastIndexOf('/') + 1;
  return words.flatMap((word) => {
    const suffix = /^(?:-[nErsuz]*i|--in[a-z-]*=)(.+)$/s.exec(word.text)?.[1];
    if (suffix === undefined) return [];
    const named = suffix.replaceAll(/[*\uDC02]/g, () => file.slice(at));
    const copy = named === suffix ? `${file.slice(at)}${suffix}` : named;
    return [copy.includes('/') ? copy : `${file.slice(0, at)}${copy}`];
  });
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
      // Without these they leave out hidden and ignored files, and with them secrets.
      return has(/^-[A-Za-z]*[uU.]|^--(?:hidden|no-ignore|unrestricted|skip-vcs-ignores)/);
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
