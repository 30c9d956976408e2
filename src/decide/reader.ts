import type { RuleId } from '../core/ids.ts';
import { MAX_COMMANDS, MAX_DEPTH, MAX_EXPANDED_CHARACTERS, MAX_OPEN_WORDS, MAX_STEPS, MAX_WORDS } from './caps.ts';
import type { HiddenSubscript } from './hidden-subscript.ts';
import type { CommandReading, CommandSpan, InlineCode, ReachedCommand, ReadingFinding } from './reached-command.ts';
import type { ShellState } from './shell-state.ts';
import { isKnown } from './shell-word.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';
import type { CommandNode, CompoundList, ParsedScript } from './syntax.ts';

/** Collects what a command line reaches, and stops when it is too much. */
export interface Reader {
  readonly commands: ReachedCommand[];
  readonly findings: ReadingFinding[];
  readonly inlineCode: InlineCode[];
  readonly homeDir: string;
  /** Reads on behind a fault of syntax, as far as the parser made sense of the text. */
  readonly isLenient: boolean;
  /** The first fault that was read past. */
  fault: string | null;
  /** Whether arithmetic may run a command in a text that is not followed to it. */
  readonly hidden: HiddenSubscript;
  readonly budget: { steps: number; words: number; openWords: number; characters: number };
  /** Scripts that the command being read writes into (`>(sh)`); read once that command is reached. */
  pending: PendingScript[];
  /** Functions that no command read so far has called, with the frame of their definition. */
  readonly definitions: Map<CommandNode | CompoundList, Frame>;
  /** Reads a script within words; given by the room's entry so that words and scripts can hold each other. */
  readonly readScript: (reader: Reader, script: ParsedScript, frame: Frame) => void;
  /** Reads a script that is text: the argument of `sh -c` and the like. */
  readonly readText: (reader: Reader, text: ShellWord, frame: Frame) => void;
}

/** The script of an output substitution and the frame of the command that holds it. */
export interface PendingScript {
  readonly script: ParsedScript;
  readonly frame: Frame;
}

/** Where in the nesting of commands the reading is. */
export interface Frame {
  readonly state: ShellState;
  /** Commands whose output is on standard input. */
  readonly inputs: readonly CommandRange[];
  /** Standard input itself, where it is known. */
  readonly input: ShellWord | null;
  /** Standard input of the command that is read now is a pipe: zsh hands it on besides what a redirection opens. */
  readonly isPiped: boolean;
  /** What each line of standard input names, where another program lists files there. */
  readonly lines: ShellWord | null;
  readonly depth: number;
  /** Names of functions that are being followed, so that recursion ends. */
  readonly calls: readonly string[];
  /** Whether something asks how this ended, so that the shell goes on behind a failed command in spite of `set -e`. */
  readonly isTested: boolean;
  /** The innermost command of the command line itself that is being read. */
  readonly span: CommandSpan;
  /** Whether what is read stands on the command line as it is, so that its places are places there. */
  readonly isVerbatim: boolean;
}

/** The command line cannot be read to its end. The message says why and is shown to the developer. Never leaves this room. */
export class UnreadableCommand extends Error {}

/** A frame one level deeper. */
export function deeper(frame: Frame, changes: Partial<Frame> = {}): Frame {
  if (frame.depth >= MAX_DEPTH) throw new UnreadableCommand('it is nested too deeply');
  return { ...frame, ...changes, depth: frame.depth + 1 };
}

/** Counts one step of reading. */
export function step(reader: Reader): void {
  reader.budget.steps += 1;
  if (reader.budget.steps > MAX_STEPS) throw new UnreadableCommand('it takes too many steps to read');
}

/** Counts characters that an expansion produced. */
export function spend(reader: Reader, characters: number): void {
  reader.budget.characters += characters;
  if (reader.budget.characters > MAX_EXPANDED_CHARACTERS) throw new UnreadableCommand('its expansions are too long');
}

/** Ends the reading at a fault of syntax, or notes the first one and reads on. */
export function noteFault(reader: Reader, why: string): void {
  if (!reader.isLenient) throw new UnreadableCommand(why);
  reader.fault ??= why;
}

/** Notes a command as reached. */
export function reach(reader: Reader, command: ReachedCommand): void {
  reader.budget.words += command.words.length + 1;
  reader.budget.openWords += command.words.filter((word) => !isKnown(word)).length;
  if (reader.commands.length >= MAX_COMMANDS) throw new UnreadableCommand(`it runs more than ${MAX_COMMANDS} commands`);
  if (reader.budget.words > MAX_WORDS) throw new UnreadableCommand(`its commands have more than ${MAX_WORDS} words`);
  if (reader.budget.openWords > MAX_OPEN_WORDS)
    throw new UnreadableCommand(`more than ${MAX_OPEN_WORDS} of its words are globs or not known before it runs`);
  reader.commands.push(command);
}

/** Notes a reason to ask. */
export function question(reader: Reader, ruleId: RuleId, reason: string): void {
  if (!reader.findings.some((finding) => finding.ruleId === ruleId && finding.reason === reason)) {
    reader.findings.push({ verdict: 'ask', ruleId, reason });
  }
}

/** What was read, once nothing more is added to it. */
export function readingOf(reader: Reader): CommandReading {
  return { commands: reader.commands, findings: reader.findings, inlineCode: reader.inlineCode };
}
