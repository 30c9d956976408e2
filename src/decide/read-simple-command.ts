import { BUILTIN_RULES } from './builtin-rule.ts';
import { applyBuiltin } from './builtin-effect.ts';
import { noteCommandTexts, noteValue } from './hidden-subscript.ts';
import { noteArithmetic } from './nested-scripts.ts';
import { prefixVariables } from './prefix-variables.ts';
import { programName } from './program-name.ts';
import { reachAssignment } from './reach-assignment.ts';
import { readFunctionBody, readPending } from './read-script.ts';
import { forcedTargets, readRedirections } from './read-redirections.ts';
import type { OpenedRedirections } from './read-redirections.ts';
import type { CommandRole, FileRedirection } from './reached-command.ts';
import { deeper, question, reach, spend } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { runVariable } from './run-variable.ts';
import { enterProcess, forkState, turnOn, uncertainly, writeVariable } from './shell-state.ts';
import { UNKNOWN, argumentsOf, isKnown, shellWord, withoutUnknown } from './shell-word.ts';
import type { CommandRange, ShellWord } from './shell-word.ts';
import type { Assignment, Command, Redirection } from './syntax.ts';
import { takeOver } from './take-over.ts';
import { unwrap } from './unwrap.ts';
import type { Inner } from './unwrap.ts';
import { fieldsOf, textOf } from './word-value.ts';
import { askForShellArray, isShellArray, isShellElement } from './zsh-parameters.ts';

/** Reads one simple command: its assignments, redirections, words, and every command that it runs in turn. */
export function readSimpleCommand(reader: Reader, command: Command, outer: Frame): void {
  const span = outer.isVerbatim ? { start: command.pos, end: command.end } : outer.span;
  const frame = { ...outer, span, isPiped: false };
  const pendingBefore = reader.pending;
  reader.pending = [];
  const start = reader.commands.length;
  const assigned = command.prefix.filter((part) => part.type === 'Assignment');
  const redirections = [...command.prefix, ...command.suffix].filter(
    (part) => part.type !== 'Word' && part.type !== 'Assignment',
  );
  const words = command.name === undefined ? [] : [...fieldsOf(reader, command.name, frame)];
  for (const part of command.suffix) {
    if (part.type === 'Word') words.push(...fieldsOf(reader, part, frame));
    else if (part.type === 'Assignment') words.push(assignmentWord(reader, part, frame));
  }
  // `{ a } always { b; }`
  if (command.suffix.slice(0, -1).some((part) => part.type === 'Word' && part.text === '}')) {
    question(reader, BUILTIN_RULES.unknownScript, 'In some shells this brace ends a group of commands. Quote it.');
  }
  const opened = openedBy(reader, command, redirections, outer);
  const restore =
    words.length > 0
      ? prefixVariables(
          frame.state,
          assigned.map((part) => part.name),
          words,
        )
      : null;
  for (const part of assigned) {
    assign(reader, part, frame);
    if (words.length > 0) frame.state.exported.add(part.name);
  }
  runWords(reader, words, opened, frame, 'plain', true);
  restore?.();
  readPending(reader, start);
  reader.pending = pendingBefore;
}

/** What its redirections open, as bash reads them and as zsh does. */
function openedBy(
  reader: Reader,
  command: Command,
  redirections: readonly Redirection[],
  frame: Frame,
): OpenedRedirections {
  const opened = readRedirections(reader, redirections, frame);
  const files = forcedTargets(command)
    .flatMap((word) => fieldsOf(reader, word, frame))
    .map((target): FileRedirection => ({ access: 'write', target }));
  const { input } = opened;
  const isMixed = frame.isPiped && input !== null;
  return {
    ...opened,
    files: [...opened.files, ...files],
    input: isMixed ? { ...input, text: input.text + UNKNOWN } : input,
  };
}

/** Where a command comes from and what is on its input, besides its own words. */
const NOTHING_OPENED: OpenedRedirections = { files: [], stdin: 'inherited', input: null, sources: [] };

