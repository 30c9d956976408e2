import type { ShellState } from './shell-state.ts';
import { GLOB_ANY, MARK, UNKNOWN, UNKNOWN_WORDS, shellWord } from './shell-word.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';
import { globEndedBy, globbed, swallowed } from './value-glob.ts';

/** Puts the parts of a word together, splitting at the blanks of unquoted expansions. */
export class FieldBuilder {
  readonly #fields: ShellWord[] = [];
  readonly #splits: boolean;
  readonly #state: ShellState;
  #text: string | null = null;
  #sources: CommandRange[] = [];
  #isDescriptor = false;
  /** A value has begun a glob that what follows may end: `[` and then `v]`. */
  #isOpen = false;

  constructor(splits: boolean, state: ShellState) {
    this.#splits = splits;
    this.#state = state;
  }

  /** Appends what is a part of one word as it is. */
  append(word: ShellWord): void {
    this.#text = (this.#text ?? '') + (this.#isOpen ? swallowed(word.text) : word.text);
    if (this.#isOpen && word.text.includes('/')) this.#isOpen = false;
    if (word.sources.length > 0) this.#sources.push(...word.sources);
    if (word.isDescriptor) this.#isDescriptor = true;
  }

  /** Appends what an expansion gave: quoted or in an assignment as it is, else split and globbed. */
  expand(word: ShellWord, isQuoted: boolean): void {
    if (isQuoted || !this.#splits) {
      this.append({ ...word, text: word.text.replaceAll(UNKNOWN_WORDS, UNKNOWN) });
      return;
    }
    const text = word.text.replaceAll(UNKNOWN, UNKNOWN_WORDS);
    if (this.#state.hasOwnIfs && text !== '') {
      this.append({ ...word, text: UNKNOWN_WORDS });
      return;
    }
    if (text === '') {
      this.#sources.push(...word.sources);
      return;
    }
    for (const [index, piece] of text.split(/[ \t\n]+/).entries()) {
      if (index > 0) this.breakField();
      if (piece !== '') this.#appendPiece(word, piece);
    }
  }

  /** Appends the words of `$@`, or of `$*`, which joins them where it is quoted; where nothing splits, both do. */
  expandArguments(words: readonly ShellWord[], as: 'each' | 'one', isQuoted: boolean): void {
    const isJoined = !this.#splits || (isQuoted && as === 'one');
    for (const [index, word] of words.entries()) {
      // Which shells join by the first character of IFS, and when, differs.
      if (index > 0 && isJoined) this.append(shellWord(this.#state.hasOwnIfs ? UNKNOWN : ' '));
      else if (index > 0) this.breakField();
      this.expand(word, isQuoted);
    }
  }

  /** Ends one word; what follows begins another. */
  breakField(): void {
    if (this.#text !== null)
      this.#fields.push({ text: this.#text, sources: this.#sources, isDescriptor: this.#isDescriptor });
    if (this.#text !== null) this.#sources = [];
    this.#text = null;
    this.#isDescriptor = false;
    this.#isOpen = false;
  }

  /** All words. */
  finish(): readonly ShellWord[] {
    this.breakField();
    return this.#fields;
  }

  #appendPiece(word: ShellWord, piece: string): void {
    const start = this.#isOpen || this.#text === null ? null : globEndedBy(this.#text, piece);
    if (start !== null) {
      this.#text = (this.#text ?? '').slice(0, start) + GLOB_ANY;
      this.#isOpen = true;
    }
    const slash = this.#isOpen ? piece.indexOf('/') : 0;
    const { text, isOpen } = globbed(slash < 0 ? '' : piece.slice(slash), this.#state.hasDotglob);
    this.append({ ...word, text: (slash < 0 ? piece : piece.slice(0, slash)) + text });
    this.#isOpen ||= isOpen;
  }
}

/**
 * Whether the value of an expansion within `[...]` or `@(...)` leaves these brackets what they are: it could close them and go
 * on, even into other folders.
 */
export function staysInBrackets({ text }: ShellWord): boolean {
  return !MARK.test(text) && !/[[\]()\\/]/.test(text);
}

/**
 * Whether brackets with this content, part of which is quoted or a value, may not end where they seem to: a `]` in front is an
 * ordinary character, and `[[:alpha:]]` is one set.
 */
export function endsElsewhere({ text }: ShellWord): boolean {
  return /^[!^]?$|\[/.test(text);
}
