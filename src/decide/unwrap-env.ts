import { optionValues, scanOptions } from './option-scan.ts';
import { physicalFolders } from './physical-folder.ts';
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
    // `env -S 'A=1 cmd x'` is `env A=1 cmd x` with its own splitting.
    const tail = rest.length > 0 ? ` ${joinedQuoted(rest).text}` : '';
    const inner: Inner = { kind: 'text', text: { ...split, text: `${split.text}${tail}` }, isDetached: true, ...place };
    return { own: [], role: 'wrapper', isSilent: true, inners: [inner], questions: [], code: [] };
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
