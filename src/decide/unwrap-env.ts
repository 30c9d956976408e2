import { BUILTIN_RULES } from './builtin-rule.ts';
import { optionValues, scanOptions } from './option-scan.ts';
import { physicalFolders } from './physical-folder.ts';
import { isKnown, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';
import { innersFrom } from './unwrap-prefix.ts';
import { joinedQuoted } from './unwrap-shell.ts';

const SPEC = {
  valueLetters: 'uCSa',
  flagLetters: 'i0v',
  valueNames: ['unset', 'chdir', 'split-string', 'argv0'],
  flagNames: ['ignore-environment', 'null', 'debug'],
};

const UNSPLIT = {
  ruleId: BUILTIN_RULES.unknownScript,
  reason: 'How `env` splits this text is not followed. Write the command plainly.',
};

/** `env`: assignments, then a command; without one it prints the environment. */
export function unwrapEnv(invocation: Invocation): Unwrapped {
  const { words, frame } = invocation;
  const scan = scanOptions(words, SPEC);
  const [split] = optionValues(scan, 'S', 'split-string');
  // A lone dash behind the options is `-i`.
  const start = words[scan.start]?.text === '-' ? scan.start + 1 : scan.start;
  const rest = words.slice(start);
  const chosen = optionValues(scan, 'C', 'chdir').at(-1)?.text;
  const folders = chosen === undefined ? frame.state.folders : physicalFolders(frame.state, chosen);
  const place = folders === frame.state.folders ? {} : { folders };
  if (split !== undefined && split !== null) {
    // `env -S 'A=1 cmd x'` is `env A=1 cmd x`. The text is read as a shell would read it too, as people mean it.
    const parts = splitWords(split);
    const tail = rest.length > 0 ? ` ${joinedQuoted(rest).text}` : '';
    const inners: Inner[] = [
      { kind: 'text', text: { ...split, text: `${split.text}${tail}` }, isDetached: true, ...place },
    ];
    if (parts !== null)
      inners.push({ kind: 'words', words: [shellWord('env'), ...parts, ...rest], isDetached: true, ...place });
    const questions = parts === null ? [UNSPLIT] : [];
    return { own: [], role: 'wrapper', isSilent: true, inners, questions, code: [] };
  }
  const hasCommand = rest.some((word) => !/^[A-Za-z_]\w*=/.test(word.text));
  if (!hasCommand) return plain(invocation);
  const inners = innersFrom(words, start, scan.isCertain, { takesAssignments: true });
  // A rule on `env` is about printing the environment, which it does only without a command.
  return {
    own: [],
    role: 'wrapper',
    isSilent: true,
    inners: inners.map((inner) => ({ ...inner, ...place })),
    questions: [],
    code: [],
  };
}

/** What `env -S` splits at. */
const BLANK = /[ \t-\r]/;

/** One word of what `env -S` splits, with its quotes. */
const SPLIT_WORD = /(?:[^\s'"]|'[^']*'|"[^"]*")+/y;

/**
 * The words that `env -S` makes of a text: only blanks, quotes and `#` mean something to it, unlike to a shell. Null where a
 * backslash or a variable does too.
 */
function splitWords(text: ShellWord): readonly ShellWord[] | null {
  if (!isKnown(text) || /[\\$]/.test(text.text)) return null;
  const words: ShellWord[] = [];
  let at = 0;
  for (;;) {
    while (BLANK.test(text.text[at] ?? '')) at += 1;
    if (at >= text.text.length || text.text[at] === '#') return words;
    SPLIT_WORD.lastIndex = at;
    const [word] = SPLIT_WORD.exec(text.text) ?? [];
    if (word === undefined) return null;
    words.push({
      ...text,
      text: word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
    });
    at += word.length;
    if (at < text.text.length && !BLANK.test(text.text[at] ?? '')) return null;
  }
}
