import { forEachChild } from 'unbash';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { UnreadableCommand, deeper, question, step } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { noteWrite } from './reach-assignment.ts';
import { readSubscript } from './run-variable.ts';
import { forkState, loseVariable } from './shell-state.ts';
import type { SyntaxNode } from './syntax.ts';
import { writtenNames } from './written-names.ts';

/**
 * Reads every script inside a part of the syntax tree whose own value is not followed (arithmetic, tests, patterns),
 * and marks the variables that it may write as unknown.
 */
export function readNestedScripts(reader: Reader, node: SyntaxNode, frame: Frame, depth = 0): void {
  step(reader);
  if (depth > MAX_EXPRESSION_DEPTH) throw new UnreadableCommand('an expression in it is nested too deeply');
  if (node.type === 'Script') {
    reader.readScript(reader, node, deeper(frame, { state: forkState(frame.state) }));
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
  if (node.type === 'ParameterExpansion' && node.operation?.type === 'Default')
    loseVariable(frame.state, node.parameter);
  forEachChild(node, (child) => readNestedScripts(reader, child, frame, depth + 1));
}

/** Deepest nesting of an arithmetic or test expression that is walked. */
const MAX_EXPRESSION_DEPTH = 300;

/**
 * What arithmetic does besides counting: it writes variables, and bash evaluates the subscripts in their values, so
 * that `x='a[$(cmd)]'; ((x))` runs `cmd`.
 */
export function noteArithmetic(reader: Reader, text: string, frame: Frame): void {
  readSubscript(reader, text, frame);
  const names = text.match(/[A-Za-z_]\w*/g) ?? [];
  const writes = /[^=!<>]=[^=]|[+-]{2}|<<=|>>=/.test(` ${text} `);
  for (const name of names) {
    const value = frame.state.variables.get(name)?.text ?? '';
    if (/[`$]/.test(value)) {
      question(
        reader,
        BUILTIN_RULES.unknownScript,
        'Arithmetic over text that holds a command would run it. Write the command plainly.',
      );
    }
    if (writes) loseVariable(frame.state, name);
  }
  for (const name of writtenNames(text)) noteWrite(reader, name, null, frame);
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
    else if (next.type === 'TestUnary' && next.operator === '-v') noteArithmetic(reader, next.operand.text, frame);
    else if (next.type === 'TestLogical') open.push(...next.operands);
    else if (next.type === 'TestNot') open.push(next.operand);
    else if (next.type === 'TestGroup') open.push(next.expression);
  }
}
