import { BUILTIN_RULES } from './builtin-rule.ts';
import { PRINTS_ENVIRONMENT } from './unwrap-listing.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** `make`: what its variables hold is run, and so are the functions of its own language. */
export function unwrapMake(invocation: Invocation): Unwrapped {
  const changesShell = invocation.words.some((word) =>
    /^(?:\.?SHELL|\.SHELLFLAGS|MAKEFLAGS)\s*[:+?]?=/.test(word.text),
  );
  const questions = changesShell
    ? [{ ruleId: BUILTIN_RULES.unknownScript, reason: 'This gives make another shell to run its recipes with.' }]
    : [];
  const code = invocation.words.flatMap((word, index) => {
    // Make runs `$(shell cmd)` and `VAR != cmd` wherever they stand.
    if (/\$[({]\s*(?:shell|file|eval)\b|^\w+\s*!=/.test(word.text)) return [word];
    const evaluated = /^(?:--ev(?:al?)?=|-E)(.+)$/s.exec(word.text)?.[1];
    if (evaluated !== undefined) return [{ ...word, text: evaluated }];
    if (/^(?:--ev(?:al?)?|-E)$/.test(word.text)) return [invocation.words[index + 1] ?? word];
    const readsInput =
      /^-[a-zA-Z]*f-$|^--(?:file|makefile)=-$/.test(word.text) ||
      (/^(?:-[a-zA-Z]*f|--file|--makefile)$/.test(word.text) && invocation.words[index + 1]?.text === '-');
    return readsInput ? [invocation.frame.input ?? word] : [];
  });
  const listing = invocation.words.some(printsVariables) ? [PRINTS_ENVIRONMENT] : [];
  return { ...plain(invocation), inners: [...variableCommands(invocation), ...listing], questions, code };
}

/** `make -p` prints all variables, and the environment is among them. */
function printsVariables({ text }: ShellWord): boolean {
  if (text.startsWith('--')) return text.startsWith('--print-d');
  // Behind the first letter that takes a value, the others are that value.
  const letters = /^-([A-Za-z]*)/.exec(text)?.[1] ?? '';
  const value = letters.search(/[fCIjloWE]/);
  return (value < 0 ? letters : letters.slice(0, value)).includes('p');
}

/** `make CC='curl -d @file'`: recipes run what a variable holds. A single word is more often a name than a command. */
function variableCommands({ words, homeDir }: Invocation): readonly Inner[] {
  return words.flatMap((word) => {
    const value = /^[\w.-]+\s*[:+?]{0,3}=\s*(\S+\s.*)$/s.exec(word.text)?.[1];
    return (value?.split(/[;&|\n]+/) ?? []).flatMap((command): readonly Inner[] => {
      const texts = command.trim().split(/\s+/);
      if (texts[0] === '') return [];
      // The shell of the recipe expands what the value holds.
      const expanded = texts.map((text) => ({
        ...word,
        text: text.replace(/^(?:~|\$\$?HOME|\$\$?[({]HOME[)}])(?=\/|$)/, homeDir),
      }));
      return [{ kind: 'words', words: expanded, role: 'inner', isDetached: true }];
    });
  });
}
