import { awkRunsPrograms } from './awk-program.ts';
import { codeFromInput } from './code-files.ts';
import { codeFromDescriptor, codeInOption } from './inline-input.ts';
import { jqCode } from './jq-filter.ts';
import { sedEffects } from './sed-script.ts';
import { isKnown, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Invocation } from './unwrap.ts';

/** How an interpreter takes program text on its command line. */
interface Interpreter {
  /** Letters of short options whose value is program text. */
  readonly codeLetters: string;
  /** Letters of short options that take another value. */
  readonly valueLetters?: string;
  readonly codeNames?: readonly string[];
  readonly valueNames?: readonly string[];
  /** Subcommands whose operand is program text. */
  readonly codeSubcommands?: readonly string[];
  /** Options are words with one dash: `-eval`. */
  readonly hasLongWords?: boolean;
  /** Reads program text from standard input where no file is named. */
  readonly readsInput: boolean;
}

const JAVASCRIPT: Interpreter = {
  codeLetters: 'ep',
  valueLetters: 'rC',
  codeNames: ['eval', 'print'],
  valueNames: [
    'require',
    'import',
    'loader',
    'experimental-loader',
    'conditions',
    'env-file',
    'input-type',
    'title',
    'test-name-pattern',
    'test-reporter',
    'test-reporter-destination',
    'watch-path',
  ],
  codeSubcommands: ['eval'],
  readsInput: true,
};

const INTERPRETERS: readonly (readonly [RegExp, Interpreter])[] = [
  [/^(?:python|pypy|ipython|micropython)[\d.]*$/, { codeLetters: 'c', valueLetters: 'mWXQ', readsInput: true }],
  [/^(?:node|nodejs|bun|deno|tsx|ts-node)$/, JAVASCRIPT],
  [/^perl[\d.]*$/, { codeLetters: 'eE', valueLetters: 'IMmxFCD', readsInput: true }],
  [/^(?:ruby|jruby|truffleruby)[\d.]*$/, { codeLetters: 'e', valueLetters: 'IrCEFKTx', readsInput: true }],
  [
    /^php[\d.]*$/,
    {
      codeLetters: 'rBRE',
      valueLetters: 'dctSfzF',
      codeNames: ['run', 'process-begin', 'process-code', 'process-end'],
      readsInput: true,
    },
  ],
  [/^lua(?:jit)?[\d.]*$/, { codeLetters: 'e', valueLetters: 'l', readsInput: true }],
  [
    /^(?:R|Rscript|julia|osascript|elixir|groovy|scala|ghc|runghc|swift|crystal|racket|guile|raku|nim|tclsh|wish|expect|octave|gnuplot|sbcl|clojure|bb|emacs)$/,
    {
      codeLetters: 'eEc',
      codeNames: ['eval', 'print', 'execute', 'code', 'exec'],
      readsInput: true,
    },
  ],
  [/^(?:erl)$/, { codeLetters: '', hasLongWords: true, codeNames: ['eval', 'run', 's'], readsInput: false }],
];

/** Program text, in languages other than the shell's, that a command line gives to an interpreter. */
export function inlineCodeOf(invocation: Invocation): readonly ShellWord[] {
  const { program, words, frame } = invocation;
  const fromInput = [...codeFromInput(invocation), ...codeFromDescriptor(invocation), ...codeInOption(invocation)];
  if (fromInput.length > 0) return fromInput;
  if (program === 'jq') return jqCode(words);
  if (program === 'yq') return words.filter((word) => YQ_REACHES_OUT.test(word.text));
  if (/^[gmn]?awk$|^busybox awk$/.test(program)) return awkCode(words);
  if (/^g?sed$/.test(program))
    return words.length > 0 && sedEffects(words).runsPrograms
      ? words.filter((word) => !word.text.startsWith('-')).slice(0, 1)
      : [];
  const interpreter = INTERPRETERS.find(([name]) => name.test(program))?.[1];
  if (interpreter === undefined) return [];
  // `node --import data:text/javascript,...`
  const imported = words.filter((word) => /(?:^|=)data:/.test(word.text));
  if (imported.length > 0) return imported;
  // `deno run -`: the script is standard input, behind a subcommand.
  if (interpreter.codeSubcommands !== undefined && words.some((word) => word.text === '-'))
    return [frame.input ?? shellWord('')];
  const fromModule = /^(?:python|pypy)/.test(program) ? moduleCode(invocation) : [];
  if (fromModule.length > 0) return fromModule;
  if (program === 'deno' && words[0]?.text === 'repl')
    return words.filter(
      (word, at) => word.text.startsWith('--eval') || words[at - 1]?.text.startsWith('--eval') === true,
    );
  const found = codeOptions(words, interpreter);
  if (found.code.length > 0) return found.code;
  const first = found.operand;
  if (interpreter.codeSubcommands?.includes(first?.text ?? '') === true)
    return words.slice(words.indexOf(first ?? words[0] ?? shellWord('')) + 1);
  const isFromInput =
    interpreter.readsInput && (first === null || first.text === '-' || first.text === '/dev/stdin') && !found.isModule;
  if (isFromInput && (frame.input !== null || frame.inputs.length > 0 || first !== null))
    return [frame.input ?? shellWord('')];
  return first?.isDescriptor === true ? [shellWord('')] : [];
}

