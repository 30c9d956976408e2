import { BUILTIN_RULES } from './builtin-rule.ts';
import { noteValue } from './hidden-subscript.ts';
import { listedFiles } from './listed-files.ts';
import { noteArithmetic, noteTest, readArithmetic, readNestedScripts } from './nested-scripts.ts';
import { noteWrite } from './reach-assignment.ts';
import { readLoop, rounds } from './read-loop.ts';
import { opensStdin, readRedirections } from './read-redirections.ts';
import { readSimpleCommand } from './read-simple-command.ts';
import { deeper, noteFault, question, reach, step } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { forgetVariables, forkState, loseVariable, uncertainly, unionOf, writeVariable } from './shell-state.ts';
import { runVariable } from './run-variable.ts';
import type { ShellState } from './shell-state.ts';
import { UNKNOWN, shellWord } from './shell-word.ts';
import { commandOutput } from './static-output.ts';
import { takeOver } from './take-over.ts';
import type { AndOr, CommandNode, CompoundList, ParsedScript, Pipeline, PipelineNode, Statement } from './syntax.ts';
import { fieldsOf } from './word-value.ts';
import { isHook } from './zsh-parameters.ts';

/** Reads all that a parsed script can reach. @throws {UnreadableCommand} where it has an error in it or is too much. */
export function readScript(reader: Reader, script: ParsedScript, frame: Frame): void {
  const [fault] = script.errors ?? [];
  if (fault !== undefined) noteFault(reader, `its shell syntax is wrong (${unquoted(fault.message)})`);
  readStatements(reader, script.commands, frame);
}

/** Tokens of the syntax may be told; a word is what somebody wrote, and may be a secret. */
function unquoted(message: string): string {
  return message.replace(
    /unexpected (?:token|argument) '(?![^\w\s']{1,3}'|(?:newline|if|then|else|elif|fi|for|while|until|do|done|case|esac|in)')[\s\S]*$/,
    'unexpected word',
  );
}

function readStatements(reader: Reader, statements: readonly Statement[], frame: Frame): void {
  for (const statement of statements) {
    step(reader);
    const inner = statement.background === true ? { ...frame, state: forkState(frame.state) } : frame;
    if (statement.command.type === 'AndOr') readChain(reader, statement.command, inner);
    else readAlone(reader, statement.command, inner);
  }
}

/** A `cd` on its own may fail, and what follows it then runs where it was. */
function readAlone(reader: Reader, node: PipelineNode, frame: Frame): void {
  const before = frame.state.folders;
  readPipelineNode(reader, node, frame);
  if (frame.state.folders !== before && (!frame.state.stopsOnError || frame.isTested))
    frame.state.folders = unionOf([before, frame.state.folders]);
}

function readChain(reader: Reader, chain: AndOr, frame: Frame): void {
  const { state } = frame;
  const [first, ...rest] = chain.commands;
  if (first === undefined) return;
  const seen = [state.folders];
  const tested = { ...frame, isTested: true };
  readPipelineNode(reader, first, tested);
  const afterFirst = state.folders;
  seen.push(afterFirst);
  for (const group of groupsOf(rest, chain.operators)) {
    if (group.isAlternative) state.folders = unionOf(seen);
    uncertainly(state, () => {
      for (const node of group.nodes) {
        readPipelineNode(reader, node, node === rest.at(-1) ? frame : tested);
        seen.push(state.folders);
      }
    });
  }
  // `cd x || exit`: what follows is reached only where the first command did its work.
  const endsOnFailure = rest.length === 1 && chain.operators[0] === '||' && leavesShell(rest[0], state);
  state.folders = endsOnFailure ? afterFirst : unionOf(seen);
}

interface ChainGroup {
  readonly nodes: PipelineNode[];
  /** What stands in front of it may not all have happened. */
  readonly isAlternative: boolean;
}

/**
 * The commands of a chain behind its first, in groups within which each is reached only once all before it in the
 * group are done. Behind the first `||` that is not known of any: `false && A=ls || $A` runs with the A from before.
 */
function groupsOf(nodes: readonly PipelineNode[], operators: AndOr['operators']): readonly ChainGroup[] {
  const groups: ChainGroup[] = [];
  for (const [index, node] of nodes.entries()) {
    const last = groups.at(-1);
    if (operators[index] === '||' || last?.isAlternative === true) groups.push({ nodes: [node], isAlternative: true });
    else if (last === undefined) groups.push({ nodes: [node], isAlternative: false });
    else last.nodes.push(node);
  }
  return groups;
}

