import { forEachChild } from 'unbash';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { noteOpenArithmetic, noteValue } from './hidden-subscript.ts';
import { UnreadableCommand, deeper, question, spend, step } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { noteWrite } from './reach-assignment.ts';
import { readSubscript } from './run-variable.ts';
import { loseVariable, substitutionState } from './shell-state.ts';
import { MARK, isKnown } from './shell-word.ts';
import type { ParameterExpansionPart, SyntaxNode } from './syntax.ts';
import { writtenNames } from './written-names.ts';

/**
 * Reads every script inside a part of the syntax tree whose own value is not followed (arithmetic, tests, patterns),
 * and marks the variables that it may write as unknown.
 */
export function readNestedScripts(reader: Reader, node: SyntaxNode, frame: Frame, depth = 0): void {
  step(reader);
  if (depth > MAX_EXPRESSION_DEPTH) throw new UnreadableCommand('an expression in it is nested too deeply');
  if (node.type === 'Script') {
    reader.readScript(reader, node, deeper(frame, { state: substitutionState(frame.state) }));
    return;
  }
  if (
    node.type === 'CommandExpansion' ||
    node.type === 'ProcessSubstitution' ||
    node.type === 'ArithmeticCommandExpansion'
  ) {
    if (node.script === undefined) throw new UnreadableCommand('a substitution in it is not closed');
  }
  if (node.type === 'ArithmeticExpansion') noteArithmetic(reader, node.text, frame);
  if (node.type === 'ArithmeticCommand') noteArithmetic(reader, node.body, frame);
  if (node.type === 'ParameterExpansion') noteExpansion(reader, node, frame);
  forEachChild(node, (child) => readNestedScripts(reader, child, frame, depth + 1));
}

/** What the expansion of a parameter does besides giving a value. */
function noteExpansion(reader: Reader, part: ParameterExpansionPart, frame: Frame): void {
  const { operation, index, prefix, parameter } = part;
  // Bash knows no operations but these; in zsh, `${(e)x}` runs the commands in a value.
  const isPrompt = operation?.type === 'Transform' && operation.operand.text.startsWith('P');
  if (isPrompt || operation?.type === 'Unknown') {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'This expansion can run commands out of text. Write the command plainly.',
    );
  }
  if (operation?.type === 'Default') {
    loseVariable(frame.state, parameter);
    reader.hidden.openNames.add(parameter);
  }
  // The value is the name of another variable, or of an element of an array.
  if (prefix === '!') noteArithmetic(reader, `\${${parameter}}`, frame);
  if (index !== undefined && !/^[@*]$/.test(index.text)) noteArithmetic(reader, index.text, frame);
  if (operation?.type !== 'Slice') return;
  for (const bound of [operation.offset, operation.length])
    if (bound !== undefined) noteArithmetic(reader, bound.text, frame);
}

/** Deepest nesting of an arithmetic or test expression that is walked. */
const MAX_EXPRESSION_DEPTH = 300;

/**
 * What arithmetic does besides counting: it writes variables, and bash evaluates the subscripts in their values, so
 * that `x='a[$(cmd)]'; ((x))` runs `cmd`.
 */
