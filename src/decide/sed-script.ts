import { sedCall } from './sed-call.ts';
import type { SedCall } from './sed-call.ts';
import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** What a call of sed does besides printing. */
export interface SedEffects {
  readonly call: SedCall;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Scripts that run a program, or that cannot be read and might. */
  readonly code: readonly ShellWord[];
  /** Command texts that it runs, as far as they stand in the script. */
  readonly commands: readonly string[];
}

/** Reads the options and scripts of a call of sed. */
export function sedEffects(words: readonly ShellWord[]): SedEffects {
  const call = sedCall(words);
  const effects = call.scripts.map((script) => ({ script, effect: effectsOf(script) }));
  const others = call.otherScripts.map(effectsOf);
  const code = effects.flatMap(({ script, effect }) => (effect === null || effect.runsPrograms ? [script] : []));
  return {
    call,
    reads: [...effects.map(({ effect }) => effect), ...others].flatMap((effect) => effect?.reads ?? []),
    writes: [...effects.map(({ effect }) => effect), ...others].flatMap((effect) => effect?.writes ?? []),
    code: call.isCertain ? code : words,
    commands: effects.flatMap(({ effect }) => effect?.commands ?? []),
  };
}

function effectsOf(script: ShellWord): ScriptEffects | null {
  return MARK.test(script.text) ? null : scriptEffects(script.text);
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
    if ('aic'.includes(command)) untilTextEnd();
    else if ('btT:v'.includes(command)) untilLabelEnd();
    else if ('qQlL'.includes(command)) skipDigits();
    else if (command === 'r' || command === 'R') effects.reads.push(untilLineEnd());
    else if (command === 'w' || command === 'W') effects.writes.push(untilLineEnd());
    else if (command === 'e') {
      effects.runsPrograms = true;
      effects.commands.push(untilTextEnd());
    } else if (command === 's' || command === 'y') {
      const delimiter = script[at] ?? '';
      const middle = command === 's' ? endOfRegExp(script, at + 1, delimiter) : endOfPart(script, at + 1, delimiter);
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
      } else if (';}\n\t #'.includes(flag)) return true;
      else if (!/[gpiImM\d]/.test(flag)) return false;
    }
    return true;
  }

  /** Text goes to the end of the line; a backslash right in front of that end continues it. */
  function untilTextEnd(): string {
    while (/[ \t]/.test(script[at] ?? '')) at += 1;
    if (script.startsWith('\\\n', at)) at += 2;
    const start = at;
    while (at < script.length && script[at] !== '\n') at += script[at] === '\\' ? 2 : 1;
    return script.slice(start, at).replaceAll(/\\(.)/gs, '$1').trim();
  }

  function untilLabelEnd(): void {
    while (/[ \t]/.test(script[at] ?? '')) at += 1;
    while (at < script.length && !/[;\s}]/.test(script[at] ?? '')) at += 1;
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
      const end = endOfRegExp(script, at + 1, '/');
      if (end === null) return null;
      at = end + 1;
    } else if (character === '\\') {
      const end = endOfRegExp(script, at + 2, script[at + 1] ?? '');
      if (end === null) return null;
      at = end + 1;
    } else if (/[\d,$!~+IM \t;\n]/.test(character)) at += 1;
    else return at;
  }
  return at;
}

/** Where the next delimiter stands that is not escaped; null where there is none. */
function endOfPart(script: string, from: number, delimiter: string): number | null {
  for (let at = from; at < script.length; at += 1) {
    const character = script[at];
    if (character === '\\') at += 1;
    else if (character === delimiter) return at;
  }
  return null;
}

/** The same in a regular expression, where brackets hold delimiters too. */
function endOfRegExp(script: string, from: number, delimiter: string): number | null {
  for (let at = from; at < script.length; at += 1) {
    const character = script[at];
    if (character === '\\') at += 1;
    else if (character === delimiter) return at;
    else if (character === '[') {
      const close = endOfBracket(script, at);
      if (close === null) return null;
      at = close;
    }
  }
  return null;
}

/** Where `[...]` is closed; a `]` at its beginning and one in `[:alpha:]` are a part of it. */
function endOfBracket(script: string, open: number): number | null {
  let at = open + (script[open + 1] === '^' ? 2 : 1);
  if (script[at] === ']') at += 1;
  while (at < script.length && script[at] !== ']') {
    const kind = /^\[[:.=]/.test(script.slice(at, at + 2)) ? script[at + 1] : undefined;
    const end = kind === undefined ? at : script.indexOf(`${kind}]`, at + 2) + 1;
    if (kind !== undefined && end === 0) return null;
    at = end + 1;
  }
  return at < script.length ? at : null;
}
