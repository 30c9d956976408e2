import { ASSIGNMENT_PROGRAM } from '../core/command-pattern.ts';
import { reach } from './reader.ts';
import { runVariable } from './run-variable.ts';
import type { Frame, Reader } from './reader.ts';
import { UNKNOWN, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Notes an assignment as a command of its own, so that rules on `<assign>` see it. */
export function reachAssignment(reader: Reader, name: string, value: ShellWord, frame: Frame): void {
  reach(reader, {
    program: shellWord(ASSIGNMENT_PROGRAM),
    words: [{ ...value, text: `${name}=${value.text}` }],
    redirections: [],
    folders: frame.state.folders,
    sources: value.sources,
    input: null,
    role: 'plain',
    span: frame.span,
  });
}

/**
 * Notes that a builtin, a loop or an expansion writes a variable, as an assignment would. The value may not be known.
 *
 * @param isNumber the value comes out of arithmetic.
 */
export function noteWrite(reader: Reader, name: string, value: ShellWord | null, frame: Frame, isNumber = false): void {
  const written = value ?? shellWord(UNKNOWN);
  reachAssignment(reader, name, written, frame);
  runVariable(reader, name, written, frame, isNumber);
}