/** Whether a command surely ends the shell, or the function in which it stands. */
function leavesShell(node: PipelineNode | undefined, state: ShellState): boolean {
  if (node?.type === 'BraceGroup') {
    const last = node.body.commands.at(-1);
    return (
      last !== undefined &&
      last.background !== true &&
      last.command.type !== 'AndOr' &&
      leavesShell(last.command, state)
    );
  }
  if (node?.type !== 'Command') return false;
  const name = node.name?.text ?? '';
  const isOwn = name === 'exit' || (name === 'return' && state.isInFunction);
  if (!isOwn || state.functions.has(name) || state.aliases.has(name)) return false;
  // A second operand, or a file that cannot be opened, and bash goes on.
  const [status, ...more] = node.suffix;
  const isPlain = status === undefined || (status.type === 'Word' && /^(?:\d+|\$\?|"\$(?:\?|\w+)")$/.test(status.text));
  return isPlain && more.length === 0 && node.prefix.length === 0 && node.redirects.length === 0;
}

function readPipelineNode(reader: Reader, node: PipelineNode, frame: Frame): void {
  if (node.type === 'Pipeline') readPipeline(reader, node, frame);
  else readNode(reader, node, frame);
}

function readPipeline(reader: Reader, pipeline: Pipeline, frame: Frame): void {
  const [only, ...others] = pipeline.commands;
  if (only !== undefined && others.length === 0) {
    const before = frame.state.folders;
    const isNegated = pipeline.prefixes?.some((prefix) => prefix.type === 'Negation') === true;
    readNode(reader, only, isNegated ? { ...frame, isTested: true } : frame);
    // What follows `! cd x` may be reached because that failed.
    if (isNegated && frame.state.folders !== before) frame.state.folders = unionOf([before, frame.state.folders]);
    return;
  }
  const start = reader.commands.length;
  let upstream: Pick<Frame, 'inputs' | 'input' | 'lines'> = frame;
  for (const [at, node] of pipeline.commands.entries()) {
    const from = reader.commands.length;
    // Commands in a group share their input: how much of it the first one leaves is not known.
    // To ksh and mksh `|&` is no pipe: what follows reads whatever it would alone.
    const isPipe = !frame.state.hasCoprocessPipe || pipeline.operators[at - 1] !== '|&';
    const input = node.type === 'Command' && isPipe ? upstream.input : null;
    const isLast = node === pipeline.commands.at(-1);
    const lines = isPipe ? upstream.lines : null;
    const isPiped = at > 0 && node.type === 'Command';
    const inner = { ...frame, ...upstream, input, lines, isPiped, state: forkState(frame.state) };
    readNode(reader, node, inner);
    // Zsh, ksh and a bash with `lastpipe` run it themselves.
    if (isLast) takeOver(frame.state, inner.state);
    const reached = reader.commands.slice(from, from + 2);
    upstream = {
      inputs: [...frame.inputs, { start, end: reader.commands.length }],
      input: commandOutput(node, reached, inner),
      lines: reached.length === 1 ? listedFiles(reached[0], readsPipe(node) ? upstream.lines : null) : null,
    };
  }
}

function readsPipe(node: CommandNode): boolean {
  return node.type === 'Command' && !node.redirects.some(opensStdin);
}

function readNode(reader: Reader, node: CommandNode | CompoundList, frame: Frame): void {
  step(reader);
  switch (node.type) {
    case 'Command':
      readSimpleCommand(reader, node, frame);
      return;
    case 'CompoundList':
      readStatements(reader, node.commands, deeper(frame));
      return;
    case 'BraceGroup':
      readStatements(reader, node.body.commands, deeper(frame));
      return;
    case 'Subshell':
      readStatements(reader, node.body.commands, deeper(frame, { state: forkState(frame.state) }));
      return;
    case 'Coproc':
      // An array of its descriptors.
      loseVariable(frame.state, node.name?.value ?? 'COPROC');
      readNode(reader, node.body, deeper(frame, { state: forkState(frame.state) }));
      return;
    case 'Redirected':
      readRedirected(reader, node, frame);
      return;
    case 'If':
      readStatements(reader, node.clause.commands, deeper(frame, { isTested: true }));
      readBranches(
        reader,
        [
          node.then,
          ...node.elif.flatMap((branch) => [branch.clause, branch.then]),
          ...(node.else === undefined ? [] : [node.else]),
        ],
        frame,
        node.elif.map((branch) => branch.clause),
      );
      return;
    case 'Case':
      readNestedScripts(reader, node.word, frame);
      for (const item of node.items) for (const pattern of item.pattern) readNestedScripts(reader, pattern, frame);
      readBranches(
        reader,
        node.items.map((item) => item.body),
        frame,
      );
      return;
    case 'While':
      readLoop(reader, frame, (inner) => {
        readStatements(reader, node.clause.commands, { ...inner, isTested: true });
        readStatements(reader, node.body.commands, inner);
      });
      return;
    case 'For':
      readFor(reader, node, frame);
      return;
    case 'Select':
      for (const word of node.wordlist ?? [])
        for (const item of fieldsOf(reader, word, frame)) noteWrite(reader, node.name.value, item, frame);
      noteWrite(reader, node.name.value, null, frame);
      readLoop(reader, frame, (inner) => {
        loseVariable(inner.state, node.name.value);
        loseVariable(inner.state, 'REPLY');
        readStatements(reader, node.body.commands, inner);
      });
      return;
    case 'ArithmeticFor':
      for (const part of [node.initialize, node.test, node.update])
        if (part !== undefined) readArithmetic(reader, part, frame);
      readLoop(reader, frame, (inner) => readStatements(reader, node.body.commands, inner));
      return;
    case 'ArithmeticCommand':
      noteArithmetic(reader, node.body, frame);
      readNestedScripts(reader, node, frame);
      reachBuiltin(reader, 'let', frame);
      return;
    case 'TestCommand':
      readNestedScripts(reader, node, frame);
      noteTest(reader, node, frame);
      reachBuiltin(reader, '[[', frame);
      return;
    case 'Function':
      defineFunction(reader, node.name.value, node.body, frame);
      return;
  }
}

