import { BUILTIN_RULES } from './builtin-rule.ts';
import { noteArithmetic } from './nested-scripts.ts';
import { noteWrite } from './reach-assignment.ts';
import type { FileRedirection } from './reached-command.ts';
import { question } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { loseVariable } from './shell-state.ts';
import { UNKNOWN, UNKNOWN_WORDS, shellWord } from './shell-word.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';
import type { Command, Redirection, Word } from './syntax.ts';
import { fieldsOf, hereDocText, textOf } from './word-value.ts';

/** What the redirections of a command open. */
export interface OpenedRedirections {
  readonly files: readonly FileRedirection[];
  /** What becomes of standard input: as it was, the text of `input`, or something that is not followed. */
  readonly stdin: 'inherited' | 'known' | 'other';
  /** What standard input holds, where a here-document or a here-string gives it. */
  readonly input: ShellWord | null;
  /** Commands whose output comes in through a redirection. */
  readonly sources: readonly CommandRange[];
}

/** Follows the redirections of one command, in their order. */
export function readRedirections(
  reader: Reader,
  redirections: readonly Redirection[],
  frame: Frame,
): OpenedRedirections {
  const files: FileRedirection[] = [];
  const sources: CommandRange[] = [];
  let input: ShellWord | null = null;
  let inputs = 0;
  let stdin: OpenedRedirections['stdin'] = 'inherited';
  for (const [index, redirection] of redirections.entries()) {
    const next = redirections[index + 1];
    const isNumbers = redirection.type === 'Redirect' && /^\d*-\d*$/.test(redirection.target?.text ?? '');
    if (isNumbers && next?.pos === redirection.end) askForNumbers(reader);
    const isStdin = opensStdin(redirection);
    if (isStdin) inputs += 1;
    if (redirection.descriptor?.type === 'FileDescriptorVariable')
      noteDescriptor(reader, redirection.descriptor.name, frame);
    if (redirection.type === 'HereDoc') {
      const text = hereDocText(reader, redirection, frame);
      sources.push(...text.sources);
      // INVARIANT: of several redirections of standard input, the last one holds.
      if (isStdin) [input, stdin] = [text, 'known'];
      continue;
    }
    if (isStdin && redirection.type === 'Redirect') [input, stdin] = [null, 'other'];
    if (redirection.target === undefined) continue;
    if (redirection.type === 'HereString') {
      const text = textOf(reader, redirection.target, frame);
      sources.push(...text.sources);
      if (isStdin) [input, stdin] = [{ ...text, text: `${text.text}\n` }, 'known'];
      continue;
    }
    const [target, ...more] = fieldsOf(reader, redirection.target, frame);
    const isDuplicate = redirection.operator === '<&' || redirection.operator === '>&';
    if (target === undefined || (isDuplicate && /^(?:\d+-?|-)$/.test(target.text))) continue;
    sources.push(...target.sources);
    // Several words are an error in bash; which one other shells take is not known.
    files.push({
      access: ACCESS[redirection.operator],
      target: more.length > 0 ? shellWord(UNKNOWN_WORDS, target.sources) : target,
    });
    // Zsh writes the file whatever `noclobber` says: `>!file`.
    if (ACCESS[redirection.operator] === 'write' && /^!./s.test(redirection.target.text))
      files.push({ access: 'write', target: { ...target, text: target.text.slice(1) } });
  }
  // Zsh reads one after the other where bash reads the last one.
  if (inputs > 1 && input !== null) input = { ...input, text: input.text + UNKNOWN };
  return { files, stdin, input, sources };
}

/** `cat x<1-9>y` opens two files, or in zsh those whose name holds such a number. */
function askForNumbers(reader: Reader): void {
  question(reader, BUILTIN_RULES.unknownScript, 'Zsh takes this for a glob of numbers. Put blanks around the file.');
}

/** Words that zsh takes for the file of a `>!` in front of them, where bash writes to a file of the name `!`. */
export function forcedTargets({ name, prefix, suffix, redirects }: Command): readonly Word[] {
  const words = [...prefix, ...(name === undefined ? [] : [name]), ...suffix].filter((part) => part.type === 'Word');
  return redirects
    .filter((redirect) => redirect.type === 'Redirect' && redirect.target?.text === '!')
    .flatMap(({ end }) => words.find(({ pos }) => pos >= end) ?? []);
}

/** `{x}> file` writes the number of the descriptor into a variable, or into an element: `{a[x]}> file`. */
function noteDescriptor(reader: Reader, target: string, frame: Frame): void {
  const [, name, subscript] = /^(\w+)(?:\[(.*)\])?$/s.exec(target) ?? [];
  if (name === undefined) return;
  if (subscript !== undefined) noteArithmetic(reader, subscript, frame);
  loseVariable(frame.state, name);
  noteWrite(reader, name, null, frame, true);
}

/** Whether a redirection replaces standard input, which is descriptor 0 unless another one is named. */
export function opensStdin(redirection: Redirection): boolean {
  const { descriptor } = redirection;
  if (descriptor !== undefined) return descriptor.type === 'FileDescriptor' && descriptor.value === 0;
  return redirection.type !== 'Redirect' || redirection.operator.startsWith('<');
}

const ACCESS = {
  '<': 'read',
  '<&': 'read',
  '<>': 'both',
  '>': 'write',
  '>>': 'write',
  '>|': 'write',
  '>&': 'write',
  '&>': 'write',
  '&>>': 'write',
} as const;
