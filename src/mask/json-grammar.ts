/** Where a reader of JSON stands. `broken` is for good: what follows is not JSON. */
export type JsonPlace = 'outside' | 'string' | 'broken';

/** Follows a JSON document from string to string, and leaves the inside of strings to its caller. */
export interface JsonGrammar {
  readonly place: () => JsonPlace;
  /** Reads from `at`, outside of strings, until a string has opened, the text ends or breaks. @returns where it stopped. */
  readonly read: (text: string, at: number) => number;
  /** The caller has read the closing quote. */
  readonly closeString: () => void;
  /** The caller has read what no string holds. */
  readonly breakOff: () => void;
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';
type NumberPart = 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent';

const QUOTE = 0x22;
const LITERALS: ReadonlyMap<string, string> = new Map([
  ['t', 'rue'],
  ['f', 'alse'],
  ['n', 'ull'],
]);
const WHOLE_NUMBERS: ReadonlySet<NumberPart> = new Set(['zero', 'whole', 'fraction', 'exponent']);

/** One document by RFC 8259, of any depth: one entry is kept per open bracket. Each character costs one step. */
export function jsonGrammar(): JsonGrammar {
  /** Of each open bracket: whether it is an object. */
  const open: boolean[] = [];
  let expected: Expected = 'value';
  let place: JsonPlace = 'outside';
  let literal = '';
  let number: NumberPart | null = null;

  const breakOff = (): void => {
    place = 'broken';
  };
  const valueEnds = (): void => {
    expected = open.length === 0 ? 'nothing' : 'comma-or-end';
  };
  const bracketOpens = (isObject: boolean): void => {
    open.push(isObject);
    expected = isObject ? 'key-or-end' : 'value-or-end';
  };
  const bracketCloses = (isObject: boolean): void => {
    const mayClose = expected === 'comma-or-end' || expected === (isObject ? 'key-or-end' : 'value-or-end');
    if (!mayClose || open.at(-1) !== isObject) return breakOff();
    open.pop();
    valueEnds();
  };
  const valueBegins = (letter: string): void => {
    const rest = LITERALS.get(letter);
    if (letter === '{' || letter === '[') bracketOpens(letter === '{');
    else if (rest !== undefined) literal = rest;
    else if (letter === '-') number = 'minus';
    else if (letter === '0') number = 'zero';
    else if (letter >= '1' && letter <= '9') number = 'whole';
    else return breakOff();
  };
  const step = (letter: string): void => {
    const isValue = expected === 'value' || expected === 'value-or-end';
    if (letter === '"' && (isValue || expected === 'key' || expected === 'key-or-end')) place = 'string';
    else if (letter === '}' || letter === ']') bracketCloses(letter === '}');
    else if (letter === ':' && expected === 'colon') expected = 'value';
    else if (letter === ',' && expected === 'comma-or-end') expected = open.at(-1) === true ? 'key' : 'value';
    else if (isValue) valueBegins(letter);
    else breakOff();
  };
  const read = (letter: string): void => {
    if (literal !== '') {
      if (letter !== literal[0]) return breakOff();
      literal = literal.slice(1);
      if (literal === '') valueEnds();
      return;
    }
    if (number !== null) {
      const next = numberPart(number, letter);
      if (next === null && !WHOLE_NUMBERS.has(number)) return breakOff();
      number = next;
      if (next !== null) return;
      valueEnds();
    }
    if (letter !== ' ' && letter !== '\n' && letter !== '\r' && letter !== '\t') step(letter);
  };

  return {
    place: () => place,
    read: (text, at) => {
      let next = at;
      for (; next < text.length && place === 'outside'; next += 1) read(text[next] as string);
      return next;
    },
    closeString: () => {
      place = 'outside';
      if (expected === 'key' || expected === 'key-or-end') expected = 'colon';
      else valueEnds();
    },
    breakOff,
  };
}

/** Whether a code unit within a string stands for itself: it neither ends the string nor begins an escape, and is allowed. */
export function isPlainInString(code: number): boolean {
  return code >= 0x20 && code !== QUOTE && code !== 0x5c;
}

function numberPart(part: NumberPart, letter: string): NumberPart | null {
  const isDigit = letter >= '0' && letter <= '9';
  const isE = letter === 'e' || letter === 'E';
  switch (part) {
    case 'minus':
      return letter === '0' ? 'zero' : isDigit ? 'whole' : null;
    case 'zero':
      return letter === '.' ? 'point' : isE ? 'e' : null;
    case 'whole':
      return isDigit ? 'whole' : letter === '.' ? 'point' : isE ? 'e' : null;
    case 'point':
      return isDigit ? 'fraction' : null;
    case 'fraction':
      return isDigit ? 'fraction' : isE ? 'e' : null;
    case 'e':
      return isDigit ? 'exponent' : letter === '+' || letter === '-' ? 'sign' : null;
    case 'sign':
    case 'exponent':
      return isDigit ? 'exponent' : null;
  }
}
