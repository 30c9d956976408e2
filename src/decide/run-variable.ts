import { BUILTIN_RULES } from './builtin-rule.ts';
import { noteOpenArithmetic, noteValue } from './hidden-subscript.ts';
import { deeper, question } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { forkState } from './shell-state.ts';
import { MARK, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Variables whose value is a command that the shell or a program runs. */
const COMMAND_VARIABLES =
  /^(?:PROMPT_COMMAND|(?:READ)?NULLCMD|(?:GIT_)?PAGER|MANPAGER|(?:GIT_)?EDITOR|VISUAL|GIT_SEQUENCE_EDITOR|GIT_SSH_COMMAND|GIT_SSH|GIT_ASKPASS|SSH_ASKPASS|SUDO_ASKPASS|GIT_EXTERNAL_DIFF|GIT_PROXY_COMMAND|RSYNC_RSH|BROWSER|RUSTC_WRAPPER|RUSTC|CARGO_TARGET_\w+_(?:RUNNER|LINKER)|CC|CXX|CPP|FC|LESSOPEN|LESSCLOSE|MAKE|npm_config_script_shell)$/;

/** Variables by which programs take their words or their input for something else. */
const OTHER_READING: ReadonlyMap<string, string> = new Map([
  ['POSIXLY_CORRECT', 'With POSIXLY_CORRECT, programs take options behind their operands for files. Leave it out.'],
  ['PYTHONINSPECT', 'With PYTHONINSPECT, Python runs its input behind the script. Leave it out.'],
]);

/** Variables of bash that are integers: what they are given is evaluated. */
const INTEGERS = /^(?:RANDOM|SRANDOM|SECONDS|OPTIND|HISTCMD|LINENO|BASHPID|EPOCH\w+|E?UID|PPID)$/;

/**
 * Reads the value of a variable as a command, where that is what the variable is for, and the commands in its subscripts.
 *
 * @param isNumber the value comes out of arithmetic, so that it holds nothing even where it is not known.
 */
export function runVariable(reader: Reader, name: string, value: ShellWord, frame: Frame, isNumber = false): void {
  noteValue(reader, value.text);
  if (MARK.test(value.text) && !isNumber) {
    reader.hidden.openNames.add(name);
    if (INTEGERS.test(name)) noteOpenArithmetic(reader);
  }
  // Bash expands command substitutions in its prompts; `set -x` prints PS4 in front of each command.
  if (/^PS\d$/.test(name) && (/[`$]/.test(value.text) || MARK.test(value.text))) {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'A prompt that holds an expansion runs it. Leave the prompt as it is.',
    );
  }
  const other = OTHER_READING.get(name);
  if (other !== undefined) question(reader, BUILTIN_RULES.unknownScript, other);
  readSubscript(reader, value.text, frame);
  if (!COMMAND_VARIABLES.test(name) || value.text.trim() === '') return;
  const text = { ...value, text: value.text.replace(/^\|+-?/, '') };
  reader.readText(reader, text, deeper(frame, { state: forkState(frame.state), inputs: [], input: null, lines: null }));
}

/**
 * Reads the commands in a subscript that is still text: wherever bash takes the text for the name of a variable or for
 * arithmetic, it runs them.
 */
export function readSubscript(reader: Reader, text: string, frame: Frame): void {
  const script = /\w\[[^\n]*?((?:\$\((?!\()|`)[^\n]*[)`])/.exec(text)?.[1];
  if (script === undefined) return;
  reader.readText(
    reader,
    shellWord(`: ${script}`),
    deeper(frame, { state: forkState(frame.state), inputs: [], input: null, lines: null }),
  );
}