/** Expressions of yq that load files, run programs or show the environment. */
const YQ_REACHES_OUT = /\bload(?:_\w+)?\s*\(|\b(?:str)?env\s*\(|\benvsubst\b|\bsystem\s*\(|\$ENV\b/;

/** Program text that a module of Python's own runs: `-m timeit CODE`, `-m pdb -c CODE`, `-m code <<< CODE`. */
function moduleCode({ words, frame }: Invocation): readonly ShellWord[] {
  const at = words.findIndex((word) => !word.text.startsWith('-') || /^-[A-Za-z]*m/.test(word.text));
  const attached = /^-[A-Za-z]*m(.*)$/s.exec(words[at]?.text ?? '')?.[1];
  if (attached === undefined) return [];
  const name = attached === '' ? words[at + 1]?.text : attached;
  const rest = words.slice(attached === '' ? at + 2 : at + 1);
  if (name === 'timeit') return rest;
  if (name === 'pdb') return rest.filter((word, index) => /^-c./s.test(word.text) || rest[index - 1]?.text === '-c');
  const readsInput = name === 'code' || name === 'asyncio' || name === 'IPython';
  return readsInput && (frame.input !== null || frame.inputs.length > 0) ? [frame.input ?? shellWord('')] : [];
}

interface CodeOptions {
  readonly code: readonly ShellWord[];
  /** The first operand: a script file. */
  readonly operand: ShellWord | null;
  /** `python -m name`, or an option that only prints. */
  readonly isModule: boolean;
}

function codeOptions(words: readonly ShellWord[], interpreter: Interpreter): CodeOptions {
  const code: ShellWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const { text } = word;
    const next = words[at + 1];
    if (!text.startsWith('-') || text === '-' || text === '--') {
      const operand = text === '--' ? (next ?? null) : word;
      return { code, operand, isModule: false };
    }
    if (text.startsWith('--') || interpreter.hasLongWords === true) {
      const name = /^--?([^=]*)/.exec(text)?.[1] ?? '';
      const equals = text.indexOf('=');
      // Node and others take any beginning of a long option that is unambiguous.
      if (interpreter.codeNames?.some((codeName) => name.length > 0 && codeName.startsWith(name)) === true) {
        code.push(equals < 0 ? (next ?? word) : { ...word, text: text.slice(equals + 1) });
        if (equals < 0) at += 1;
      } else if (equals < 0 && interpreter.valueNames?.includes(name) === true) at += 1;
      else if (/^(?:version|help|test|check|v8-options)$/.test(name)) return { code, operand: null, isModule: true };
      continue;
    }
    const letters = text.slice(1).split('');
    const taking = letters.findIndex(
      (letter) => interpreter.codeLetters.includes(letter) || interpreter.valueLetters?.includes(letter) === true,
    );
    if (taking < 0) {
      if (/^-[vVh]$/.test(text)) return { code, operand: null, isModule: true };
      continue;
    }
    const letter = letters[taking] ?? '';
    const attached = letters.slice(taking + 1).join('');
    if (interpreter.codeLetters.includes(letter)) {
      // `node -pe CODE`: the letters behind are options, too.
      const isCluster = attached !== '' && attached.split('').every((each) => interpreter.codeLetters.includes(each));
      if (attached !== '' && !isCluster) code.push({ ...word, text: attached });
      if (attached === '' || isCluster) {
        code.push(next ?? word);
        at += 1;
      }
    } else {
      if (letter === 'm' && attached === '' && next !== undefined) return { code, operand: next, isModule: true };
      if (attached === '') at += 1;
    }
  }
  return { code, operand: null, isModule: words.some((word) => !isKnown(word)) };
}

function awkCode(words: readonly ShellWord[]): readonly ShellWord[] {
  const programs: ShellWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    if (/^-(?:f|-file)/.test(word.text)) return programs.filter(awkRunsPrograms);
    if (/^(?:-[vFie]|--(?:assign|field-separator|include|source))$/.test(word.text)) {
      if (/^(?:-e|--source)$/.test(word.text)) programs.push(words[at + 1] ?? word);
      at += 1;
    } else if (!word.text.startsWith('-') || word.text === '-') {
      if (programs.length === 0) programs.push(word);
      break;
    } else if (/^(?:-e|--source=)./.test(word.text))
      programs.push({ ...word, text: word.text.replace(/^(?:-e|--source=)/, '') });
  }
  return programs.filter(awkRunsPrograms);
}
