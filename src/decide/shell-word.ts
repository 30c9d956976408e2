/**
 * Parts of a word that are not known before the shell runs, each one mark in its text. The marks are lone surrogates,
 * which no well-formed command line holds.
 */
/** Any text, within one word. */
export const UNKNOWN = '\uDC00';
/** Any text that the shell splits again: any number of words. */
export const UNKNOWN_WORDS = '\uDC01';
/** A shell's `*` in front of file names. */
export const GLOB_RUN = '\uDC02';
/** A shell's `?` or `[...]`. */
export const GLOB_ONE = '\uDC03';
/** An extended glob, or any glob under `dotglob` or `nocaseglob`: also stands for a leading dot, and for letters of another case. */
export const GLOB_ANY = '\uDC04';
/** Any number of words that are names of files which another program prints: below what stands in front, or else the working folder. */
export const LISTED = '\uDC05';
/** Any number of folders, in what `find` prints. */
export const FOLDERS = '\uDC06';

/** Any one mark. */
export const MARK = /[\uDC00-\uDC06]/;
const MARKS = /[\uDC00-\uDC06]/g;

/** Commands by their place in the list of all reached ones: from `start`, up to but without `end`. */
export interface CommandRange {
  readonly start: number;
  readonly end: number;
}

/** A word as the shell would give it to a program, as far as that is known. */
export interface ShellWord {
  /** Quotes and expansions done; marks where something is not known. */
  readonly text: string;
  /** Commands whose output is in the text. */
  readonly sources: readonly CommandRange[];
  /** The word is the file descriptor of a process substitution: a name that the shell makes. */
  readonly isDescriptor: boolean;
}

const NO_SOURCES: readonly CommandRange[] = [];

/** A word whose text is known, or partly, by its marks. */
export function shellWord(text: string, sources: readonly CommandRange[] = NO_SOURCES): ShellWord {
  return { text, sources, isDescriptor: false };
}

/** Whether nothing of the word is left open. */
export function isKnown(word: ShellWord): boolean {
  return !MARK.test(word.text);
}

/** Whether the word holds a glob, so that it stands for files that exist. */
export function hasGlob(text: string): boolean {
  return text.includes(GLOB_RUN) || text.includes(GLOB_ONE) || text.includes(GLOB_ANY);
}

/** Whether the word holds a part that is not even a glob. */
export function hasUnknown(text: string): boolean {
  return text.includes(UNKNOWN) || text.includes(UNKNOWN_WORDS) || text.includes(LISTED);
}

/** Whether the word may turn into more words than one, or into none. */
export function isSpread(text: string): boolean {
  return text.includes(UNKNOWN_WORDS) || text.includes(LISTED);
}

/** Words as the arguments of a script or function; null where one of them may be several or none, so that none has a place. */
export function argumentsOf(words: readonly ShellWord[]): readonly ShellWord[] | null {
  return words.some((word) => isSpread(word.text)) ? null : words;
}

/** The text with nothing in place of what is not known: an expansion that is empty. */
export function withoutUnknown(text: string): string {
  return text.replaceAll(UNKNOWN, '').replaceAll(UNKNOWN_WORDS, '');
}

/** The text as people read it: globs as they were written, `$?` for what is not known. */
export function printable(text: string): string {
  return text.replace(MARKS, (mark) => {
    if (mark === GLOB_ONE) return '?';
    return mark === GLOB_RUN || mark === GLOB_ANY || mark === FOLDERS ? '*' : '$?';
  });
}

/** Writes a word so that a shell reads it back as this one word; marks stay marks. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./\uDC00-\uDC06-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