function runWords(
  reader: Reader,
  words: readonly ShellWord[],
  opened: OpenedRedirections,
  frame: Frame,
  role: CommandRole = 'plain',
  followsNames = false,
): void {
  const [first] = words;
  noteCommandTexts(reader, words, opened.stdin === 'inherited' ? frame.input : opened.input);
  const sources: CommandRange[] = [...frame.inputs, ...opened.sources, ...words.flatMap((word) => word.sources)];
  const input = opened.stdin === 'inherited' ? frame.input : opened.input;
  const { folders } = frame.state;
  const reached = (program: ShellWord, own: readonly ShellWord[], as: CommandRole): void =>
    reach(reader, {
      program,
      words: own,
      redirections: opened.files,
      folders,
      sources,
      input,
      role: as,
      span: frame.span,
    });
  if (first === undefined) {
    if (opened.files.length > 0) reached(shellWord(''), [], 'wrapper');
    return;
  }
  const inner: Frame = { ...frame, inputs: sources, input, lines: opened.stdin === 'inherited' ? frame.lines : null };
  if (followsNames) {
    // Whether the shell expands aliases is its user's choice: the command is read both ways.
    if (runAlias(reader, words, inner)) {
      const unaliased = { ...frame, calls: [...frame.calls, aliasCall(first)] };
      uncertainly(frame.state, () => runWords(reader, words, opened, unaliased, role, true));
      return;
    }
    if (runFunction(reader, words, inner)) {
      if (opened.files.length > 0) reached(shellWord(''), [], 'wrapper');
      return;
    }
  }
  const program = programName(first.text);
  if (program === null) {
    question(reader, BUILTIN_RULES.unknownProgram, 'The program to run is not known before it runs. Name it plainly.');
    reached(first, words.slice(1), role);
    // An expansion that is empty leaves the rest of the name: `cu${x}rl`.
    const rest = withoutUnknown(first.text);
    if (rest !== '' && rest !== first.text)
      runWords(reader, [shellWord(rest), ...words.slice(1)], NOTHING_OPENED, deeper(inner), 'inner');
    else if (rest === '' && words.length > 1) runWords(reader, words.slice(1), NOTHING_OPENED, deeper(inner), 'inner');
    return;
  }
  const unwrapped = unwrap({ program, words: words.slice(1), frame: inner, homeDir: reader.homeDir });
  reached(
    unwrapped.isSilent === true ? shellWord('') : first,
    unwrapped.own,
    unwrapped.role === 'plain' ? role : unwrapped.role,
  );
  const savesOutput = opened.files.some(
    ({ access, target }) =>
      access !== 'read' && !target.isDescriptor && !/^\/dev\/(?:null|std\w+|tty)$/.test(target.text),
  );
  if (savesOutput && /^(?:curl|wget|aria2c|https?|xh)$/.test(program))
    question(reader, BUILTIN_RULES.savedDownload, 'This keeps a download on disk. A person looks at what is fetched.');
  for (const finding of unwrapped.questions) question(reader, finding.ruleId, finding.reason);
  for (const code of unwrapped.code) reader.inlineCode.push({ program, text: code.text, folders, span: frame.span });
  for (const each of unwrapped.inners) runInner(reader, each, inner);
  applyBuiltin(reader, program, words.slice(1), inner);
}

function runInner(reader: Reader, each: Inner, frame: Frame): void {
  const inner = deeper(frame, each.isDetached ? { state: forkState(frame.state) } : {});
  if (each.folders !== undefined) inner.state.folders = each.folders;
  if (each.input !== undefined) Object.assign(inner, { input: each.input, lines: null });
  if (each.args !== undefined) inner.state.args = each.args;
  if (each.scriptName !== undefined) inner.state.scriptName = each.scriptName;
  for (const option of each.shellOptions ?? []) turnOn(inner.state, option);
  if (each.isDetached && each.kind === 'text') enterProcess(inner.state);
  if (each.kind === 'text') {
    // The commands of the text share their input, so that no single one surely gets all of it.
    reader.readText(reader, each.text, { ...inner, input: null });
    return;
  }
  const words = [...each.words];
  if (each.takesAssignments === true) {
    for (let next = words[0]; next !== undefined && /^[A-Za-z_]\w*=/.test(next.text); next = words[0]) {
      const equals = next.text.indexOf('=');
      const name = next.text.slice(0, equals);
      const value = { ...next, text: next.text.slice(equals + 1) };
      writeVariable(inner.state, name, value);
      inner.state.exported.add(name);
      reachAssignment(reader, name, value, inner);
      runVariable(reader, name, value, inner);
      words.shift();
    }
  }
  // Another reading of options that are not known: an option is no program.
  if (words[0]?.text.startsWith('-') === true) return;
  runWords(reader, words, NOTHING_OPENED, inner, each.role ?? 'plain');
}

