import type { FileAccess } from './file-index.ts';
import type { ShapedWord } from './command-shape.ts';
import type { ShellWord } from './shell-word.ts';

/** `folder` makes a folder of that name: rules on writing hold, those on what a file holds do not. */
export type CandidateAccess = FileAccess | 'folder';

/**
 * What becomes of a symbolic link that the last name is: it is `followed`; it is followed to a file, but a folder behind it is not
 * entered (`files`); it is `moved`, to be followed under another name; or it is `untouched` but for itself, as by `rm`.
 */
export type LinkUse = 'followed' | 'files' | 'moved' | 'untouched';

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
  readonly links: LinkUse;
}

/** A word that the program surely reads or writes as a file. */
export function place(text: string, access: CandidateAccess, isDeep = false): PathCandidate {
  return { text, access, isPlace: true, isDeep, isAnywhere: false, links: 'followed' };
}

/** A word that may name a file. */
export function hint(text: string, isAnywhere = false): PathCandidate {
  return { text, access: 'read', isPlace: false, isDeep: false, isAnywhere, links: 'followed' };
}

/** A word that may name a file, or a folder with files, that is written. */
export function mayWrite(text: string): PathCandidate {
  return { text, access: 'write', isPlace: false, isDeep: true, isAnywhere: false, links: 'followed' };
}

/** The paths that may hide inside of a word: behind `=`, `@` and `:`, or in a `file:` URL. The word itself is one. */
export function pathsWithin(text: string): readonly string[] {
  if (!/[=@<+:,]/.test(text)) return [text];
  const paths: string[] = [];
  let parts: string[] = [];
  for (const rest of fromEachEquals(text)) {
    const url = fileUrl(rest);
    if (url !== null) {
      paths.push(...url);
      break;
    }
    paths.push(rest);
    parts = [...partsOf(rest), ...parts];
  }
  return [...paths, ...parts];
}

/** Most signs of equality in a word behind each of which a path is looked for; behind the last one it always is. */
const MAX_EQUALS = 32;

/** A word, and what stands behind each sign of equality in it. */
function fromEachEquals(text: string): readonly string[] {
  const rests = [text];
  for (let at = text.indexOf('='); at >= 0 && rests.length <= MAX_EQUALS; at = text.indexOf('=', at + 1))
    rests.push(text.slice(at + 1));
  const last = text.slice(text.lastIndexOf('=') + 1);
  return rests.at(-1)?.length === last.length ? rests : [...rests, last];
}

/** What may be a path within a word of which no part is looked at by itself. */
function partsOf(text: string): readonly string[] {
  // `curl -d @file`, `gcc @file`, `-F name=@file`, `jq ... <file`.
  const marked = /^[@<+]/.test(text) ? [text.slice(1)] : [];
  if (text.includes('=')) return marked;
  const byColon = text.includes(':') ? text.split(':').filter((part) => part !== '') : [];
  const isListed = text.includes(',') && text.length < 1_000;
  return [...marked, ...byColon, ...(isListed ? text.split(',').filter((part) => part !== '') : [])];
}

/** The path of a `file:` URL, none of another URL, and null for what is no URL. */
function fileUrl(text: string): readonly string[] | null {
  const url = /^([A-Za-z][\w+.-]*):\/\/(.*)$/s.exec(text);
  if (url === null) return null;
  return url[1]?.toLowerCase() === 'file' ? [filePath(url[2] ?? '')] : [];
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

/**
 * The values given to options, attached or as the next word.
 *
 * @param letters of short options, which may stand behind others in one word.
 * @param names of long options, without dashes; like GNU programs do, any beginning is taken, and one dash is enough.
 */
export function valuesGiven(
  shape: readonly ShapedWord[],
  letters: string,
  names: readonly string[],
): readonly string[] {
  const values: string[] = [];
  for (const [index, { kind, word, letters: count }] of shape.entries()) {
    if (kind !== 'option') continue;
    const attached = isNamed(word.text, names) ? behindEquals(word.text) : behindLetter(word.text, letters, count);
    if (attached === null) continue;
    const value = attached === '' ? shape[index + 1]?.word.text : attached;
    if (value !== undefined) values.push(value);
  }
  return values;
}

function behindEquals(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? '' : text.slice(equals + 1);
}

/** What stands behind the first of some letters in a word with that many short options; null where there is none of them. */
function behindLetter(text: string, letters: string, count: number): string | null {
  if (letters === '') return null;
  for (let at = 1; at <= count; at += 1) {
    const letter = text.charAt(at);
    if (letters.includes(letter)) return text.slice(at + 1);
    if (!/[A-Za-z0-9]/.test(letter)) return null;
  }
  return null;
}

function isNamed(text: string, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const met = /^(--?)([A-Za-z][^=]*)/.exec(text);
  const name = met?.[2] ?? '';
  // `--exclude` is an option of its own, not the beginning of `--exclude-from`.
  if (name === 'exclude') return false;
  return met?.[1] === '--'
    ? name.length > 1 && names.some((full) => full.startsWith(name))
    : name !== '' && names.includes(name);
}

/** Programs and libraries, which a program that is not known is far more likely to read than to write. */
export const SYSTEM_FOLDERS = /^\/(?:usr|bin|sbin|lib|lib64|opt)\//;
