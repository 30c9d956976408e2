import { BUILTIN_RULES } from './builtin-rule.ts';
import { getoptWords, valuesNamed } from './getopt-words.ts';
import { MAKE } from './make-options.ts';
import { PRINTS_ENVIRONMENT } from './unwrap-listing.ts';
import { UNKNOWN, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** Functions of make that run a program or write a file, and those by which another function is named. */
const RUNNING_FUNCTION = /\$[({]\s*(?:shell|file|eval|guile|call|foreach|let|map)\b/;
/** Variables of make in front of their sign; `VAR != cmd` runs the command. */
const ASSIGNED = /^([^\s:=!#?+]+)\s*((?:\?|\+|!|:{1,3})?=)/;

/** `make`: what its variables hold is run, and so are the functions of its own language. */
export function unwrapMake(invocation: Invocation): Unwrapped {
  const { words, frame } = invocation;
  const read = getoptWords(words, MAKE);
  const changesShell = words.some(({ text }) => /^(?:\.?SHELL|\.SHELLFLAGS|MAKEFLAGS)$/.test(assigned(text)));
  const questions = changesShell
    ? [{ ruleId: BUILTIN_RULES.unknownScript, reason: 'This gives make another shell to run its recipes with.' }]
    : [];
  const isRead = valuesNamed(read, 'f', 'file', 'makefile').some(({ text }) => text === '-');
  const code = [
    ...words.filter(({ text }) => RUNNING_FUNCTION.test(text) || ASSIGNED.exec(text)?.[2] === '!='),
    ...valuesNamed(read, 'E', 'eval'),
    ...(isRead ? [frame.input ?? shellWord('')] : []),
    ...(read.isCertain ? [] : words),
  ];
  // `make -p` prints all variables, and the environment is among them.
  const isListing = read.options.some(({ name }) => name === 'p' || name === 'print-data-base');
  const listing = isListing ? [PRINTS_ENVIRONMENT] : [];
  return {
    ...plain(invocation),
    inners: [...variableCommands(invocation), ...listing],
    questions,
    code: [...new Set(code)],
  };
}

function assigned(text: string): string {
  return ASSIGNED.exec(text)?.[1] ?? '';
}

/** `make CC='curl -d @file'`: recipes run what a variable holds. A single word is more often a name than a command. */
function variableCommands({ words, homeDir }: Invocation): readonly Inner[] {
  return words.flatMap((word) => {
    const met = ASSIGNED.exec(word.text);
    const value = met === null ? '' : word.text.slice(met[0].length).trim();
    const isSeveral = /^\S+\s/.test(value);
    const commands = (isSeveral ? value.split(/[;&|\n]+/) : []).flatMap((command): readonly Inner[] => {
      const texts = command.trim().split(/\s+/);
      if (texts[0] === '') return [];
      // The shell of the recipe expands what the value holds.
      const expanded = texts.map((text) => ({
        ...word,
        text: text.replace(/^(?:~|\$\$?HOME|\$\$?[({]HOME[)}])(?=\/|$)/, homeDir),
      }));
      return [{ kind: 'words', words: expanded, role: 'inner', isDetached: true }];
    });
    return [...commands, ...expansions(word, value)];
  });
}

/** What the shell of a recipe does with the signs in a value: `F='$$(cmd)'`, `F='x > file'`, ``F='`cmd`'``. */
function expansions(word: ShellWord, value: string): readonly Inner[] {
  if (!/[`<>]|\$\$/.test(value) || !isComplete(value)) return [];
  // Without a substitution the commands in it are those that are read as words.
  const told = /`|\$\$/.test(value) ? value : value.replaceAll(/(?<![<>])(?:[;\n|]|&(?!>))+/g, ' ; : ');
  const seen = told.replaceAll(/\$(?:\$|\([^()]*\)|\{[^{}]*\}|[^])/g, (met) => (met === '$$' ? '$' : UNKNOWN));
  return [{ kind: 'text', text: { ...word, text: `: ${seen}` }, isDetached: true }];
}

/** Text that no shell would take stands between the recipe's own quotes, or makes it fail. */
function isComplete(value: string): boolean {
  const count = (quote: string): number => value.split(quote).length - 1;
  const isOpen = count("'") % 2 === 1 || count('"') % 2 === 1 || count('`') % 2 === 1;
  return !isOpen && !/[<>]&?\|?\s*(?:$|[;|&)])/.test(value);
}
