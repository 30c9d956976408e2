import type { FileAccess } from './file-index.ts';
import type { ShellWord } from './shell-word.ts';

/** `folder` makes a folder of that name: rules on writing hold, those on what a file holds do not. */
export type CandidateAccess = FileAccess | 'folder';

/** A file that a word of a command may name. */
export interface PathCandidate {
  readonly text: string;
  readonly access: CandidateAccess;
  /**
   * The program surely takes the word for a file, so that it also matters whether the file lies outside of the
   * workspace and whether the word is known. Other candidates only meet the rules that deny.
   */
  readonly isPlace: boolean;
  /** Everything below it is touched too. */
  readonly isDeep: boolean;
  /** The folder it is relative to is another than the command's: any. */
  readonly isAnywhere: boolean;
}

/** A word that the program surely reads or writes as a file. */
export function place(text: string, access: CandidateAccess, isDeep = false): PathCandidate {
  return { text, access, isPlace: true, isDeep, isAnywhere: false };
}

/** A word that may name a file. */
export function hint(text: string, isAnywhere = false): PathCandidate {
  return { text, access: 'read', isPlace: false, isDeep: false, isAnywhere };
}

/** The paths that may hide inside of a word: behind `=`, `@` and `:`, or in a `file:` URL. The word itself is one. */
export function pathsWithin(text: string): readonly string[] {
  const url = /^([A-Za-z][\w+.-]*):\/\/(.*)$/s.exec(text);
  if (url !== null) return url[1]?.toLowerCase() === 'file' ? [filePath(url[2] ?? '')] : [];
  const paths = [text];
  const equals = text.indexOf('=');
  if (equals >= 0) paths.push(...pathsWithin(text.slice(equals + 1)));
  // `curl -d @file`, `gcc @file`, `-F name=@file`, `jq ... <file`.
  if (/^[@<+]/.test(text)) paths.push(text.slice(1));
  if (text.includes(':') && equals < 0) paths.push(...text.split(':').filter((part) => part !== ''));
  if (text.includes(',') && equals < 0 && text.length < 1_000)
    paths.push(...text.split(',').filter((part) => part !== ''));
  return paths;
}

/** `file://localhost/etc/x` and `file:///etc/x` are `/etc/x`; escapes are undone. */
function filePath(rest: string): string {
  const path = rest.startsWith('/') ? rest : rest.slice(Math.max(0, rest.indexOf('/')));
  return path.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

/** Values of options that name a file to write. */
export function optionFiles(words: readonly ShellWord[], separate: RegExp): readonly PathCandidate[] {
  return words.flatMap((word, index) => {
    const next = words[index + 1];
    return separate.test(word.text) && next !== undefined ? [place(next.text, 'write')] : [];
  });
}
