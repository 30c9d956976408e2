import { fdFiles, foundFiles } from './listed-files.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** `find -exec`: what it runs, with the names that it finds in place of `{}`. */
export function unwrapFind(invocation: Invocation): Unwrapped {
  const { own, commands } = splitCommands(invocation.words, /^-(?:exec|execdir|ok|okdir)$/, /^[;+]$/);
  const found = foundFiles(own, invocation.frame.state.folders);
  const inners = commands.map(({ words, option }): Inner => {
    const place = option.endsWith('dir') ? { folders: null } : {};
    return { kind: 'words', words: words.map((word) => replaced(word, '{}', found)), isDetached: true, ...place };
  });
  return { own, role: 'plain', inners, questions: [], code: [] };
}

/** `fd -x`: the same, with the name at the end where no placeholder names it. */
export function unwrapFd(invocation: Invocation): Unwrapped {
  const { own, commands } = splitCommands(invocation.words, /^(?:-x|-X|--exec|--exec-batch)$/, /^;$/);
  const listed = fdFiles(own, invocation.frame.state.folders);
  const inners = commands.map(({ words }): Inner => {
    const filled = words.map((word) => filledIn(word, listed));
    const isFilled = filled.some((word, at) => word !== words[at]);
    return { kind: 'words', words: isFilled ? filled : [...filled, listed], isDetached: true };
  });
  // The options stay among the own words: rules may name them.
  return {
    own: [...own, ...commands.map(({ option }) => shellWord(option))],
    role: 'plain',
    inners,
    questions: [],
    code: [],
  };
}

/** `{.}` and `{/.}` are without the ending, `{/}` without the folders, `{//}` the folder: names at, or below, where `fd` starts. */
function filledIn(word: ShellWord, listed: ShellWord): ShellWord {
  const text = word.text.replaceAll(/\{(?:\.|\/|\/\/|\/\.)?\}/g, () => listed.text);
  return text === word.text ? word : { ...word, text, sources: [...word.sources, ...listed.sources] };
}

interface SplitWords {
  readonly own: readonly ShellWord[];
  readonly commands: readonly { readonly option: string; readonly words: readonly ShellWord[] }[];
}

function splitCommands(words: readonly ShellWord[], start: RegExp, end: RegExp): SplitWords {
  const own: ShellWord[] = [];
  const commands: { option: string; words: ShellWord[] }[] = [];
  let open: { option: string; words: ShellWord[] } | null = null;
  for (const word of words) {
    if (open === null && start.test(word.text)) {
      open = { option: word.text, words: [] };
      commands.push(open);
    } else if (open !== null && end.test(word.text)) open = null;
    else (open?.words ?? own).push(word);
  }
  return { own, commands };
}

/** A word with a placeholder filled in. */
export function replaced(word: ShellWord, placeholder: string, by: ShellWord): ShellWord {
  if (placeholder === '' || !word.text.includes(placeholder)) return word;
  return { ...word, text: word.text.replaceAll(placeholder, () => by.text), sources: [...word.sources, ...by.sources] };
}
