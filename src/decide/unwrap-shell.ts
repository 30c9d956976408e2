import { parse } from 'unbash';
import { own } from './own.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { optionValues, scanOptions } from './option-scan.ts';
import type { OptionSpec } from './option-scan.ts';
import { isPosixOption } from './shell-options.ts';
import { MARK, UNKNOWN, argumentsOf, hasUnknown, isSpread, quoted, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

const UNSEEN_SCRIPT = {
  ruleId: BUILTIN_RULES.unknownScript,
  reason: 'The commands that this shell would run are not seen here. Write them plainly.',
};

/** A shell: its script is an argument, standard input, or a file. */
export function unwrapShell(invocation: Invocation): Unwrapped {
  const { words, frame } = invocation;
  const reading = shellOptions(words, invocation.program.toLowerCase());
  if (reading.isOpen) return { ...plain(invocation), questions: [UNSEEN_SCRIPT] };
  const operands = words.slice(reading.start);
  if (reading.takesText) {
    const [text, scriptName, ...args] = operands;
    if (text === undefined) return { ...plain(invocation), questions: [UNSEEN_SCRIPT] };
    const inner: Inner = {
      kind: 'text',
      text,
      isDetached: true,
      args: argumentsOf(operands.slice(1)) === null ? null : args,
      scriptName: scriptName ?? shellWord(UNKNOWN),
      shellOptions: reading.options,
    };
    return {
      own: words.slice(0, reading.start),
      role: reading.isPlainShell ? 'wrapper' : 'plain',
      inners: [inner],
      questions: readsAlike(invocation.program, text.text) ? [] : [UNSEEN_SCRIPT],
      code: [],
    };
  }
  if (operands.length > 0 && !reading.readsInput) return plain(invocation);
  if (frame.input !== null) {
    const inner: Inner = {
      kind: 'text',
      text: frame.input,
      isDetached: true,
      args: argumentsOf(operands),
      input: null,
      shellOptions: reading.options,
    };
    const isClear = !maySwallowLines(frame.input.text) && readsAlike(invocation.program, frame.input.text);
    const questions = isClear ? [] : [UNSEEN_SCRIPT];
    return { own: words, role: reading.isPlainShell ? 'wrapper' : 'plain', inners: [inner], questions, code: [] };
  }
  return { ...plain(invocation), questions: frame.inputs.length > 0 ? [UNSEEN_SCRIPT] : [] };
}

/** Syntax that bash has and a POSIX shell takes for something else: `$'\' ; cmd`, `((cmd))` and `[[ a > file ]]` run or write there. */
const BASH_ONLY = /\$'|(?<!\$)\(\(|\[\[|\+=|<<<|[<>]\(|\b(?:declare|typeset|local|function|select|coproc|shopt)\b/;

/**
 * Globs that only zsh has: `<1-9>`, `$~x` and `${~x}`, which take the value of a variable for one; `$=x`, which splits it; and `path`,
 * which is PATH there.
 */
const ZSH_ONLY = /<\d*-\d*>|\$\{?[~=^]|\bpath=/;

/** Whether a shell of this name reads a script as bash does, by which it is read here. */
function readsAlike(program: string, text: string): boolean {
  const name = program.toLowerCase();
  if (/^(?:fish|csh|tcsh)$/.test(name)) return false;
  if (name === 'zsh') return !ZSH_ONLY.test(text);
  return !/^(?:sh|dash|ash)$/.test(name) || !BASH_ONLY.test(text);
}

/**
 * A shell reads its script from standard input line by line, and so may the commands in it: one that takes a line away
 * can open a quote that the text as a whole closes.
 */
function maySwallowLines(text: string): boolean {
  if (!text.trimEnd().includes('\n')) return false;
  const isOpen = (line: string): boolean =>
    parse(line).errors?.some((error) => /quot|substitution|expansion|backtick/.test(error.message)) === true;
  return text.includes('<<') || text.split('\n').some(isOpen);
}

interface ShellOptions {
  readonly start: number;
  readonly takesText: boolean;
  readonly readsInput: boolean;
  /** No option makes the shell read other files, so that the script is all that runs. */
  readonly isPlainShell: boolean;
  /** Options of the shell by name; without those that it turns off. */
  readonly options: readonly string[];
  /** The options themselves are not known. */
  readonly isOpen: boolean;
}

/** Options of zsh in letters and words that change no words of a script: `-lic`. */
const ZSH_PLAIN = /^(?:-[cdefilnsuvxo]+|\+[eux]+|--(?:login|interactive|no-?rcs|command))$/;

/** What differs from bash in a shell whatever its options are: `**` stands for any folders, `|&` is no pipe. */
const BUILT_IN_OPTIONS: Readonly<Partial<Record<string, readonly string[]>>> = {
  zsh: ['globstar'],
  ksh: ['coprocesspipe'],
  mksh: ['coprocesspipe'],
};

/** Shells in which `o` and `O` among letters take what follows in the same word. */
const ATTACHES_VALUES = /^(?:zsh|ksh)$/;

function shellOptions(words: readonly ShellWord[], program: string): ShellOptions {
  const options = [...(own(BUILT_IN_OPTIONS, program) ?? [])];
  let takesText = false;
  let readsInput = false;
  let isPlainShell = true;
  let at = 0;
  for (; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (text === '--' || text === '-') {
      at += 1;
      break;
    }
    if (!/^[-+]./.test(text)) break;
    if (MARK.test(text)) return { start: at, takesText, readsInput, isPlainShell, options, isOpen: true };
    if (program === 'zsh' && !ZSH_PLAIN.test(text))
      return { start: at, takesText, readsInput, isPlainShell, options, isOpen: true };
    if (text.startsWith('--')) {
      // `--rcfile F`, `--init-file F`: the file runs first.
      if (/^--(?:rcfile|init-file)/.test(text)) isPlainShell = false;
      if (/^--(?:rcfile|init-file)$/.test(text)) at += 1;
      if (text === '--command') takesText = true;
      if (/^--command=|^--init-command|^--posix$|^-C/.test(text))
        return { start: at, takesText, readsInput, isPlainShell, options, isOpen: true };
      continue;
    }
    // `+c` is `-c` to bash and dash.
    if (text.includes('c')) takesText = true;
    if (text.startsWith('-') && text.includes('s')) readsInput = true;
    if (/^-[a-z]*i/.test(text)) isPlainShell = false;
    if (/^-[A-Za-z]*P/.test(text)) options.push('physical');
    // Ksh.
    if (/^-[A-Za-z]*G/.test(text)) options.push('globstar');
    // Wherever it stands among the letters, each takes the next word (bash and dash; others take what follows in the same word).
    for (const letter of text.match(/[oO]/g) ?? []) {
      at += 1;
      const option = words[at]?.text ?? UNKNOWN;
      options.push(option);
      const isReadAlike = !ATTACHES_VALUES.test(program) || /^[^oO]*[oO]$/.test(text);
      if (!isReadAlike || (letter === 'o' && !isPosixOption(option)))
        return { start: at, takesText, readsInput, isPlainShell, options, isOpen: true };
    }
  }
  const first = words[at];
  const isOpen = first !== undefined && !takesText && isSpread(first.text);
  return { start: at, takesText, readsInput, isPlainShell, options, isOpen };
}

/** `eval`: its words are joined by blanks and read in the same shell. */
export function unwrapEval(invocation: Invocation): Unwrapped {
  const { words, frame } = invocation;
  const operands = words[0]?.text === '--' ? words.slice(1) : words;
  if (operands.length === 0) return { ...plain(invocation), role: 'wrapper' };
  const text = joined(operands);
  if (hasUnknown(text.text)) frame.state.isPoisoned = true;
  return { own: [], role: 'wrapper', inners: [{ kind: 'text', text, isDetached: false }], questions: [], code: [] };
}

interface JoinedSpec extends OptionSpec {
  /** Operands in front of the command; null where only an option gives it. */
  readonly operands: number | null;
  /** Options whose value is the command. */
  readonly textOptions: readonly string[];
  readonly role: 'plain' | 'wrapper';
  /** It runs on another machine: the working folder says nothing. Options may stand behind the host too (ssh(1), OpenSSH). */
  readonly isElsewhere?: boolean;
  /** Each operand is a command of its own. */
  readonly isEach?: boolean;
}

const JOINED: Readonly<Partial<Record<string, JoinedSpec>>> = {
  ssh: { valueLetters: 'BbcDEeFIiJLlmOopQRSWw', operands: 1, textOptions: [], role: 'plain', isElsewhere: true },
  watch: { valueLetters: 'nq', valueNames: ['interval', 'equexit'], operands: 0, textOptions: [], role: 'wrapper' },
  su: {
    valueLetters: 'csgGTw',
    valueNames: ['command', 'session-command', 'shell', 'group'],
    operands: null,
    textOptions: ['c', 'command', 'session-command'],
    role: 'plain',
  },
  runuser: {
    valueLetters: 'csgGTwu',
    valueNames: ['command', 'session-command', 'shell', 'group', 'user'],
    operands: null,
    textOptions: ['c', 'command', 'session-command'],
    role: 'plain',
  },
  script: {
    valueLetters: 'cIOBTEmot',
    valueNames: ['command', 'log-in', 'log-out', 'log-io', 'log-timing', 'echo', 'output-limit'],
    operands: null,
    textOptions: ['c', 'command'],
    role: 'plain',
  },
  hyperfine: {
    valueLetters: 'wrmMpcsSPDLniu',
    valueNames: [
      'warmup',
      'runs',
      'min-runs',
      'max-runs',
      'prepare',
      'setup',
      'cleanup',
      'conclude',
      'shell',
      'export-json',
      'export-markdown',
      'export-csv',
      'command-name',
    ],
    operands: 0,
    textOptions: ['p', 'prepare', 's', 'setup', 'c', 'cleanup', 'conclude'],
    role: 'plain',
    isEach: true,
  },
};

/** Programs that hand a command to a shell as text: `ssh host cmd`, `watch cmd`, `su -c cmd`. */
export function unwrapJoined(invocation: Invocation): Unwrapped {
  const spec = own(JOINED, invocation.program.toLowerCase());
  if (spec === undefined) return plain(invocation);
  const { words } = invocation;
  const scan = scanOptions(words, spec);
  const texts = optionValues(scan, ...spec.textOptions).filter((value) => value !== null);
  // Options may also follow an operand: `su user -c cmd`.
  if (spec.operands === null) {
    const later = scanOptions(words.slice(scan.start + 1), spec);
    texts.push(...optionValues(later, ...spec.textOptions).filter((value) => value !== null));
  }
  const first = scan.start + (spec.operands ?? 0);
  const behind = spec.isElsewhere === true ? scanOptions(words.slice(first), spec) : { start: 0, isCertain: true };
  const start = first + behind.start;
  const operands = spec.operands === null ? [] : words.slice(start);
  if (operands.length > 0) texts.push(...(spec.isEach === true ? operands : [joined(operands)]));
  const place = spec.isElsewhere === true ? { folders: null } : {};
  const inners = texts.map((text): Inner => ({ kind: 'text', text, isDetached: true, ...place }));
  const questions = scan.isCertain && behind.isCertain ? [] : [UNSEEN_SCRIPT];
  // Without a command, a program with the role `wrapper` has nothing that a rule could allow.
  return {
    own: operands.length > 0 ? words.slice(0, start) : words,
    role: inners.length > 0 ? spec.role : 'plain',
    inners,
    questions,
    code: [],
  };
}

/** Words as one text, as `eval` and `ssh` put them together: quotes are gone, so that the shell reads them again. */
export function joined(words: readonly ShellWord[]): ShellWord {
  return { ...shellWord(words.map((word) => word.text).join(' ')), sources: words.flatMap((word) => word.sources) };
}

/** Words as one text in which each stays one word. */
export function joinedQuoted(words: readonly ShellWord[]): ShellWord {
  return {
    ...shellWord(words.map((word) => quoted(word.text)).join(' ')),
    sources: words.flatMap((word) => word.sources),
  };
}
