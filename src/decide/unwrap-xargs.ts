import { BUILTIN_RULES } from './builtin-rule.ts';
import { optionValues, scanOptions } from './option-scan.ts';
import { UNKNOWN, UNKNOWN_WORDS, isKnown, quoted, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';
import { replaced } from './unwrap-find.ts';
import { innersFrom } from './unwrap-prefix.ts';
import { joined } from './unwrap-shell.ts';

const XARGS = {
  valueLetters: 'aEILnPsdRSJ',
  flagLetters: '0rtpxoeil',
  valueNames: ['arg-file', 'delimiter', 'max-args', 'max-procs', 'max-chars', 'process-slot-var'],
  flagNames: [
    'null',
    'no-run-if-empty',
    'verbose',
    'interactive',
    'exit',
    'open-tty',
    'show-limits',
    // These take their value attached or not at all.
    'max-lines',
    'replace',
    'eof',
  ],
};

/** Most words of known input that are put behind the command of `xargs`; above, they are not known. */
const MAX_INPUT_WORDS = 200;

/** `xargs`: a command, with the words of standard input behind it or in place of a placeholder. */
export function unwrapXargs(invocation: Invocation): Unwrapped {
  const { words } = invocation;
  const scan = scanOptions(attachedOptionalValues(words), XARGS);
  const read = inputWords(
    invocation,
    scan.options.some((option) => ['a', 'arg-file', '0', 'null', 'd', 'delimiter'].includes(option.name)),
  );
  const placeholder = placeholderOf(words.slice(0, scan.start)) ?? optionValues(scan, 'I', 'J').at(-1)?.text ?? null;
  const commands =
    scan.start < words.length ? innersFrom(words, scan.start, scan.isCertain, {}) : [wordsInner([shellWord('echo')])];
  const inners = commands.flatMap((inner): readonly Inner[] => {
    if (inner.kind !== 'words') return [inner];
    if (placeholder === null || !inner.words.some((word) => word.text.includes(placeholder)))
      return [{ ...inner, words: [...inner.words, ...read], input: null }];
    return read.map((item) => ({
      ...inner,
      words: inner.words.map((word) => replaced(word, placeholder, single(item))),
      input: null,
    }));
  });
  return {
    own: words.slice(0, scan.start),
    role: 'wrapper',
    inners: inners.map((inner) => ({ ...inner, isDetached: true })),
    questions: [],
    code: [],
  };

  function single(item: ShellWord): ShellWord {
    // In place of a placeholder a line is one word or a part of one.
    return item.text === UNKNOWN_WORDS ? { ...item, text: UNKNOWN } : item;
  }
}

function wordsInner(words: readonly ShellWord[]): Inner {
  return { kind: 'words', words, isDetached: true };
}

/** `-i` and `--replace` take their value attached or not at all. */
function placeholderOf(words: readonly ShellWord[]): string | null {
  for (const { text } of words) {
    const attached = /^(?:-[0rtpxo]*i|--replace=?)(.*)$/s.exec(text);
    if (attached !== null) return attached[1] === '' ? '{}' : (attached[1] ?? '{}');
  }
  return null;
}

/** `-iX`, `-eX`, `-lX`: the value is attached and none of its letters is an option. */
function attachedOptionalValues(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.map((word) =>
    /^-[0rtpxo]*[iel]./.test(word.text) ? { ...word, text: word.text.replace(/^(-[0rtpxo]*[iel]).*$/s, '$1') } : word,
  );
}

function inputWords({ frame }: Invocation, isOther: boolean): readonly ShellWord[] {
  if (frame.lines !== null) return [frame.lines];
  const { input } = frame;
  if (isOther || input === null || !isKnown(input) || /['"\\]/.test(input.text))
    return [shellWord(UNKNOWN_WORDS, input?.sources ?? [])];
  const words = input.text.split(/\s+/).filter((word) => word !== '');
  return words.length > MAX_INPUT_WORDS
    ? [shellWord(UNKNOWN_WORDS, input.sources)]
    : words.map((word) => shellWord(word, input.sources));
}

/** `parallel`: a command text and the arguments behind `:::`, or the lines of standard input. */
export function unwrapParallel(invocation: Invocation): Unwrapped {
  const { words, frame } = invocation;
  const scan = scanOptions(words, {
    valueLetters: 'jnNLIaSsPdCE',
    valueNames: [
      'jobs',
      'max-args',
      'arg-file',
      'colsep',
      'delay',
      'joblog',
      'results',
      'sshlogin',
      'timeout',
      'retries',
      'tmpdir',
      'workdir',
      'halt',
    ],
  });
  const separator = words.findIndex((word) => word.text.startsWith(':::'));
  const command = words.slice(scan.start, separator < 0 ? words.length : separator);
  const given =
    separator < 0
      ? inputWords(invocation, false)
      : words.slice(separator + 1).filter((word) => !word.text.startsWith(':::'));
  const front = joined(command).text;
  const texts = given.slice(0, MAX_INPUT_WORDS).map((item): ShellWord => {
    if (front === '') return item;
    const argument = quoted(item.text);
    const text = front.includes('{}') ? front.replaceAll('{}', () => argument) : `${front} ${argument}`;
    return { ...item, text };
  });
  const inners = texts.map((text): Inner => ({ kind: 'text', text, isDetached: true, input: null }));
  const questions =
    scan.isCertain && frame.lines === null
      ? []
      : [{ ruleId: BUILTIN_RULES.unknownScript, reason: 'What `parallel` would run is not all seen here.' }];
  return { own: words.slice(0, scan.start), role: 'plain', inners, questions, code: [] };
}
