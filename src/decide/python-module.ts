import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Inner, Invocation } from './unwrap.ts';

/** Modules that are programs with rules of their own: what allows Python does not allow them. */
const WITH_RULES = /^(?:pip3?|uv|poetry|pipx|pipenv|pdm|hatch|twine|flit)$/;
/** Modules that run a script, or another module behind `-m`, as Python itself does. */
const RUNNERS =
  /^(?:cProfile|profile|pdb|trace|coverage|debugpy|viztracer|pyinstrument|scalene|memory_profiler|kernprof)$/;
/** Modules that read program text from their standard input. */
const READS_INPUT = /^(?:code|asyncio|pdb|idlelib|IPython|bpython|ptpython)$/;

/** `python -m pip`: the module is a program of its own; `python -m cProfile x.py` runs the script as Python would. */
export function moduleCommands({ program, words: given }: Invocation): readonly Inner[] {
  const words = moduleWords(given);
  const [first, ...rest] = words;
  if (first === undefined) return [];
  const python = { ...first, text: program };
  const inners: Inner[] = [
    { kind: 'words', words, role: WITH_RULES.test(first.text) ? 'plain' : 'inner', isDetached: true },
  ];
  const dashM = { ...first, text: '-m' };
  if (first.text === 'runpy' && rest.length > 0)
    inners.push({ kind: 'words', words: [python, dashM, ...rest], role: 'inner', isDetached: true });
  const nested = RUNNERS.test(first.text) ? nestedModule(rest) : [];
  if (nested.length > 0)
    inners.push({ kind: 'words', words: [python, dashM, ...nested], role: 'inner', isDetached: true });
  return inners;
}

/** The module that another one is told to run, and its words. */
function nestedModule(words: readonly ShellWord[]): readonly ShellWord[] {
  const at = words.findIndex(({ text }) => /^(?:-[a-zA-Z]*m|--module(?:=|$))/.test(text));
  const word = words[at];
  if (word === undefined) return [];
  const attached = word.text.startsWith('--') ? word.text.slice('--module='.length) : word.text.replace(/^-[^m]*m/, '');
  return attached === '' ? words.slice(at + 1) : [{ ...word, text: attached }, ...words.slice(at + 1)];
}

/** Program text that a module of Python's own runs: `-m timeit CODE`, `-m pdb -c CODE`, `-m code <<< CODE`. */
export function moduleCode({ words, frame }: Invocation): readonly ShellWord[] {
  const [module, ...rest] = moduleWords(words);
  if (module === undefined) return [];
  if (module.text === 'timeit') return rest;
  const given = /^(?:pdb|idlelib|pyinstrument|IPython|debugpy)$/.test(module.text)
    ? rest.filter((word, index) => /^-c./s.test(word.text) || /^-c$/.test(rest[index - 1]?.text ?? ''))
    : [];
  const hasInput = READS_INPUT.test(module.text) && (frame.input !== null || frame.inputs.length > 0);
  return hasInput ? [...given, frame.input ?? shellWord('')] : given;
}

/** The module and its words; none where a script or a program text stands in front. */
function moduleWords(words: readonly ShellWord[]): readonly ShellWord[] {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? shellWord('');
    if (!/^-./.test(word.text)) return [];
    if (word.text === '--check-hash-based-pycs') at += 1;
    const taking = /^-(?!-)[^-WXQcm]*([WXQcm])(.*)$/s.exec(word.text);
    if (taking === null) continue;
    const [, letter, attached = ''] = taking;
    if (letter === 'c') return [];
    if (letter === 'm')
      return attached === '' ? words.slice(at + 1) : [{ ...word, text: attached }, ...words.slice(at + 1)];
    if (attached === '') at += 1;
  }
  return [];
}
