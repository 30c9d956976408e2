import { own } from './own.ts';
import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import { copyPlaces, tarPlaces } from './path-candidates-copy.ts';
import { gitCandidates } from './path-candidates-git.ts';
import { hint, optionFiles, pathsWithin, place } from './path-candidate.ts';
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
import type { ShellWord } from './shell-word.ts';

/** The files that the words of a command may name, and what becomes of them. Redirections are not among them. */
export function pathCandidates(program: string, words: readonly ShellWord[]): readonly PathCandidate[] {
  const usable = words.filter((word) => !word.isDescriptor);
  if (program === 'git') return gitCandidates(usable);
  if (program === 'mkdir')
    return operandsOf(shapeOf(program, usable)).map((shaped) => place(shaped.word.text, 'folder'));
  if (NAMES_ONLY.has(program))
    return program === 'find' || program === 'fd' ? optionFiles(usable, /^-(?:fprint|fprint0|fprintf|fls)$/) : [];
  const shape = shapeOf(program, usable);
  const operands = operandsOf(shape);
  const hints = shape.flatMap((shaped) => hintsOf(program, shaped));
  return [...hints, ...placesOf(program, shape, operands), ...outputOptions(program, shape)];
}

function operandsOf(shape: readonly ShapedWord[]): readonly ShapedWord[] {
  return shape.filter((shaped) => shaped.kind === 'operand' || shaped.kind === 'value-or-operand');
}

/** What a word of any program may name. */
function hintsOf(program: string, { word, kind, isShort, letters }: ShapedWord): readonly PathCandidate[] {
  const { text } = word;
  if (kind === 'end-of-options' || isPatternProgram(program)) return [];
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

function placesOf(
  program: string,
  shape: readonly ShapedWord[],
  operands: readonly ShapedWord[],
): readonly PathCandidate[] {
  const words = shape.map((shaped) => shaped.word);
  const texts = operands.map((shaped) => shaped.word.text);
  const isDeep = isRecursive(program, shape);
  if (program === 'sed' || program === 'gsed') return sedPlaces(words, texts);
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
      return texts.map((text, index) => place(text, index === 0 ? 'write' : 'read', isDeep && index > 0));
    case 'unzip':
    case '7z':
      return [...texts.slice(0, 1).map((text) => place(text, 'read')), ...optionFiles(words, /^-d$/)];
    case 'split':
      return texts.map((text, index) => place(text, index === 0 ? 'read' : 'write'));
    case 'patch':
      return [
        ...texts.slice(0, 1).map((text) => place(text, 'write')),
        ...texts.slice(1).map((text) => place(text, 'read')),
      ];
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

/** Programs and libraries, which a program that is not known is far more likely to read than to write. */
const SYSTEM_FOLDERS = /^\/(?:usr|bin|sbin|lib|lib64|opt)\//;

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
  if (isDeep && files.every((file) => !file.isPlace)) files.push(place('.', 'read', true));
  return files;
}

/** `awk '...' name=value file`: an assignment among the operands is no file. */
function valuePlaces(program: string, text: string, isDeep: boolean): readonly PathCandidate[] {
  return program.endsWith('awk') && /^[A-Za-z_]\w*=/.test(text) ? [] : [place(text, 'read', isDeep)];
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
    ...optionFiles(words, /^(?:-[nErsuz]*f|--file)$/).map((candidate) => ({ ...candidate, access: 'read' as const })),
  ];
}

const OUTPUT_NAMES =
  /^--(?:out|output|output-file|output-document|outfile|out-dir|outdir|output-dir|directory-prefix|append-output|dump-header|cookie-jar|trace|trace-ascii|stderr|etag-save|log-file|logfile|report-file|junit-xml|junitxml)(?:=(.*))?$/is;
const OUTPUT_LETTER: Readonly<Partial<Record<string, string>>> = {
  curl: 'oDc',
  wget: 'oaOP',
  sort: 'o',
  xxd: '',
  tree: 'o',
  less: 'oO',
  gcc: 'o',
  cc: 'o',
  clang: 'o',
  'g++': 'o',
  'clang++': 'o',
  rustc: 'o',
  go: 'o',
  ld: 'o',
  shuf: 'o',
  bison: 'o',
  yacc: 'o',
};

function outputOptions(program: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  const letters = own(OUTPUT_LETTER, program) ?? '';
  return shape.flatMap(({ kind, word }, index) => {
    if (kind !== 'option') return [];
    const next = shape[index + 1]?.word.text;
    const long = OUTPUT_NAMES.exec(word.text);
    if (long !== null)
      return [long[1] ?? next]
        .filter((text) => text !== undefined && text !== '-')
        .map((text) => place(text ?? '', 'write'));
    const letter = letters === '' ? null : new RegExp(`^-[A-Za-z]*?[${letters}](.*)$`, 's').exec(word.text);
    if (letter === null || word.text.startsWith('--')) return [];
    const value = letter[1] === '' ? next : letter[1];
    return value === undefined || value === '-' ? [] : [place(value, 'write')];
  });
}

/** Whether the program goes down into the folders that it is given. */
export function isRecursive(program: string, shape: readonly ShapedWord[]): boolean {
  const options = shape.filter((shaped) => shaped.kind === 'option').map((shaped) => shaped.word.text);
  const has = (pattern: RegExp): boolean => options.some((text) => pattern.test(text));
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
