import type { FileRedirection } from './reached-command.ts';
import type { Frame, Reader } from './reader.ts';
import { UNKNOWN_WORDS, shellWord } from './shell-word.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';
import type { Redirection } from './syntax.ts';
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
  let stdin: OpenedRedirections['stdin'] = 'inherited';
  for (const redirection of redirections) {
    const isStdin = opensStdin(redirection);
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
  }
  return { files, stdin, input, sources };
}

/** Whether a redirection replaces standard input, which is descriptor 0 unless another one is named. */
function opensStdin(redirection: Redirection): boolean {
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