export function noteArithmetic(reader: Reader, text: string, frame: Frame): void {
  const { expression, holdsCommand, isOpen } = withValues(reader, text, frame);
  readSubscript(reader, expression, frame);
  const names = text.match(/[A-Za-z_]\w*/g) ?? [];
  const writes = /[^=!<>]=[^=]|[+-]{2}|<<=|>>=/.test(` ${text} `);
  const isHeld = (name: string): boolean => /[`$]/.test(frame.state.variables.get(name)?.text ?? '');
  if (holdsCommand || names.some(isHeld)) {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      'Arithmetic over text that holds a command would run it. Write the command plainly.',
    );
  }
  if (isOpen || names.some((name) => reader.hidden.openNames.has(name) || SHELL_TEXT.test(name)))
    noteOpenArithmetic(reader);
  if (writes) for (const name of names) loseVariable(frame.state, name);
  for (const name of writtenNames(text)) noteWrite(reader, name, null, frame, true);
}

/** Variables in which the shell itself puts texts of the line, or of its input. */
const SHELL_TEXT =
  /^(?:_|REPLY|MAPFILE|OPTARG|match|BASH_REMATCH|BASH_ARGV\w*|BASH_COMMAND|BASH_EXECUTION_STRING|COMP_\w+|READLINE_\w+)$/;

/** Parameters as an arithmetic expression holds them: `$1`, `${x}`, `$@`. */
const PARAMETER = /\$(?:\{(\w+|[@*])\}|([A-Za-z_]\w*|[\d@*]))/g;
/** What is left that has a value nobody here knows; not `$#`, `$?` and lengths, which are numbers. */
const OPEN = /\$\{(?!#)|\$\((?!\()|\$[\d@*]|`/;

interface Expression {
  /** With the values of parameters that are known. */
  readonly expression: string;
  /** An argument holds a command that is not run where it is written. */
  readonly holdsCommand: boolean;
  readonly isOpen: boolean;
}

function withValues(reader: Reader, text: string, frame: Frame): Expression {
  const { args, scriptName, variables } = frame.state;
  let holdsCommand = false;
  const known = (name: string): string | null => {
    if (/^[A-Za-z_]/.test(name)) {
      const value = variables.get(name);
      return value === undefined || !isKnown(value) ? null : value.text;
    }
    const all = name === '@' || name === '*' ? args : [name === '0' ? scriptName : (args?.[Number(name) - 1] ?? null)];
    const value =
      all === null || (args === null && name !== '0') ? null : all.map((word) => word?.text ?? '').join(' ');
    if (value === null || MARK.test(value)) return null;
    holdsCommand ||= /[`$]/.test(value);
    return value;
  };
  const expression = text.replaceAll(PARAMETER, (whole, braced: string | undefined, bare: string | undefined) => {
    const value = known(braced ?? bare ?? '') ?? whole;
    spend(reader, value.length);
    return value;
  });
  // A value that is known has been looked at; a variable that is not is told by its name.
  const rest = expression.replaceAll(PARAMETER, (whole, braced: string | undefined, bare: string | undefined) =>
    /^[A-Za-z_]/.test(braced ?? bare ?? '') ? '' : whole,
  );
  return { expression, holdsCommand, isOpen: MARK.test(text) || OPEN.test(rest) };
}

/** Reads one of the three expressions of a counting loop. */
export function readArithmetic(reader: Reader, node: SyntaxNode, frame: Frame): void {
  noteArithmetic(reader, arithmeticText(node), frame);
  readNestedScripts(reader, node, frame);
}

function arithmeticText(node: SyntaxNode): string {
  if (node.type === 'ArithmeticWord') return node.value;
  if (node.type === 'ArithmeticGroup') return arithmeticText(node.expression);
  if (node.type === 'ArithmeticUnary') return `${node.operator}${arithmeticText(node.operand)}${node.operator}`;
  if (node.type === 'ArithmeticBinary') {
    return `${arithmeticText(node.left)} ${node.operator} ${arithmeticText(node.right)}`;
  }
  if (node.type !== 'ArithmeticTernary') return '';
  return [node.test, node.consequent, node.alternate].map(arithmeticText).join(' ');
}

/** `[[ x -eq y ]]` and `[[ -v x ]]` evaluate their operands as arithmetic does. */
export function noteTest(reader: Reader, node: Extract<SyntaxNode, { type: 'TestCommand' }>, frame: Frame): void {
  const open: SyntaxNode[] = [node.expression];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === 'TestBinary' && /^-(?:eq|ne|lt|le|gt|ge)$/.test(next.operator))
      noteArithmetic(reader, `${next.left.text} ${next.right.text}`, frame);
    // Its parts stay in BASH_REMATCH.
    else if (next.type === 'TestBinary' && next.operator === '=~') noteValue(reader, next.left.value);
    else if (next.type === 'TestUnary' && next.operator === '-v') noteArithmetic(reader, next.operand.text, frame);
    else if (next.type === 'TestLogical') open.push(...next.operands);
    else if (next.type === 'TestNot') open.push(next.operand);
    else if (next.type === 'TestGroup') open.push(next.expression);
  }
}
