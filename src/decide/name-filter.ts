import { shapeOf } from './command-shape.ts';
import { own } from './own.ts';
import { PATTERN_FIRST } from './program-roles.ts';
import { isSpread } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

const GREP =
  /^-[EFGPivwxhysazqNISU]*(?:[em].*)?$|^--(?:invert-match|ignore-case|extended-regexp|fixed-strings|perl-regexp|word-regexp|line-regexp|no-messages|regexp|max-count|line-buffered|null-data|text|smart-case|no-line-number)(?:=|$)/;
const ENDS = /^-(?:\d+|n.*|[qz]+)$|^--(?:lines|quiet|zero-terminated)(?:=|$)/;

/** By program, the options with which it passes whole lines of its input on, in whatever order, and prints nothing else. */
const FILTERS: Readonly<Partial<Record<string, RegExp>>> = {
  head: ENDS,
  tail: ENDS,
  sort: /^-[bdfghiMnRrVsuz]+$|^-[kt]|^--(?:reverse|unique|numeric-sort|version-sort|general-numeric-sort|human-numeric-sort|random-sort|dictionary-order|ignore-case|key|field-separator|zero-terminated|stable)(?:=|$)/,
  uniq: /^-[udiz]+$|^--(?:unique|repeated|ignore-case|zero-terminated)$/,
  grep: GREP,
  egrep: GREP,
  fgrep: GREP,
  rg: GREP,
  cat: /^-[us]+$/,
  tac: /^(?!)/,
  shuf: /^-[nz]|^--(?:head-count|zero-terminated)/,
};

/** Whether a program passes lines of its standard input on as they are, or drops some, and reads nothing else. */
export function isNameFilter(program: string, words: readonly ShellWord[]): boolean {
  const options = own(FILTERS, program);
  if (options === undefined) return false;
  let operands = 0;
  let hasPattern = own(PATTERN_FIRST, program) === undefined;
  for (const { kind, word } of shapeOf(program, words)) {
    if (kind === 'option') {
      if (!options.test(word.text)) return false;
      hasPattern ||= /^-[A-Za-z]*e|^--regexp/.test(word.text);
    } else if (kind === 'operand' || kind === 'value-or-operand') {
      if (isSpread(word.text)) return false;
      if (word.text !== '-') operands += 1;
    }
  }
  return operands === (hasPattern ? 0 : 1);
}
