import type { RuleId } from '../core/ids.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';

/** A simple command that a command line can reach, whatever wraps it. */
export interface ReachedCommand {
  /** The program as named; for an assignment `ASSIGNMENT_PROGRAM`, empty for redirections alone. */
  readonly program: ShellWord;
  /** The words after the program; of a wrapper, only those that are its own. */
  readonly words: readonly ShellWord[];
  readonly redirections: readonly FileRedirection[];
  /** Absolute folders, one of which it runs in; null where that is not known. */
  readonly folders: readonly string[] | null;
  /** Commands whose output reaches this one: upstream in the pipeline, or in its words. */
  readonly sources: readonly CommandRange[];
  /** What its standard input holds, where that is known. */
  readonly input: ShellWord | null;
  readonly role: CommandRole;
  /** Where on the command line the command stands that runs this one. */
  readonly span: CommandSpan;
}

/** A part of a command line: half-open, in UTF-16 code units. */
export interface CommandSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * `plain` must be allowed by a rule; a `wrapper` only runs what follows it and needs no rule of its own; an `inner`
 * one is run by a program that a rule allowed for whatever it runs (`npx`), so that only denials and questions count.
 */
export type CommandRole = 'plain' | 'wrapper' | 'inner';

/** A file that a redirection opens. */
export interface FileRedirection {
  readonly access: 'read' | 'write' | 'both';
  readonly target: ShellWord;
}

/** What reading alone found: a reason to ask or to refuse that no rule of the policy has to name. */
export interface ReadingFinding {
  readonly verdict: 'ask' | 'deny';
  readonly ruleId: RuleId;
  readonly reason: string;
}

/** Program text on a command line, in a language that is no shell. */
export interface InlineCode {
  readonly program: string;
  readonly text: string;
  readonly folders: readonly string[] | null;
  readonly span: CommandSpan;
}

/** All that a command line can reach. */
export interface CommandReading {
  readonly commands: readonly ReachedCommand[];
  readonly findings: readonly ReadingFinding[];
  readonly inlineCode: readonly InlineCode[];
}
