import type { DoubleQuotedChild, ParsedScript, Word, WordPart } from 'unbash';

/** What the client makes of one word. */
export interface WordReading {
  /** Without quotes, with the home folder and known variables put in. */
  readonly value: string;
  readonly hasGlob: boolean;
  readonly isDynamic: boolean;
  /** Whether a command is nested in it. */
  readonly hasCommand: boolean;
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
    hasCommand: false,
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

/** Where an expansion stands: outside of quotes, with at most one more letter in them, or in a quoted text. */
type Place = 'bare' | 'alone in quotes' | 'within text';
type CommandExpansionPart = Extract<DoubleQuotedChild, { readonly type: 'CommandExpansion' }>;

/** What the client puts in place of what a nested command prints; it then looks at the word as a path. */
const OUTPUT = '__CMDSUB_OUTPUT__';

interface State {
  value: string;
  hasGlob: boolean;
  isDynamic: boolean;
  hasCommand: boolean;
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
    case 'DoubleQuoted': {
      if (/(?:^|[^\\])(?:\\\\)*\\\n/.test(part.text)) refuse(state, 'a blank behind a backslash');
      const place = isSpoken(part.parts) ? 'within text' : 'alone in quotes';
      for (const child of part.parts) readQuoted(state, child, place, scene);
      return;
    }
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
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
      readQuoted(state, part, 'bare', scene);
      return;
  }
}

/** Whether quoted text holds more than a nested command and one letter: only then the client follows that command. */
function isSpoken(parts: readonly DoubleQuotedChild[]): boolean {
  const length = parts.reduce((sum, part) => sum + (part.type === 'Literal' ? part.value.length : 0), 0);
  return length > 1;
}

function readQuoted(state: State, part: DoubleQuotedChild, place: Place, scene: WordScene): void {
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
      readNestedCommand(state, part, place, scene);
      return;
    case 'ArithmeticExpansion':
      if (part.text.startsWith('$[') || /[a-z_]/i.test(part.text)) refuse(state, 'arithmetic with a variable');
      if (place === 'alone in quotes') refuse(state, 'arithmetic alone in quotes');
      state.isDynamic = true;
      return;
  }
}

function readNestedCommand(state: State, part: CommandExpansionPart, place: Place, scene: WordScene): void {
  if (place !== 'bare' && isQuotedText(part.script)) {
    state.value += OUTPUT;
    return;
  }
  state.nested.push(part.script);
  state.hasCommand = true;
  if (place === 'within text') {
    state.value += OUTPUT;
    return;
  }
  if (!scene.isAssigned) refuse(state, 'a nested command');
  state.isDynamic = true;
}

/** Whether a nested command is `cat` of a here-document that the shell leaves as it is: text, in other words. */
function isQuotedText(script: ParsedScript | undefined): boolean {
  const command = script?.commands.length === 1 ? script.commands[0]?.command : undefined;
  if (command?.type !== 'Command' || command.name?.text !== 'cat' || command.prefix.length > 0) return false;
  const [only, ...others] = command.suffix;
  return others.length === 0 && only?.type === 'HereDoc' && only.delimiter?.quoted === true;
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
