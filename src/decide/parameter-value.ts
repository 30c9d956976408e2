import { readNestedScripts } from './nested-scripts.ts';
import { noteWrite } from './reach-assignment.ts';
import type { Frame, Reader } from './reader.ts';
import { loseVariable, readVariable } from './shell-state.ts';
import {
  GLOB_ANY,
  GLOB_ONE,
  GLOB_RUN,
  MARK,
  UNKNOWN,
  UNKNOWN_WORDS,
  hasGlob,
  hasUnknown,
  shellWord,
} from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { ParameterExpansionPart, Word, WordPart } from './syntax.ts';
import { textOf } from './word-value.ts';
import { askForShellArray, isShellElement } from './zsh-parameters.ts';

type ParameterPart = Extract<WordPart, { type: 'SimpleExpansion' | 'ParameterExpansion' }>;

/** The words that `$@` or `$*` stands for where they are known, else null: then it is one value like any other. */
export function positionalWords(part: ParameterPart, frame: Frame): readonly ShellWord[] | null {
  const isPlain =
    part.type === 'SimpleExpansion' ||
    (part.operation === undefined && part.prefix === undefined && part.index === undefined);
  const name = part.type === 'SimpleExpansion' ? part.text.slice(1) : part.parameter;
  return isPlain && (name === '@' || name === '*') ? frame.state.args : null;
}

/** What a variable expands to, with marks where that is not known. Scripts in its operation are read. */
export function parameterValue(reader: Reader, part: ParameterPart, frame: Frame): ShellWord {
  if (part.type === 'SimpleExpansion') return namedValue(part.text.slice(1), frame) ?? shellWord(UNKNOWN_WORDS);
  noteZshAssignment(reader, part, frame);
  if (part.prefix !== undefined || part.index !== undefined) {
    readNestedScripts(reader, part, frame);
    return shellWord(UNKNOWN_WORDS);
  }
  const value = namedValue(part.parameter, frame);
  if (part.operation === undefined) return value ?? shellWord(UNKNOWN_WORDS);
  if (part.operation.type === 'Default') return defaultValue(reader, part, part.operation, value, frame);
  readNestedScripts(reader, part, frame);
  const changed = value === null || hasUnknown(value.text) ? null : changedText(part.operation, value.text);
  return { ...shellWord(changed ?? UNKNOWN_WORDS), sources: value?.sources ?? [] };
}

/** What an expansion assigns that bash does not read as one, or that zsh takes for a part of itself. */
function noteZshAssignment(reader: Reader, part: ParameterExpansionPart, { state }: Frame): void {
  const { operation, parameter, index } = part;
  // `${x::=text}` assigns whatever the value was.
  const isForced = operation?.type === 'Slice' && operation.length?.text.startsWith('=') === true;
  if (isForced) loseVariable(state, parameter);
  const isAssigning = isForced || (operation?.type === 'Default' && operation.operator.endsWith('='));
  if (isAssigning && index !== undefined && isShellElement(parameter)) askForShellArray(reader);
}

function namedValue(name: string, frame: Frame): ShellWord | null {
  if (/^\d+$/.test(name)) {
    if (name === '0') return frame.state.scriptName;
    return frame.state.args === null ? null : (frame.state.args[Number(name) - 1] ?? shellWord(''));
  }
  return /^[A-Za-z_]\w*$/.test(name) ? readVariable(frame.state, name) : null;
}

type Operation = NonNullable<ParameterExpansionPart['operation']>;

function defaultValue(
  reader: Reader,
  part: ParameterExpansionPart,
  operation: Extract<Operation, { type: 'Default' }>,
  value: ShellWord | null,
  frame: Frame,
): ShellWord {
  const operand = textOf(reader, operation.operand, frame);
  const isAssigning = operation.operator === '=' || operation.operator === ':=';
  if (isAssigning) {
    loseVariable(frame.state, part.parameter);
    noteWrite(reader, part.parameter, operand, frame);
  }
  if (value === null || MARK.test(value.text))
    return { ...shellWord(UNKNOWN_WORDS), sources: [...(value?.sources ?? []), ...operand.sources] };
  const isTaken = value.text !== '' || !operation.operator.startsWith(':');
  if (operation.operator.endsWith('+')) return isTaken ? operand : shellWord('');
  return isTaken ? value : operand;
}

/** The text after `${x#...}`, `${x%...}`, `${x/...}`, `${x:n:m}` or `${x^^}`, or null where that is not followed. */
function changedText(operation: Operation, text: string): string | null {
  if (operation.type === 'Remove') return withoutEnd(operation.operator, operation.operand, text);
  if (MARK.test(text)) return null;
  if (operation.type === 'Slice') return slice(operation.offset, operation.length, text);
  if (operation.type === 'CaseModification' && operation.operand === undefined)
    return changedCase(operation.operator, text);
  if (operation.type !== 'Replace') return null;
  const pattern = literal(operation.pattern);
  const replacement = literal(operation.replacement);
  if (pattern === null || pattern === '' || replacement === null) return null;
  // The text that was found, in bash since 5.2.
  if (replacement.includes('&')) return null;
  if (operation.operator === '//') return text.replaceAll(pattern, () => replacement);
  return operation.operator === '/' ? text.replace(pattern, () => replacement) : null;
}

function withoutEnd(operator: '#' | '##' | '%' | '%%', operand: Word, text: string): string | null {
  const pattern = operand.text;
  const slash = text.lastIndexOf('/');
  // A glob's mark never stands for a slash, so these two are exact for file names that are not fully known.
  if (operator === '##' && pattern === '*/') return text.slice(slash + 1);
  if (operator === '%' && pattern === '/*') return slash < 0 ? text : text.slice(0, slash);
  if (operator === '%' && pattern === '.*') {
    const dot = text.lastIndexOf('.');
    return dot < 0 || MARK.test(text.slice(dot)) ? null : text.slice(0, dot);
  }
  const end = literal(operand);
  if (end === null || end === '') return null;
  if (operator.startsWith('%')) return text.endsWith(end) ? text.slice(0, -end.length) : unchanged(text);
  return text.startsWith(end) ? text.slice(end.length) : unchanged(text);
}

function unchanged(text: string): string | null {
  return hasGlob(text) ? null : text;
}

function slice(offset: Word, length: Word | undefined, text: string): string | null {
  const from = /^ ?-?\d+$/.test(offset.text) ? Number(offset.text) : null;
  if (from === null || (length !== undefined && !/^\d+$/.test(length.text))) return null;
  const start = from < 0 ? Math.max(0, text.length + from) : from;
  return length === undefined ? text.slice(start) : text.slice(start, start + Number(length.text));
}

function changedCase(operator: '^' | '^^' | ',' | ',,', text: string): string {
  if (operator === '^^') return text.toUpperCase();
  if (operator === ',,') return text.toLowerCase();
  const first = text.slice(0, 1);
  return (operator === '^' ? first.toUpperCase() : first.toLowerCase()) + text.slice(1);
}

/** The text of a word without quotes, expansions and globs, or null. */
function literal(word: Word): string | null {
  const isPlain = word.parts === undefined && !/[*?[\\]/.test(word.text);
  return isPlain && ![GLOB_ANY, GLOB_ONE, GLOB_RUN, UNKNOWN].some((mark) => word.text.includes(mark))
    ? word.value
    : null;
}
