import { own } from './own.ts';
import { resolve } from 'node:path/posix';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { noteEvaluatedNames } from './evaluated-names.ts';
import { noteOpenArithmetic } from './hidden-subscript.ts';
import { deeper, question } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { noteArithmetic } from './nested-scripts.ts';
import { optionValues, scanOptions } from './option-scan.ts';
import { physicalFolders } from './physical-folder.ts';
import { noteWrite } from './reach-assignment.ts';
import { runVariable } from './run-variable.ts';
import {
  forgetVariables,
  forkState,
  loseVariable,
  moveTo,
  readVariable,
  turnOn,
  unionOf,
  writeVariable,
} from './shell-state.ts';
import { arePosixLetters, isPosixOption } from './shell-options.ts';
import type { ShellState } from './shell-state.ts';
import { MARK, UNKNOWN, argumentsOf, isKnown } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { askForShellArray, namesShellArray } from './zsh-parameters.ts';

/** Lets a builtin of the shell change what the shell holds. Programs change nothing. */
export function applyBuiltin(reader: Reader, program: string, words: readonly ShellWord[], frame: Frame): void {
  const effect = own(EFFECTS, program);
  if (effect === undefined) return;
  // Bash evaluates the subscript in a name that a builtin is given: `read 'a[$(cmd)]'` runs `cmd`.
  if (words.some((word) => word.text.includes('[') && /[`$]/.test(word.text))) {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'A subscript that holds an expansion would run it. Write the command plainly.',
    );
  }
  noteEvaluatedNames(reader, program, words, frame);
  if (program !== 'test' && program !== '[' && words.some((word) => namesShellArray(word.text)))
    askForShellArray(reader);
  effect(reader, words, frame);
}

type Effect = (reader: Reader, words: readonly ShellWord[], frame: Frame) => void;

const EFFECTS: Readonly<Partial<Record<string, Effect>>> = {
  cd: changeFolder,
  pushd: (reader, words, frame) => {
    const before = frame.state.folders;
    // Without a folder it changes to one that it kept.
    if (words.every((word) => word.text === '-n')) moveTo(frame.state, null);
    else changeFolder(reader, words, frame);
    // Bash changes the list of folders alone.
    if (words.some(({ text }) => /^-[A-Za-z]*n/.test(text)))
      moveTo(frame.state, unionOf([before, frame.state.folders]));
  },
  popd: (_reader, _words, frame) => moveTo(frame.state, null),
  read: readNames,
  mapfile: readArray,
  readarray: readArray,
  getopts: loseNames,
  wait: loseNames,
  let: (reader, words, frame) => {
    for (const word of words) noteArithmetic(reader, word.text, frame);
    loseNames(reader, words, frame);
  },
  unset: (reader, words, frame) => {
    loseNames(reader, words, frame);
    // Without it bash and dash look for programs in the working folder.
    if (words.some((word) => word.text === 'PATH' || !isKnown(word)))
      noteWrite(reader, 'PATH', { ...NO_WORD, text: '' }, frame);
    for (const { text } of words) {
      const known = frame.state.functions.get(text);
      if (known !== undefined) frame.state.functions.set(text, { ...known, isCertain: false });
    }
  },
  printf: (reader, words, frame) => {
    const at = words.findIndex((word) => word.text.startsWith('-v'));
    if (at < 0) return;
    const isAttached = words[at]?.text !== '-v';
    const name = isAttached ? { ...NO_WORD, text: words[at]?.text.slice(2) ?? '' } : (words[at + 1] ?? NO_WORD);
    loseNames(reader, [name], frame);
    const [format, ...values] = words.slice(isAttached ? at + 1 : at + 2);
    if (format === undefined) return;
    const isPlain = !/[%\\]/.test(format.text) && values.length === 0;
    noteWrite(reader, name.text, isPlain ? format : null, frame);
  },
  test: () => undefined,
  '[': () => undefined,
  set: setOptions,
  setopt: zshOptions,
  unsetopt: zshOptions,
  emulate: askForOption,
  shopt: (_reader, words, frame) => {
    for (const word of words) turnOn(frame.state, word.text);
    if (words.some((word) => word.text === 'errexit' || !isKnown(word))) frame.state.stopsOnError = false;
  },
  shift: (_reader, _words, frame) => {
    frame.state.args = null;
  },
  export: (reader, words, frame) => {
    declareNames(reader, words, frame, false, true);
    if (words.some((word) => /^-[A-Za-z]*n/.test(word.text)))
      for (const { text } of words) frame.state.exported.delete(text);
    else exportNames(words, frame);
  },
  readonly: (reader, words, frame) => declareNames(reader, words, frame, true),
  local: (reader, words, frame) => {
    declareNames(reader, words, frame);
    // Outside of a function it fails and writes nothing.
    if (!frame.calls.some((name) => frame.state.functions.has(name))) loseNames(reader, words, frame);
  },
  declare: declareNames,
  typeset: declareNames,
  alias: defineAliases,
  trap: readTrap,
  source: sourceFile,
  '.': sourceFile,
  hash: (reader, words) => {
    // Zsh: `hash NAME=PROGRAM`.
    if (words.some(({ text }) => (text.startsWith('-') && text.includes('p')) || text.includes('='))) {
      question(
        reader,
        BUILTIN_RULES.unknownProgram,
        '`hash -p` makes a name run another program. Call that program by its own name.',
      );
    }
  },
};

const NO_WORD: ShellWord = { text: '', sources: [], isDescriptor: false };

function changeFolder(_reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  const { state } = frame;
  const targets = words.filter((word) => word.text === '-' || !/^(?:-[LPe@nqs]+|--)$/.test(word.text));
  const [target] = targets;
  const text = target === undefined ? (readVariable(state, 'HOME')?.text ?? UNKNOWN) : target.text;
  // Zsh and ksh put the second into the name of the folder, in place of the first.
  if (targets.length > 1 || state.isPoisoned) moveTo(state, null);
  else if (text === '-') moveTo(state, state.previousFolders);
  else if (MARK.test(text) || state.variables.has('CDPATH') || /^\+\d|^-\d/.test(text)) moveTo(state, null);
  else moveTo(state, foldersAt(state, text, linksOf(words)));
}

function foldersAt(state: ShellState, text: string, links: 'followed' | 'kept' | null): readonly string[] | null {
  const logical = text.startsWith('/')
    ? [resolve(text)]
    : (state.folders?.map((folder) => resolve(folder, text)) ?? null);
  if (links === 'kept' || (links === null && !state.isPhysical)) return logical;
  const physical = state.realPath === undefined ? null : physicalFolders(state, text);
  // An option that was turned on may have been turned off again.
  return links === 'followed' ? physical : unionOf([logical, physical]);
}

/** Of `-L` and `-P` the last one counts; null where there is none. */
function linksOf(words: readonly ShellWord[]): 'followed' | 'kept' | null {
  const end = words.findIndex(({ text }) => !/^-[LPe@nqs]+$/.test(text));
  const letters = words.slice(0, end < 0 ? words.length : end).flatMap(({ text }) => text.match(/[LP]/g) ?? []);
  if (letters.length === 0) return null;
  return letters.at(-1) === 'P' ? 'followed' : 'kept';
}

function readNames(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  loseNames(reader, words, frame);
  loseVariable(frame.state, 'REPLY');
  // Behind a `?` zsh and ksh take a prompt.
  const names = words.map((word) => ({ ...word, text: word.text.replace(/^([A-Za-z_]\w*)\?.*$/s, '$1') }));
  const [name, ...others] = names.filter((word) => /^[A-Za-z_]\w*$/.test(word.text));
  if (name !== undefined) noteWrite(reader, name.text, others.length === 0 ? frame.input : null, frame);
  // A line of the input, without its backslashes.
  if (name !== undefined) reader.hidden.openNames.add(name.text);
  for (const other of others) noteWrite(reader, other.text, null, frame);
  if (name !== undefined && others.length === 0 && frame.lines !== null)
    writeVariable(frame.state, name.text, frame.lines);
}

function readArray(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  loseNames(reader, words, frame);
  loseVariable(frame.state, 'MAPFILE');
  for (const word of words.filter(({ text }) => /^[A-Za-z_]\w*$/.test(text))) noteWrite(reader, word.text, null, frame);
  const scan = scanOptions(words, { valueLetters: 'dnOsuCc', flagLetters: 't' });
  for (const callback of optionValues(scan, 'C'))
    if (callback !== null) reader.readText(reader, callback, deeper(frame));
  if (!scan.isCertain) {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'What this command would run for each line is not seen here. Write its options plainly.',
    );
  }
}

/** Every word that may be a variable's name is taken as one; losing too many only makes more unknown. */
function loseNames(_reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  for (const word of words) {
    if (!isKnown(word)) frame.state.isPoisoned = true;
    for (const name of word.text.match(/[A-Za-z_]\w*/g) ?? []) loseVariable(frame.state, name);
  }
}

function setOptions(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  const { state } = frame;
  const options: string[] = [];
  for (const [index, word] of words.entries()) {
    const isEnd = word.text === '--' || word.text === '-';
    if (isEnd || !/^[-+]/.test(word.text)) {
      if (!isKnown(word) && index === 0) state.args = null;
      else if (!(options.at(-1)?.endsWith('o') ?? false)) {
        state.args = argumentsOf(words.slice(isEnd ? index + 1 : index));
        break;
      }
    }
    options.push(word.text);
  }
  const setsErrexit = options.some(
    (word, index) => /^-[A-Za-z]*e/.test(word) || (word === 'errexit' && /^-.*o$/.test(options[index - 1] ?? '')),
  );
  for (const [index, word] of options.entries()) {
    if (/^-[A-Za-z]*P/.test(word)) turnOn(state, 'physical');
    // In zsh, a letter for `cdablevars`.
    if (/^-[A-Za-z]*T/.test(word)) turnOn(state, 'cdablevars');
    const isName = /^[-+].*o$/.test(options[index - 1] ?? '');
    if (isName) turnOn(state, word);
    if (isName ? !isPosixOption(word) : /^[-+][^-]/.test(word) && !arePosixLetters(word)) askForOption(reader);
  }
  if (setsErrexit && state.uncertainty === 0) state.stopsOnError = true;
  if (options.some((word) => word.startsWith('+') || MARK.test(word))) state.stopsOnError = false;
}

function zshOptions(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  frame.state.stopsOnError = false;
  if (!words.every(({ text }) => isPosixOption(text) || isPosixOption(text.replace(/^no_?/i, ''))))
    askForOption(reader);
}

function askForOption(reader: Reader): void {
  question(
    reader,
    BUILTIN_RULES.unknownScript,
    'This option can make the shell read words in another way. Do without it, or name the files.',
  );
}

function declareNames(
  reader: Reader,
  words: readonly ShellWord[],
  frame: Frame,
  isReadonly = false,
  isExport = false,
): void {
  const flags = words.filter((word) => /^[-+]/.test(word.text)).map((word) => word.text);
  // A name reference writes another variable than the one that is named; `-i` and the like change what is written.
  if (!isExport && flags.some((flag) => flag.includes('n'))) {
    frame.state.isPoisoned = true;
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'A name reference writes another variable than the one that is named. Write that variable by its own name.',
    );
  }
  const isFreezing = isReadonly || flags.some((flag) => flag.includes('r'));
  const isChanged = flags.some((flag) => /[^-+xrgp]/.test(flag));
  // What an integer is given, now or later, is arithmetic.
  if (flags.some((flag) => flag.includes('i'))) noteOpenArithmetic(reader);
  for (const word of words) {
    const equals = /^([A-Za-z_]\w*)(\+?=)/.exec(word.text);
    if (equals === null) {
      if (!isKnown(word)) frame.state.isPoisoned = true;
      continue;
    }
    const name = equals[1] ?? '';
    const value = { ...word, text: word.text.slice(equals[0].length) };
    if (isChanged || equals[2] === '+=') loseVariable(frame.state, name);
    else writeVariable(frame.state, name, value);
    runVariable(reader, name, value, frame);
  }
  if (flags.some((flag) => flag.startsWith('-') && flag.includes('x'))) exportNames(words, frame);
  if (isFreezing) for (const word of words) frame.state.frozen.add(/^\w*/.exec(word.text)?.[0] ?? '');
}

function exportNames(words: readonly ShellWord[], frame: Frame): void {
  if (frame.state.uncertainty > 0) return;
  for (const { text } of words) frame.state.exported.add(/^\w*/.exec(text)?.[0] ?? '');
}

function defineAliases(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  if (words.some(({ text }) => /^[-+][A-Za-z]*[gs]/.test(text))) {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'Such an alias changes other words than the first of a command. Write the command plainly.',
    );
  }
  for (const word of words) {
    const equals = word.text.indexOf('=');
    if (equals <= 0) continue;
    const value = { ...word, text: word.text.slice(equals + 1) };
    reader.readText(
      reader,
      value,
      deeper(frame, { state: forkState(frame.state), calls: [...frame.calls, `alias ${word.text.slice(0, equals)}`] }),
    );
    frame.state.aliases.set(word.text.slice(0, equals), value);
  }
}

function readTrap(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  const script = words.find((word) => !/^(?:--|-[lp]+)$/.test(word.text));
  if (script === undefined || words.length < 2 || script.text === '-' || script.text === '') return;
  // A trap runs at any later moment, whatever the variables are then; on DEBUG it can write them before each command.
  const state = forkState(frame.state);
  forgetVariables(state);
  state.folders = null;
  state.args = null;
  reader.readText(reader, script, deeper(frame, { state, inputs: [], input: null, lines: null }));
  if (words.some((word) => /^(?:DEBUG|RETURN|ERR)$/i.test(word.text) || !isKnown(word))) frame.state.isPoisoned = true;
}

function sourceFile(reader: Reader, words: readonly ShellWord[], frame: Frame): void {
  if (words.length === 0) return;
  question(
    reader,
    BUILTIN_RULES.sourcedFile,
    'The commands of a sourced file are not seen here. Run it as a program, or ask the developer.',
  );
  frame.state.isPoisoned = true;
  frame.state.folders = null;
}
