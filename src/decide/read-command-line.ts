import { parse } from 'unbash';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { MAX_COMMAND_LENGTH } from './caps.ts';
import { noHiddenSubscript } from './hidden-subscript.ts';
import { readScript, readUncalled } from './read-script.ts';
import type { CommandReading } from './reached-command.ts';
import { UnreadableCommand, deeper, question, readingOf, spend } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { startState } from './shell-state.ts';
import { FOLDERS, GLOB_ANY, GLOB_ONE, GLOB_RUN, hasUnknown } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Where a command line runs. */
export interface ReadingPlace {
  /** Absolute, normalised. */
  readonly folder: string;
  readonly homeDir: string;
  /** A path with its links followed; without it, folders that depend on links are not known. */
  readonly realPath?: ((absolutePath: string) => string) | undefined;
}

/** All that the command line can reach, or why it cannot be read; then nothing of it may run. */
export type ReadingResult =
  { readonly ok: true; readonly reading: CommandReading } | { readonly ok: false; readonly why: string };

/** Reads a command line as bash would. Nothing is run, and no file is looked at but by `realPath`. Never throws. */
export function readCommandLine(commandLine: string, place: ReadingPlace): ReadingResult {
  const { reading, why } = read(commandLine, place, false);
  return why === null ? { ok: true, reading } : { ok: false, why };
}

/**
 * What a command line reaches as far as it can be read, and why that is not all; null where it is. Nothing may be
 * allowed by it: it is for telling what a text would do that is refused in any case. Never throws.
 */
export function readInPart(commandLine: string, place: ReadingPlace): PartialReading {
  return read(commandLine, place, true);
}

/** What was read, and why no more. */
export interface PartialReading {
  readonly reading: CommandReading;
  readonly why: string | null;
}

function read(commandLine: string, place: ReadingPlace, isLenient: boolean): PartialReading {
  if (commandLine.length > MAX_COMMAND_LENGTH) return unread(`it is longer than ${MAX_COMMAND_LENGTH} characters`);
  if (!commandLine.isWellFormed()) return unread('it is not well-formed Unicode');
  if (commandLine.includes('\0')) return unread('it holds a NUL character');
  const reader: Reader = {
    commands: [],
    findings: [],
    inlineCode: [],
    homeDir: place.homeDir,
    isLenient,
    fault: null,
    hidden: noHiddenSubscript(),
    budget: { steps: 0, words: 0, openWords: 0, characters: 0 },
    pending: [],
    definitions: new Map(),
    readScript,
    readText,
  };
  const frame: Frame = {
    state: startState(place.folder, place.homeDir, place.realPath),
    inputs: [],
    input: null,
    lines: null,
    depth: 0,
    isPiped: false,
    calls: [],
    isTested: false,
    span: { start: 0, end: commandLine.length },
    isVerbatim: true,
  };
  try {
    readScript(reader, parse(commandLine), frame);
    readUncalled(reader);
    return { reading: readingOf(reader), why: reader.fault };
  } catch (error) {
    if (error instanceof UnreadableCommand) return { reading: readingOf(reader), why: error.message };
    // The parser and the walk recurse; a text that overflows the stack is one that nobody writes.
    if (error instanceof RangeError) return { reading: readingOf(reader), why: 'it is nested too deeply' };
    throw error;
  }
}

function unread(why: string): PartialReading {
  return { reading: { commands: [], findings: [], inlineCode: [] }, why };
}

function readText(reader: Reader, text: ShellWord, frame: Frame): void {
  spend(reader, text.text.length);
  const source = text.text
    .replaceAll(GLOB_RUN, '*')
    .replaceAll(GLOB_ONE, '?')
    .replaceAll(GLOB_ANY, '*')
    .replaceAll(FOLDERS, '*');
  const inner = deeper(frame, {
    inputs: text.sources.length > 0 ? [...frame.inputs, ...text.sources] : frame.inputs,
    isVerbatim: false,
  });
  if (!hasUnknown(source)) {
    readScript(reader, parse(source), inner);
    return;
  }
  question(
    reader,
    BUILTIN_RULES.unknownScript,
    'The commands that a shell would read here are not all known before it runs. Write them plainly.',
  );
  try {
    readScript(reader, parse(source), inner);
  } catch (error) {
    // What is unknown may well make it whole: it is asked about in any case.
    if (!(error instanceof UnreadableCommand)) throw error;
  }
}
