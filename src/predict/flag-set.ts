/** Options of one program that the client takes for reading only. */
export interface FlagSet {
  /** Single letters that stand alone. */
  readonly letters: string;
  /** Single letters that take any word as their value. */
  readonly textLetters: string;
  /** Single letters that take a number. */
  readonly numberLetters: string;
  /** Long options that stand alone. */
  readonly words: readonly string[];
  /** Long options that take any word. */
  readonly textWords: readonly string[];
  /** Long options that take a word behind `=` only. */
  readonly joinedWords: readonly string[];
  /** Long options that take a number. */
  readonly numberWords: readonly string[];
  /** Long options that take a format of their own language behind `=`. */
  readonly formatWords: readonly string[];
  /** What may stand beside options: `any` words, `none`, or only what the pattern matches. */
  readonly operands: 'any' | 'none' | RegExp;
  /** Whether `-5` may stand. */
  readonly hasCounts: boolean;
  /** Whether a number may stand directly behind a letter that takes a value. */
  readonly isLoose: boolean;
}

const NUMBER = /^\d+$/;
const FORMAT = /%|^(?:oneline|short|medium|full|fuller|reference|email|raw|mboxrd)$/;

/** Makes a set; long options without their dashes, blanks between them. */
export function flagSet(
  parts: Partial<
    Readonly<
      Record<
        | 'letters'
        | 'textLetters'
        | 'numberLetters'
        | 'words'
        | 'textWords'
        | 'joinedWords'
        | 'numberWords'
        | 'formatWords',
        string
      >
    >
  >,
  more: Partial<Pick<FlagSet, 'operands' | 'hasCounts' | 'isLoose'>> = {},
): FlagSet {
  const list = (text = ''): readonly string[] =>
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => `--${word}`);
  return {
    letters: parts.letters ?? '',
    textLetters: parts.textLetters ?? '',
    numberLetters: parts.numberLetters ?? '',
    words: list(parts.words),
    textWords: list(parts.textWords),
    joinedWords: list(parts.joinedWords),
    numberWords: list(parts.numberWords),
    formatWords: list(parts.formatWords),
    operands: more.operands ?? 'any',
    hasCounts: more.hasCounts ?? false,
    isLoose: more.isLoose ?? false,
  };
}

/** Whether words are nothing but these options and operands. */
export function fitsFlags(set: FlagSet, words: readonly string[]): boolean {
  let isOpen = true;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (isOpen && word === '--') isOpen = false;
    else if (!isOpen || !word.startsWith('-')) {
      if (!isOperand(set, word)) return false;
    } else if (word !== '-') {
      const taken = word.startsWith('--')
        ? wordFits(set, word, words[at + 1])
        : lettersFit(set, word.slice(1), words[at + 1]);
      if (taken === null) return false;
      at += taken;
    }
  }
  return true;
}

/** How many further words a long option takes, or null where it does not fit. */
function wordFits(set: FlagSet, word: string, next: string | undefined): 0 | 1 | null {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word : word.slice(0, equals);
  const value = equals === -1 ? null : word.slice(equals + 1);
  const isText = set.textWords.includes(name);
  const isNumber = set.numberWords.includes(name);
  if (value !== null && set.formatWords.includes(name)) return FORMAT.test(value) ? 0 : null;
  if (value !== null)
    return ((isText || set.joinedWords.includes(name)) && value !== '') || (isNumber && NUMBER.test(value)) ? 0 : null;
  if (set.words.includes(name)) return 0;
  if (next === undefined) return null;
  return isText || (isNumber && NUMBER.test(next)) ? 1 : null;
}

function lettersFit(set: FlagSet, letters: string, next: string | undefined): 0 | 1 | null {
  const [first = ''] = letters;
  if (letters.length === 1) {
    if (set.hasCounts && NUMBER.test(first)) return 0;
    if (set.letters.includes(first) && !(next !== undefined && set.textLetters.includes(first))) return 0;
    if (next === undefined) return null;
    return set.textLetters.includes(first) || (set.numberLetters.includes(first) && NUMBER.test(next)) ? 1 : null;
  }
  if (set.hasCounts && NUMBER.test(letters)) return 0;
  if (set.isLoose && (set.textLetters + set.numberLetters).includes(first) && NUMBER.test(letters.slice(1))) return 0;
  return Array.from(letters).every((letter) => set.letters.includes(letter)) ? 0 : null;
}

function isOperand(set: FlagSet, word: string): boolean {
  if (set.operands === 'any') return true;
  return set.operands !== 'none' && set.operands.test(word);
}