/** Rounds for which a function that calls itself is followed. */
const MAX_RECURSION = 3;

/** The reason of the question about a function that calls itself. */
export const ENDLESS_FUNCTION = 'A function here calls itself, and how often is not known.';

/** How {@link Frame.calls} names an alias that is being followed. */
function aliasCall({ text }: ShellWord): string {
  return `alias ${text}`;
}

/** Follows an alias that the command line itself defines. Tells whether there is one. */
function runAlias(reader: Reader, words: readonly ShellWord[], frame: Frame): boolean {
  const [first, ...rest] = words;
  const alias = first === undefined ? undefined : frame.state.aliases.get(first.text);
  if (first === undefined || alias === undefined || frame.calls.includes(aliasCall(first))) return false;
  const text = [alias.text, ...rest.map((word) => word.text)].join(' ');
  spend(reader, text.length);
  const state = forkState(frame.state);
  reader.readText(reader, { ...alias, text }, deeper(frame, { calls: [...frame.calls, aliasCall(first)], state }));
  takeOver(frame.state, state);
  return true;
}

function runFunction(reader: Reader, words: readonly ShellWord[], frame: Frame): boolean {
  const [first, ...args] = words;
  const definition = first === undefined ? undefined : frame.state.functions.get(first.text);
  if (first === undefined || definition === undefined) return false;
  if (frame.calls.filter((name) => name === first.text).length >= MAX_RECURSION) {
    question(reader, BUILTIN_RULES.unknownScript, ENDLESS_FUNCTION);
    return definition.isCertain;
  }
  const { state } = frame;
  const { args: argsBefore, isInFunction } = state;
  uncertainly(state, () => {
    state.isInFunction = true;
    for (const body of definition.bodies) {
      state.args = argumentsOf(args);
      readFunctionBody(
        reader,
        body,
        deeper(frame, { calls: [...frame.calls, first.text], input: null, isVerbatim: false }),
      );
    }
  });
  state.args = argsBefore;
  state.isInFunction = isInFunction;
  return definition.isCertain;
}

function assign(reader: Reader, part: Assignment, frame: Frame): void {
  const value = assignedValue(reader, part, frame);
  const isWhole = part.index === undefined && part.value.type === 'Word';
  writeVariable(frame.state, part.name, isWhole ? value : { ...value, text: UNKNOWN });
  reachAssignment(reader, part.name, value, frame);
  const isNumber =
    part.value.type === 'Word' && part.value.parts?.every(({ type }) => type === 'ArithmeticExpansion') === true;
  runVariable(reader, part.name, value, frame, isNumber);
}

function assignmentWord(reader: Reader, part: Assignment, frame: Frame): ShellWord {
  const value = assignedValue(reader, part, frame);
  // Unlike in front of a command, braces expand here, into several assignments.
  const hasBraces =
    part.value.type === 'Word' && part.value.parts?.some((each) => each.type === 'BraceExpansion') === true;
  return { ...value, text: `${part.name}=${hasBraces ? UNKNOWN : value.text}` };
}

function assignedValue(reader: Reader, part: Assignment, frame: Frame): ShellWord {
  if (part.index !== undefined) {
    textOf(reader, part.index, frame);
    if (isShellElement(part.name)) askForShellArray(reader);
    noteArithmetic(reader, part.index.text, frame);
  }
  if (part.value.type === 'ArrayValue') {
    for (const { text } of part.value.elements) {
      const subscript = /^\[(.*)\]\+?=/s.exec(text)?.[1];
      if (subscript !== undefined) noteArithmetic(reader, subscript, frame);
    }
    const elements = part.value.elements.flatMap((element) => fieldsOf(reader, element, frame));
    const texts = elements.map((element) => element.text);
    if (isShellArray(part.name, texts)) askForShellArray(reader);
    // Elements may be put together again.
    noteValue(reader, texts.join(''));
    return {
      ...shellWord(elements.map((element) => element.text).join(' ')),
      sources: elements.flatMap((element) => element.sources),
    };
  }
  const value = textOf(reader, part.value, frame);
  if (part.append !== true) return value;
  const before = frame.state.variables.get(part.name);
  const front = before === undefined || !isKnown(before) ? UNKNOWN : before.text;
  spend(reader, front.length + value.text.length);
  return { ...value, text: front + value.text, sources: [...(before?.sources ?? []), ...value.sources] };
}
