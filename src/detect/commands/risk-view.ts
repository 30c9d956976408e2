import { printable, programName, shapeOf, touchedFiles } from '../../decide/index.ts';
import type { CommandReading, ReachedCommand, ShellWord, TouchedFile } from '../../decide/index.ts';
import { placeNamer } from './place-name.ts';

/** Where a command line runs, and the line itself. */
export interface RiskPlace {
  readonly commandLine: string;
  /** Absolute path of the folder in which the agent works. */
  readonly workspace: string;
  readonly homeDir: string;
  /** Whether the commands stand in program text of another language, which may change its folder as it likes. */
  readonly isCode: boolean;
}

/** A reached command as the facts look at it. */
export interface RiskView {
  /** Its program without folder, in lower case; `<assign>` for an assignment. */
  readonly name: string;
  /** Its words, with `$?` for what is not known. */
  readonly words: readonly string[];
  /** The words, joined by blanks. */
  readonly text: string;
  /** Letters of short options, and long options without dashes and values. */
  readonly options: ReadonlySet<string>;
  /** Words that are no options, and may be values of options that are not known. */
  readonly operands: readonly string[];
  /** The same, as the shell gives them. */
  readonly operandWords: readonly ShellWord[];
  /** Names of the files that it surely reads or writes, as {@link placeNamer} tells them. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** All files that it may touch in any way. */
  readonly touches: readonly string[];
  /** Of these, folders that are touched with all that is in them. */
  readonly deep: readonly string[];
  /** Everything whose output reaches it, however far up. */
  readonly upstream: readonly RiskView[];
  /** The other commands that the same command of the line runs and that stand before this one: wrappers, and what ran it. */
  readonly around: readonly RiskView[];
  /** Every command that was reached before this one. */
  readonly before: readonly RiskView[];
  readonly command: ReachedCommand;
  readonly place: RiskPlace;
  readonly nameOf: (path: string) => string;
}

/** The views of all commands of a reading. */
export function viewsOf(reading: CommandReading, place: RiskPlace): readonly RiskView[] {
  const nameOf = placeNamer(place);
  const views: RiskView[] = [];
  for (const command of reading.commands) views.push(viewOf(command, views, nameOf, place));
  return views;
}

function viewOf(
  command: ReachedCommand,
  views: RiskView[],
  nameOf: (path: string) => string,
  place: RiskPlace,
): RiskView {
  const name = (programName(command.program.text) ?? printable(command.program.text)).toLowerCase();
  const words = command.words.map((word) => seen(word.text));
  const options = new Set<string>();
  const operands: string[] = [];
  const operandWords: ShellWord[] = [];
  for (const { kind, word, isShort, letters } of shapeOf(name, command.words)) {
    const text = seen(word.text);
    if (kind === 'operand' || kind === 'value-or-operand') {
      operands.push(text);
      operandWords.push(word);
    }
    if (kind !== 'option') continue;
    if (isShort) for (const letter of text.slice(1, 1 + letters)) options.add(letter);
    options.add(/^--?([^=]*)/.exec(text)?.[1] ?? '');
  }
  let files: readonly TouchedFile[] | null = null;
  const touched = (isWanted: (file: TouchedFile) => boolean): readonly string[] => {
    files ??= touchedFiles(command);
    return files.filter(isWanted).flatMap((file) => file.paths.map(nameOf));
  };
  const reads = once(() => touched((file) => file.isSure && file.access === 'read'));
  const touches = once(() => touched(() => true));
  const writes = once(() =>
    command.redirections.some(({ access }) => access !== 'read') || WRITERS.test(name)
      ? touched((file) => file.isSure && file.access === 'write')
      : [],
  );
  const at = views.length;
  return {
    name,
    words,
    text: words.join(' ').slice(0, MAX_TEXT),
    options,
    operands,
    operandWords,
    get reads() {
      return reads();
    },
    get writes() {
      return writes();
    },
    get touches() {
      return touches();
    },
    get deep() {
      return touched((file) => file.isDeep);
    },
    get upstream() {
      return upstreamOf(command, views);
    },
    get around() {
      return views.slice(0, at).filter((view) => isSameSpan(view.command, command));
    },
    get before() {
      return views.slice(0, at);
    },
    command,
    place,
    nameOf,
  };
}

/** Most facts do not ask for files, so that they are told when asked, and only once. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** Most of a word, and of all words together, that facts look at, in UTF-16 code units: patterns stay cheap on any text. */
const MAX_WORD = 2_000;
const MAX_TEXT = 8_000;

function seen(text: string): string {
  return printable(text.length > MAX_WORD ? text.slice(0, MAX_WORD) : text);
}

/** Programs of which it is known that they write; of any other a word for a file may be one that it reads. */
const WRITERS =
  /^(?:rm|rmdir|unlink|touch|truncate|tee|shred|srm|mkfifo|mknod|chmod|chown|chgrp|chattr|chflags|setfacl|g?zip|gunzip|bzip2|xz|zstd|cp|mv|install|ln|rsync|scp|dd|dcfldd|ddrescue|pv|tar|bsdtar|unzip|7z|cpio|ar|g?sed|awk|gawk|perl|ruby|patch|ed|ex|split|csplit|sort|uniq|xxd|curl|wget|wget2|aria2c|git|ssh-keygen|openssl|gpg|age|sponge|crudini|augtool|plutil|defaults|PlistBuddy|jq|yq|visudo|logrotate|find|mkdir|link|symlink|ditto|dos2unix|iconv|objcopy|ld|gcc|cc|go|sqlite3|<assign>)$/i;

function isSameSpan(one: ReachedCommand, other: ReachedCommand): boolean {
  return one.span.start === other.span.start && one.span.end === other.span.end;
}

/** Most commands that are looked at on the way up; more than any pipeline that people write has. */
const MAX_UPSTREAM = 64;

function upstreamOf(command: ReachedCommand, views: readonly RiskView[]): readonly RiskView[] {
  const found = new Set<RiskView>();
  const open = [command];
  for (let next = open.pop(); next !== undefined && found.size < MAX_UPSTREAM; next = open.pop()) {
    for (const { start, end } of next.sources) {
      for (const view of views.slice(start, Math.min(end, start + MAX_UPSTREAM))) {
        if (view.command === command || found.has(view)) continue;
        found.add(view);
        open.push(view.command);
      }
    }
  }
  return [...found];
}

/** The part of the command line that runs it, as it stands there. */
export function sourceOf(view: RiskView): string {
  return view.place.commandLine.slice(view.command.span.start, view.command.span.end);
}

/**
 * Whether the command has an option under one of its names: a letter, or a long name, of which like GNU programs do any
 * beginning of three letters and more is taken.
 */
export function has(view: RiskView, ...names: readonly string[]): boolean {
  for (const name of names) {
    if (view.options.has(name)) return true;
    if (name.length < 4) continue;
    for (const given of view.options) if (given.length >= 3 && name.startsWith(given)) return true;
  }
  return false;
}

/** Whether the first operands are these words, each an alternative of names divided by `|`. */
export function sub(view: RiskView, ...names: readonly string[]): boolean {
  return names.every((name, index) => name.split('|').includes(view.operands[index]?.toLowerCase() ?? ''));
}

/** Whether a word matches. */
export function anyWord(view: RiskView, pattern: RegExp): boolean {
  return view.words.some((word) => pattern.test(word));
}

/** Whether a name of a file matches. */
export function any(names: readonly string[], pattern: RegExp): boolean {
  return names.some((name) => pattern.test(name));
}
