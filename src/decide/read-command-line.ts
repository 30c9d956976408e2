import { parse } from 'unbash';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { MAX_COMMAND_LENGTH } from './caps.ts';
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
}

/** All that the command line can reach, or why it cannot be read; then nothing of it may run. */
export type ReadingResult =
  { readonly ok: true; readonly reading: CommandReading } | { readonly ok: false; readonly why: string };

/** Reads a command line as bash would. Pure: nothing is run, no file is looked at. Never throws. */
export function readCommandLine(commandLine: string, place: ReadingPlace): ReadingResult {
  if (commandLine.length > MAX_COMMAND_LENGTH)
    return { ok: false, why: `it is longer than ${MAX_COMMAND_LENGTH} characters` };
  if (!commandLine.isWellFormed()) return { ok: false, why: 'it is not well-formed Unicode' };
  if (commandLine.includes('\0')) return { ok: false, why: 'it holds a NUL character' };
  const reader: Reader = {
    commands: [],
    findings: [],
    inlineCode: [],
    homeDir: place.homeDir,
    budget: { steps: 0, words: 0, openWords: 0, characters: 0 },
    pending: [],
    definitions: new Map(),
    readScript,
    readText,
  };
  const frame: Frame = {
    state: startState(place.folder, place.homeDir),
    inputs: [],
    input: null,
    lines: null,
    depth: 0,
    calls: [],
  };
  try {
    readScript(reader, parse(commandLine), frame);
    readUncalled(reader);
    return { ok: true, reading: readingOf(reader) };
  } catch (error) {
    if (error instanceof UnreadableCommand) return { ok: false, why: error.message };
    // The parser and the walk recurse; a text that overflows the stack is one that nobody writes.
    if (error instanceof RangeError) return { ok: false, why: 'it is nested too deeply' };
    throw error;
  }
}

function readText(reader: Reader, text: ShellWord, frame: Frame): void {
  spend(reader, text.text.length);
  const source = text.text
    .replaceAll(GLOB_RUN, '*')
    .replaceAll(GLOB_ONE, '?')
    .replaceAll(GLOB_ANY, '*')
    .replaceAll(FOLDERS, '*');
  const inner = deeper(frame, { inputs: text.sources.length > 0 ? [...frame.inputs, ...text.sources] : frame.inputs });
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
