import { BUILTIN_RULES } from './builtin-rule.ts';
import { question } from './reader.ts';
import type { Reader } from './reader.ts';
import { MARK } from './shell-word.ts';

/**
 * Arrays of zsh that are the shell itself: its functions, aliases and named folders, and what it runs on its own. The client may run
 * zsh, and no name here is one that scripts for bash give a variable.
 */
const SHELL_ARRAYS =
  /^(?:(?:dis_)?(?:functions|[gs]?aliases)|nameddirs|(?:chpwd|precmd|preexec|periodic|zshexit)_functions)$/;
/** The same for names that scripts for bash give an array too: what is put into it tells. */
const LIKELY_ARRAYS = /^(?:commands|options)$/;
/** Where zsh looks for programs and modules; as one text and no list, names of ordinary variables. */
const SEARCH_ARRAYS = /^(?:path|fpath|module_path)$/;

/** Whether to write one element of the array changes what zsh makes of words. */
export function isShellElement(name: string): boolean {
  return SHELL_ARRAYS.test(name) || LIKELY_ARRAYS.test(name) || SEARCH_ARRAYS.test(name);
}

/** Whether to give the array these elements changes what zsh makes of words. */
export function isShellArray(name: string, elements: readonly string[]): boolean {
  if (SHELL_ARRAYS.test(name) || SEARCH_ARRAYS.test(name)) return true;
  if (!LIKELY_ARRAYS.test(name)) return false;
  // Names and values in turn, or `[name]=value`.
  const isPaired = elements.length % 2 === 0;
  const values = elements.flatMap(
    (text, index) => /^[[\uDC03\uDC04].*?=(.*)$/s.exec(text)?.[1] ?? (isPaired && index % 2 === 1 ? text : []),
  );
  // The state of an option, or the file that runs under a name.
  const value = name === 'options' ? /^(?:on|off)$/ : /^\S*\/\S*$/;
  return values.some((text) => value.test(text) || MARK.test(text));
}

/** Asks about a write to such an array. */
export function askForShellArray(reader: Reader): void {
  question(
    reader,
    BUILTIN_RULES.unknownScript,
    'In zsh an array of this name holds what the shell makes of words. Give it another name.',
  );
}

/** Whether a word that a builtin takes for a variable, with or without a value, is such an array or an element of it. */
export function namesShellArray(word: string): boolean {
  const [, name, next] = /^([A-Za-z_]\w*)(\[|\+?=|$)/.exec(word) ?? [];
  return name !== undefined && (next === '[' ? isShellElement(name) : SHELL_ARRAYS.test(name));
}

/** Functions that zsh calls by their name: before and after commands, at a change of folder, for `~[x]`, at a signal. */
export function isHook(functionName: string): boolean {
  return /^(?:chpwd|precmd|preexec|periodic|zshexit|zsh_directory_name|TRAP[A-Z]\w*)$/.test(functionName);
}
