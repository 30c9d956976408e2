import { resolve } from 'node:path/posix';
import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** The folders in which git works after its own `-C`; null where they are not known, as with another work tree. */
export function workingFolders(
  words: readonly ShellWord[],
  folders: readonly string[] | null,
): readonly string[] | null {
  let known = folders;
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (!text.startsWith('-')) break;
    if (/^--(?:work-tree|git-dir)/.test(text)) return null;
    if (text === '-c') at += 1;
    if (text !== '-C') continue;
    at += 1;
    const folder = words[at]?.text ?? '';
    known = MARK.test(folder)
      ? null
      : folder.startsWith('/')
        ? [resolve(folder)]
        : (known?.map((each) => resolve(each, folder)) ?? null);
  }
  return known;
}
