import { noteOpenArithmetic } from './hidden-subscript.ts';
import { noteArithmetic } from './nested-scripts.ts';
import type { Frame, Reader } from './reader.ts';
import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Notes the subscripts that a builtin evaluates in the names it is given: `read 'a[x]'` takes `x` for arithmetic. */
export function noteEvaluatedNames(reader: Reader, program: string, words: readonly ShellWord[], frame: Frame): void {
  if (!takesNames(program, words)) return;
  for (const { text } of words) {
    const [, name, subscript] = /^([^=[]*)(?:\[(.*)\])?/s.exec(text) ?? [];
    if (MARK.test(name ?? '')) noteOpenArithmetic(reader);
    if (subscript !== undefined) noteArithmetic(reader, subscript, frame);
  }
}

/** Whether any word of a builtin may be a name. */
function takesNames(program: string, words: readonly ShellWord[]): boolean {
  if (/^(?:printf|test|\[)$/.test(program)) return words.some(({ text }) => text.startsWith('-v'));
  return /^(?:read|unset|wait|declare|typeset|local|readonly|export|mapfile|readarray|getopts)$/.test(program);
}
