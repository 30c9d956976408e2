import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** What a call of sed does besides printing. */
export interface SedEffects {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** It runs a program, or its script cannot be read and might. */
  readonly runsPrograms: boolean;
  /** Command texts that it runs, as far as they stand in the script. */
  readonly commands: readonly string[];
  readonly isInPlace: boolean;
  /** Words that are scripts, not files. */
  readonly scripts: readonly ShellWord[];
}

/** Reads the options and scripts of a call of sed. */
export function sedEffects(words: readonly ShellWord[]): SedEffects {
  const scripts: ShellWord[] = [];
  let isInPlace = false;
  let hasScript = false;
  const operands: ShellWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const { text } = word;
    const attached = /^(?:-[nErsuz]*e|--e(?:x(?:p(?:r(?:e(?:s(?:s(?:i(?:o(?:n)?)?)?)?)?)?)?)?)?=)(.+)$/s.exec(
      text,
    )?.[1];
    if (attached !== undefined) scripts.push({ ...word, text: attached });
    else if (/^(?:-[nErsuz]*e|--expression)$/.test(text)) {
      at += 1;
      const script = words[at];
      if (script !== undefined) scripts.push(script);
    } else if (/^-[nErsuz]*f|^--file/.test(text)) {
      hasScript = true;
      if (/^(?:-[nErsuz]*f|--file)$/.test(text)) at += 1;
    } else if (/^-[nErsuz]*i|^--in/.test(text)) isInPlace = true;
    else if (/^(?:-l|--line-length)$/.test(text)) at += 1;
    else if (!text.startsWith('-') || text === '-') operands.push(word);
  }
  if (scripts.length === 0 && !hasScript && operands[0] !== undefined) scripts.push(operands[0]);
  const effects = scripts.map((script) => (MARK.test(script.text) ? null : scriptEffects(script.text)));
  return {
    reads: effects.flatMap((effect) => effect?.reads ?? []),
    writes: effects.flatMap((effect) => effect?.writes ?? []),
    runsPrograms: effects.some((effect) => effect === null || effect.runsPrograms),
    commands: effects.flatMap((effect) => effect?.commands ?? []),
    isInPlace,
    scripts,
  };
}

interface ScriptEffects {
  readonly reads: string[];
  readonly writes: string[];
  readonly commands: string[];
  runsPrograms: boolean;
}

/** Walks through a sed script command by command; null where it cannot be read. */
function scriptEffects(script: string): ScriptEffects | null {
  const effects: ScriptEffects = { reads: [], writes: [], commands: [], runsPrograms: false };
  let at = 0;
  const untilLineEnd = (): string => {
    const end = script.indexOf('\n', at);
    const text = script.slice(at, end < 0 ? script.length : end);
    at = end < 0 ? script.length : end;
    return text.trim();
  };
  while (at < script.length) {
    const afterAddress = skipAddress(script, at);
    if (afterAddress === null) return null;
    at = afterAddress;
    const command = script[at];
    at += 1;
    if (command === undefined) break;
    if ('{};\n \t'.includes(command) || '=dDgGhHlnNpPxzF'.includes(command)) continue;
    if ('aic'.includes(command)) {
      // Text goes to the end of the line; a backslash continues it.
      while (untilLineEnd().endsWith('\\') && at < script.length) at += 1;
    } else if ('btT:'.includes(command)) untilLabelEnd();
    else if ('qQlL'.includes(command)) skipDigits();
    else if (command === 'r' || command === 'R') effects.reads.push(untilLineEnd());
    else if (command === 'w' || command === 'W') effects.writes.push(untilLineEnd());
    else if (command === 'e') {
      effects.runsPrograms = true;
      effects.commands.push(untilLineEnd());
    } else if (command === 's' || command === 'y') {
      const delimiter = script[at] ?? '';
      const middle = endOfPart(script, at + 1, delimiter);
      const end = middle === null ? null : endOfPart(script, middle + 1, delimiter);
      if (end === null || delimiter === '' || delimiter === '\n' || delimiter === '\\') return null;
      at = end + 1;
      if (command === 's' && !readFlags(script.slice(middle === null ? at : middle + 1, end))) return null;
    } else return null;
  }
  return effects;

  function readFlags(replacement: string): boolean {
    for (; at < script.length; at += 1) {
      const flag = script[at] ?? '';
      if (flag === 'e') {
        effects.runsPrograms = true;
        effects.commands.push(replacement);
      }
      if (flag === 'e') continue;
      if (flag === 'w') {
        at += 1;
        effects.writes.push(untilLineEnd());
        return true;
      } else if (';}\n #'.includes(flag)) return true;
      else if (!/[gpiImM\d]/.test(flag)) return false;
    }
    return true;
  }

  function untilLabelEnd(): void {
    while (at < script.length && !';\n}'.includes(script[at] ?? '')) at += 1;
  }

  function skipDigits(): void {
    while (/[ \d]/.test(script[at] ?? '')) at += 1;
  }
}

/** The place after an address such as `1,/end/!`, comments included; null where it is not closed. */
function skipAddress(script: string, from: number): number | null {
  let at = from;
  while (at < script.length) {
    const character = script[at] ?? '';
    if (character === '#') {
      const end = script.indexOf('\n', at);
      at = end < 0 ? script.length : end;
    } else if (character === '/') {
      const end = endOfPart(script, at + 1, '/');
      if (end === null) return null;
      at = end + 1;
      while (/[IM]/.test(script[at] ?? '')) at += 1;
    } else if (character === '\\') {
      const end = endOfPart(script, at + 2, script[at + 1] ?? '');
      if (end === null) return null;
      at = end + 1;
    } else if (/[\d,$!~+ \t;\n]/.test(character)) at += 1;
    else return at;
  }
  return at;
}

/** Where the next unescaped delimiter outside of a bracket stands; null where there is none. */
function endOfPart(script: string, from: number, delimiter: string): number | null {
  for (let at = from; at < script.length; at += 1) {
    const character = script[at];
    if (character === '\\') at += 1;
    else if (character === delimiter) return at;
  }
  return null;
}