/** Each branch is read on its own: what one of them wrote is not known to the next. Some of them are conditions. */
function readBranches(
  reader: Reader,
  branches: readonly CompoundList[],
  frame: Frame,
  conditions: readonly CompoundList[] = [],
): void {
  for (const branch of branches) {
    const inner = deeper(frame, { isTested: frame.isTested || conditions.includes(branch) });
    uncertainly(frame.state, () => readStatements(reader, branch.commands, inner));
  }
}

function readFor(reader: Reader, node: Extract<CommandNode, { type: 'For' }>, frame: Frame): void {
  const items =
    node.wordlist === undefined ? frame.state.args : node.wordlist.flatMap((word) => fieldsOf(reader, word, frame));
  // Variables that mean something to the shell or to programs have names such as PATH and npm_config_x.
  const name = node.name.value;
  for (const item of rounds(items)) {
    if (/[A-Z_]/.test(name)) noteWrite(reader, name, item, frame);
    else runVariable(reader, name, item ?? shellWord(UNKNOWN), frame);
  }
  readLoop(reader, frame, (inner) => {
    for (const item of rounds(items)) {
      if (item === null) loseVariable(inner.state, node.name.value);
      else writeVariable(inner.state, node.name.value, item);
      readStatements(reader, node.body.commands, inner);
    }
  });
}

function readRedirected(reader: Reader, node: Extract<CommandNode, { type: 'Redirected' }>, frame: Frame): void {
  const pendingBefore = reader.pending;
  reader.pending = [];
  const opened = readRedirections(reader, node.redirects, frame);
  if (opened.input !== null) noteValue(reader, opened.input.text);
  const start = reader.commands.length;
  reach(reader, {
    program: shellWord(''),
    words: [],
    redirections: opened.files,
    folders: frame.state.folders,
    sources: [...frame.inputs, ...opened.sources],
    input: null,
    role: 'wrapper',
    span: frame.span,
  });
  const lines = opened.stdin === 'inherited' ? frame.lines : null;
  const input = { input: null, lines, inputs: [...frame.inputs, ...opened.sources] };
  readNode(reader, node.command, deeper(frame, input));
  readPending(reader, start);
  reader.pending = pendingBefore;
}

/** Reads the scripts that the commands reached since `start` write into. */
export function readPending(reader: Reader, start: number): void {
  const range = { start, end: reader.commands.length };
  const { pending } = reader;
  reader.pending = [];
  for (const { script, frame } of pending) {
    readScript(reader, script, { ...frame, input: null, lines: null, inputs: [...frame.inputs, range] });
  }
}

function reachBuiltin(reader: Reader, name: string, frame: Frame): void {
  reach(reader, {
    program: shellWord(name),
    words: [],
    redirections: [],
    folders: frame.state.folders,
    sources: frame.inputs,
    input: null,
    role: 'plain',
    span: frame.span,
  });
}

function defineFunction(reader: Reader, name: string, body: CommandNode | CompoundList, frame: Frame): void {
  const { functions, uncertainty } = frame.state;
  if (isHook(name)) {
    question(
      reader,
      BUILTIN_RULES.unknownScript,
      `Some shells call a function of the name \`${name}\` on their own. Give it another name.`,
    );
  }
  const known = functions.get(name);
  const isCertain = uncertainty === 0 || known?.isCertain === true;
  functions.set(name, { bodies: uncertainty === 0 ? [body] : [...(known?.bodies ?? []), body], isCertain });
  reader.definitions.set(body, frame);
}

/** Reads the body of a function where it is called. */
export function readFunctionBody(reader: Reader, body: CommandNode | CompoundList, frame: Frame): void {
  reader.definitions.delete(body);
  readNode(reader, body, frame);
}

/** Reads the functions that nothing on the command line calls, with nothing known of where they may be called. */
export function readUncalled(reader: Reader): void {
  for (const [body, frame] of reader.definitions) {
    const state = forkState(frame.state);
    forgetVariables(state);
    state.folders = null;
    state.args = null;
    readNode(reader, body, deeper(frame, { state, inputs: [], input: null, lines: null }));
  }
}
