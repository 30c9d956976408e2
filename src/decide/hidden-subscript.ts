import { BUILTIN_RULES } from './builtin-rule.ts';
import { question } from './reader.ts';
import type { Reader } from './reader.ts';
import { MARK, withoutUnknown } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/**
 * Bash runs the commands in the subscript of a value that it takes for a number: `x='b[$(cmd)]'; ((x))`. Where the value is not
 * known, such a text may still stand elsewhere on the line: on its way there through `read`, `tr` or a file. Either of both
 * alone is ordinary. Together they are a reason to ask, in whatever order they are met: loops and functions come back.
 */
export interface HiddenSubscript {
  /** Variables that were given a text that is not known; one that only counts is none of them. */
  readonly openNames: Set<string>;
  /** Arithmetic takes a value that is not known. */
  isOpen: boolean;
  /** A text of the line holds a command in a subscript, or the makings of one. */
  isHeld: boolean;
}

/** Nothing met so far. */
export function noHiddenSubscript(): HiddenSubscript {
  return { openNames: new Set(), isOpen: false, isHeld: false };
}

/** Notes that arithmetic, or what else evaluates subscripts, takes a value that is not known. */
export function noteOpenArithmetic(reader: Reader): void {
  reader.hidden.isOpen = true;
  askWhereBoth(reader);
}

/** Notes the text that a variable is given. Linear in its length. */
export function noteValue(reader: Reader, text: string): void {
  if (mayHold(text, false) !== null) noteHeld(reader);
}

/** Notes the words of a command, and what is on its standard input. Linear in their length. */
export function noteCommandTexts(reader: Reader, words: readonly ShellWord[], input: ShellWord | null): void {
  const program = words[0]?.text ?? '';
  const isCode = OWN_LANGUAGE.test(program);
  // Arithmetic is to mksh what stands behind `shift`, `[ 1 -eq`, `ulimit` and in variables such as TMOUT.
  if (/(?:^|\/)m?ksh$/.test(program)) noteOpenArithmetic(reader);
  if (words.some(({ text }) => mayHold(text, isCode) === 'whole')) noteHeld(reader);
  // It puts its words together.
  if (program === 'printf' && mayHold(words.map(({ text }) => text).join(''), false) === 'whole') noteHeld(reader);
  // What these are given they hand on, or write to a file, which may be code in any language.
  const isHandedOn = /^(?:cat|tee)$/.test(program);
  if (input === null) return;
  if (mayHold(input.text, isHandedOn) === 'whole' || (!isHandedOn && mayMake(program, words, input.text)))
    noteHeld(reader);
}

/** Programs in whose own languages an index may well be a call: `a[tolower($1)]`. */
const OWN_LANGUAGE = /^(?:[gmn]?awk|sed|[ef]?grep|rg|jq|yq|git|find)$/;

/** Programs that make a text of one in which nothing of it can be seen. */
const DECODERS = /^(?:base(?:32|64|nc)|xxd|uudecode)$/;

/** Fewest letters that a command takes: less input than that is a number or a separator. */
const MIN_LETTERS = 4;

/** Whether a program may put such a text together out of an input that stands on the line: `tr`, `rev`, `sed`. */
function mayMake(program: string, words: readonly ShellWord[], input: string): boolean {
  const letters = withoutUnknown(input).match(/[A-Za-z]/g)?.length ?? 0;
  if (letters < MIN_LETTERS) return false;
  if (DECODERS.test(program)) return true;
  const all = unescaped([...words.map(({ text }) => text), input].join(' '));
  return all.includes('[') && /[(`]/.test(all);
}

function noteHeld(reader: Reader): void {
  reader.hidden.isHeld = true;
  askWhereBoth(reader);
}

function askWhereBoth(reader: Reader): void {
  const { isOpen, isHeld } = reader.hidden;
  if (!isOpen || !isHeld) return;
  question(
    reader,
    BUILTIN_RULES.unknownScript,
    'Arithmetic over a value that is not known would run a command in a subscript. Write the command plainly.',
  );
}

function mayHold(text: string, isCode: boolean): 'whole' | 'begun' | null {
  const found = subscriptIn(text, isCode);
  if (found === 'whole' || !text.includes('\\')) return found;
  return subscriptIn(unescaped(text), isCode) ?? found;
}

/** Whether a name with a subscript in it holds a command, or is not closed. Of code only a substitution is one. */
function subscriptIn(text: string, isCode: boolean): 'whole' | 'begun' | null {
  const open: { readonly isNamed: boolean; hasCommand: boolean }[] = [];
  for (const { index, 0: character } of text.matchAll(/[[\]`(]/g)) {
    const inner = open.at(-1);
    if (character === '[') {
      open.push({ isNamed: isNameAt(text, index - 1), hasCommand: false });
    } else if (character !== ']') {
      if (inner !== undefined && (character === '`' || isCall(text, index, isCode))) inner.hasCommand = true;
    } else if (inner !== undefined) {
      open.pop();
      if (inner.isNamed && inner.hasCommand) return 'whole';
      const outer = open.at(-1);
      if (outer !== undefined && inner.hasCommand) outer.hasCommand = true;
    }
  }
  return open.some(({ isNamed }) => isNamed) ? 'begun' : null;
}

function isNameAt(text: string, at: number): boolean {
  return at >= 0 && (/\w/.test(text.charAt(at)) || MARK.test(text.charAt(at)));
}

/** A parenthesis of which a command substitution can be made; `[(]` and `[()]` are sets in a pattern. */
function isCall(text: string, at: number, isCode: boolean): boolean {
  return !/^[)\]]?$/.test(text.charAt(at + 1)) && (!isCode || text.charAt(at - 1) === '$');
}

/** The text as `printf`, `echo -e` and others read it: `\x24` is a `$`. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:x([\dA-Fa-f]{1,2})|[uU]([\dA-Fa-f]{1,4})|0?([0-7]{1,3}))/g,
    (_whole, hex: string | undefined, unicode: string | undefined, octal: string | undefined) =>
      String.fromCodePoint(Number.parseInt(hex ?? unicode ?? octal ?? '0', octal === undefined ? 16 : 8)),
  );
}
