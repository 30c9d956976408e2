import type { LineWord } from './shell-reading.ts';

/** Actions of `find` that run something or change files. */
export const FIND_ACTIONS: ReadonlySet<string> = new Set(
  '-exec -execdir -ok -okdir -delete -fprint -fprint0 -fprintf -fls -files0-from'.split(' '),
);
const JQ_FILE_OPTION = /^(?:-f|--from-file|-L|--slurpfile|--rawfile|--run-tests|--library-path)/;
const JQ_REACHES_OUT = /\benv\b|\$ENV|\b(?:import|include|input_filename)\b|\bsystem\(/;
/** Programs of the awk family, and the options of theirs that the client can check. */
const AWKS = new Set(['awk', 'gawk', 'mawk', 'nawk']);
const AWK_OPTION = /^-(?:F.*|v.*|-)?$/;
const AWK_RUNS = /\bsystem\s*\(/;

/** Whether words of `jq` read files that are no operands, the environment, or run something. */
export function reachesOutOfJq(operands: readonly string[]): boolean {
  return operands.some((word) => JQ_FILE_OPTION.test(word) || JQ_REACHES_OUT.test(word));
}

/**
 * Why a rule with a wildcard does not allow a command: with these words the program runs others or writes. A rule that
 * spells the whole command does allow it. Null for every other command.
 */
export function exactOnly(words: readonly LineWord[]): string | null {
  const [name = '', ...rest] = words.map((word) => word.value);
  if (name === 'find') {
    const action = rest.find((word) => FIND_ACTIONS.has(word));
    return action === undefined ? null : `\`find ${action}\` runs commands or changes files`;
  }
  if (name === 'jq' && rest.some((word) => JQ_FILE_OPTION.test(word)))
    return 'these options of `jq` read more than its input';
  if (!AWKS.has(name)) return null;
  if (rest.some((word) => AWK_RUNS.test(word))) return 'the `awk` program runs commands';
  const option = rest.find((word) => word.startsWith('-') && !AWK_OPTION.test(word));
  return option === undefined ? null : `the client does not check \`awk ${option}\``;
}
