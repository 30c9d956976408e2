import type { FileRedirection } from './reached-command.ts';
import type { Frame, Reader } from './reader.ts';
import { UNKNOWN_WORDS, shellWord } from './shell-word.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';
import type { Redirection } from './syntax.ts';
import { fieldsOf, hereDocText, textOf } from './word-value.ts';

/** What the redirections of a command open. */
export interface OpenedRedirections {
  readonly files: readonly FileRedirection[];
  /** What standard input holds, where a here-document or a here-string gives it. */
  readonly input: ShellWord | null;
  /** Commands whose output comes in through a redirection. */
  readonly sources: readonly CommandRange[];
}

/** Follows the redirections of one command, in their order. */
export function readRedirections(reader: Reader, redirections: readonly Redirection[], frame: Frame): OpenedRedirections {
  const files: FileRedirection[] = [];
  const sources: CommandRange[] = [];
  let input: ShellWord | null = null;
  for (const redirection of redirections) {
    if (redirection.type === 'HereDoc') {
      input = hereDocText(reader, redirection, frame);
      sources.push(...input.sources);
      continue;
    }
    if (redirection.target === undefined) continue;
    if (redirection.type === 'HereString') {
      const text = textOf(reader, redirection.target, frame);
      input = { ...text, text: `${text.text}\n` };
      sources.push(...input.sources);
      continue;
    }
    const [target, ...more] = fieldsOf(reader, redirection.target, frame);
    const isDuplicate = redirection.operator === '<&' || redirection.operator === '>&';
    if (target === undefined || (isDuplicate && /^(?:\d+-?|-)$/.test(target.text))) continue;
    sources.push(...target.sources);
    // Several words are an error in bash; which one other shells take is not known.
    files.push({ access: ACCESS[redirection.operator], target: more.length > 0 ? shellWord(UNKNOWN_WORDS, target.sources) : target });
  }
  return { files, input, sources };
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
