import type { DoubleQuotedChild, ParsedScript, Word, WordPart } from 'unbash';

/** What the client makes of one word. */
export interface WordReading {
  /** Without quotes, with the home folder and known variables put in. */
  readonly value: string;
  readonly hasGlob: boolean;
  readonly isDynamic: boolean;
  /** Whether a variable that the line sets was put in. */
  readonly usesVariable: boolean;
  /** Why the client does not follow it, or null. */
  readonly unchecked: string | null;
  /** Scripts inside of it whose commands the client looks at. */
  readonly nested: readonly (ParsedScript | undefined)[];
}

export interface WordScene {
  readonly home: string;
  /** Variables that the line sets: their value, or null where it is not known. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** Whether the word is the value of an assignment, where a command may stand alone. */
  readonly isAssigned: boolean;
}

/** Reads one word as the client does: it refuses more of the shell's language than the shell itself. */
export function readWord(word: Word, scene: WordScene): WordReading {
  const state: State = {
    value: '',
    hasGlob: false,
    isDynamic: false,
    usesVariable: false,
    unchecked: null,
    nested: [],
  };
  const parts = word.parts ?? [];
  if (/(?:^|[^\\])(?:\\\\)*\\\s/.test(unquotedText(word))) state.unchecked ??= 'a blank behind a backslash';
  if (parts.length === 0) state.value = word.value;
  for (const part of parts) readPart(state, part, scene);
  return state;
}

interface State {
  value: string;
  hasGlob: boolean;
  isDynamic: boolean;
  usesVariable: boolean;
  unchecked: string | null;
  nested: (ParsedScript | undefined)[];
}

function unquotedText(word: Word): string {
  if (word.parts === undefined) return word.text;
  return word.parts.map((part) => (part.type === 'Literal' ? part.text : '')).join('');
}

function readPart(state: State, part: WordPart, scene: WordScene): void {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
      state.value += part.value;
      return;
    case 'Glob':
      state.value += part.text;
      state.hasGlob = true;
      return;
    case 'DoubleQuoted':
      for (const [index, child] of part.parts.entries()) {
        const before = part.parts[index - 1];
        // Within a sentence the client follows a nested command, at its start or within a word it does not.
        readQuoted(state, child, before?.type === 'Literal' && /\s$/.test(before.value), scene);
      }
      return;
    case 'AnsiCQuoted':
      refuse(state, 'text with escape codes');
      return;
    case 'LocaleString':
      refuse(state, 'translated text');
      return;
    case 'ProcessSubstitution':
      refuse(state, 'a command used as a file');
      state.nested.push(part.script);
      return;
    case 'ExtendedGlob':
      refuse(state, 'a group directly behind a word');
      return;
    case 'BraceExpansion':
      refuse(state, 'a brace expansion');
      return;
    default:
      readQuoted(state, part, false, scene);
  }
}

function readQuoted(state: State, part: DoubleQuotedChild, isSpoken: boolean, scene: WordScene): void {
  switch (part.type) {
    case 'Literal':
      state.value += part.value;
      return;
    case 'SimpleExpansion':
      readVariable(state, part.text.slice(1), scene);
      return;
    case 'ParameterExpansion':
      refuse(state, 'a variable in braces');
      return;
    case 'CommandExpansion':
      if (!scene.isAssigned && !isSpoken) refuse(state, 'a nested command');
      state.nested.push(part.script);
      state.isDynamic = true;
      return;
    case 'ArithmeticExpansion':
      if (part.text.startsWith('$[') || /[a-z_]/i.test(part.text)) refuse(state, 'arithmetic with a variable');
      state.isDynamic = true;
      return;
  }
}

function readVariable(state: State, name: string, scene: WordScene): void {
  const known = scene.variables.get(name);
  if (typeof known === 'string') {
    state.value += known;
    state.usesVariable = true;
    if (/\s/.test(known)) refuse(state, 'a variable with a blank in it');
  } else if (name === 'HOME' && !scene.variables.has(name)) state.value += scene.home;
  else refuse(state, 'a variable');
}

function refuse(state: State, why: string): void {
  state.unchecked ??= why;
  state.isDynamic = true;
}
