import type { Interpreter } from './interpreters.ts';
import { isKnown } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** What the options of an interpreter tell it to run. */
export interface CodeOptions {
  readonly code: readonly ShellWord[];
  /** Words that may be the first operand: a script file. The last of them surely is; none where none is given. */
  readonly operands: readonly ShellWord[];
  /** It runs a script, a module, or only prints: its standard input is left to what it runs. */
  readonly hasScript: boolean;
  /** It reads its standard input as program text in any case. */
  readonly isInteractive: boolean;
}

/** Reads the options of an interpreter up to its script. */
export function codeOptions(words: readonly ShellWord[], interpreter: Interpreter): CodeOptions {
  const code: ShellWord[] = [];
  const operands: ShellWord[] = [];
  let isInteractive = false;
  let mayTakeNext = false;
  let isScriptGiven = false;
  const found = (hasScript: boolean): CodeOptions => ({ code, operands, hasScript, isInteractive });
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const { text } = word;
    const next = words[at + 1];
    if (!text.startsWith('-') || text === '-' || text === '--') {
      const isEnd = text === '--';
      if (isScriptGiven) return found(true);
      if (isEnd && interpreter.hasNoScriptBehindEnd === true) return found(false);
      const operand = isEnd ? next : word;
      if (operand !== undefined) operands.push(operand);
      if (isEnd || !mayTakeNext) return found(operand !== undefined);
      mayTakeNext = false;
      continue;
    }
    mayTakeNext = false;
    if (text.startsWith('--') || interpreter.hasLongWords === true) {
      const name = (/^--?([^=]*)/.exec(text)?.[1] ?? '').replaceAll('_', '-');
      const equals = text.indexOf('=');
      // Node and others take any beginning of a long option that is unambiguous.
      if (interpreter.codeNames?.some((codeName) => name.length > 0 && codeName.startsWith(name)) === true) {
        code.push(equals < 0 ? (next ?? word) : { ...word, text: text.slice(equals + 1) });
        if (equals < 0) at += 1;
      } else if (equals < 0 && interpreter.valueNames?.includes(name) === true) {
        isScriptGiven ||= /^(?:process-)?file$/.test(name);
        at += 1;
      } else if (/^(?:version|help|test|check|v8-options)$/.test(name)) return found(true);
      else mayTakeNext = equals < 0 && !interpreter.flagNames.test(name);
      continue;
    }
    const met = lettersOf(text, interpreter);
    isInteractive ||= met.isInteractive;
    if (met.letter === null) {
      if (text.length === 2 && interpreter.endLetters?.includes(text.slice(1)) === true) return found(true);
      continue;
    }
    const { letter, attached } = met;
    if (interpreter.codeLetters.includes(letter)) {
      // `node -pe CODE`: the letters behind are options, too.
      const isCluster = attached !== '' && attached.split('').every((each) => interpreter.codeLetters.includes(each));
      if (attached !== '' && !isCluster) code.push({ ...word, text: attached });
      if (attached === '' || isCluster) {
        code.push(next ?? word);
        at += 1;
      }
    } else if (letter === 'm' || interpreter.scriptLetters?.includes(letter) === true) {
      const script = attached === '' ? next : { ...word, text: attached };
      if (script !== undefined) operands.push(script);
      if (letter === 'm') return found(true);
      isScriptGiven = true;
      if (attached === '') at += 1;
    } else if (attached === '') at += 1;
  }
  return found(isScriptGiven || words.some((word) => !isKnown(word)));
}

interface MetLetters {
  /** The first letter that takes a value; null where none does. */
  readonly letter: string | null;
  readonly attached: string;
  readonly isInteractive: boolean;
}

function lettersOf(text: string, interpreter: Interpreter): MetLetters {
  const { codeLetters, valueLetters = '', scriptLetters = '', attachedLetters = '', inputLetters = '' } = interpreter;
  const taking = codeLetters + valueLetters + scriptLetters;
  let isInteractive = false;
  for (let at = 1; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (taking.includes(letter)) return { letter, attached: text.slice(at + 1), isInteractive };
    // `ruby -W:no-deprecated` takes the rest of the word as well.
    if (attachedLetters.includes(letter) || text.charAt(at + 1) === ':') break;
    if (inputLetters.includes(letter)) isInteractive = true;
  }
  return { letter: null, attached: '', isInteractive };
}
