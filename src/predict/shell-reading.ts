import { forEachChild, parse } from 'unbash';
import type {
  AndOr,
  Command,
  CommandNode,
  CompoundList,
  ParsedScript,
  Pipeline,
  PipelineNode,
  Statement,
  SyntaxNode,
  Word,
} from 'unbash';
import { addRedirect, readCommand, readTest } from './shell-command.ts';
import { readWord } from './shell-value.ts';

/** One simple command of a line, as far as the client reads it. */
export interface LineCommand {
  /** The source from its first word to its last, without redirections and variables in front. */
  readonly text: string;
  /** Its name and arguments without quotes; empty where only variables are set. */
  readonly words: readonly LineWord[];
  readonly assignments: readonly { readonly name: string; readonly text: string }[];
  readonly redirects: readonly LineRedirect[];
  /** What stands in front of its name and keeps rules that allow from meaning it. */
  readonly lead: 'nothing' | 'redirect' | 'time';
  /** Whether text is given to it in place of a file. */
  readonly hasInlineInput: boolean;
}

export interface LineWord {
  readonly value: string;
  /** As written. */
  readonly text: string;
  readonly hasGlob: boolean;
  /** Whether a part of its value is only known when it runs. */
  readonly isDynamic: boolean;
  /** Whether a command is nested in it. */
  readonly hasCommand: boolean;
  /** Whether a part of its value comes from a variable that the line sets. */
  readonly usesVariable: boolean;
}

export interface LineRedirect {
  readonly operator: string;
  readonly target: LineWord;
}

/** What the client makes of a command line. */
export interface ClientLine {
  /** The commands that it sees, in order. With `unchecked`, all that the syntax tree holds, for deny and ask rules only. */
  readonly commands: readonly LineCommand[];
  /** Why the client does not follow the line at all: no path in it is looked at. */
  readonly unchecked: string | null;
  /** Why it asks although it followed the line. */
  readonly hazard: string | null;
  readonly hasBackground: boolean;
  /** Whether a loop sets a variable. */
  readonly hasLoop: boolean;
  readonly hasPipe: boolean;
  readonly hasSubshell: boolean;
}

/** The state of one reading. */
export interface LineReader {
  readonly source: string;
  readonly home: string;
  readonly commands: LineCommand[];
  /** Variables that the line sets: their value, or null where it is not known. */
  readonly variables: Map<string, string | null>;
  unchecked: string | null;
  hazard: string | null;
  hasBackground: boolean;
  hasLoop: boolean;
  hasPipe: boolean;
  hasSubshell: boolean;
  /** How many commands stand around the place that is read. */
  depth: number;
  /** The commands of the syntax tree that were read. */
  readonly seen: Set<Command>;
}

/** Blanks and marks outside of ASCII that hide where a word ends. */
const UNICODE_BLANK = /[\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]/;

/** Longest line that is read, in UTF-16 code units; a longer one is left unchecked. */
const MAX_LINE_LENGTH = 10_000;

/** Reads a command line as the client does. Never throws. */
export function readClientLine(source: string, home: string): ClientLine {
  const reader: LineReader = {
    source,
    home,
    commands: [],
    variables: new Map(),
    unchecked: source.length > MAX_LINE_LENGTH ? 'the line is too long' : null,
    hazard: null,
    hasBackground: false,
    hasLoop: false,
    hasPipe: false,
    hasSubshell: false,
    depth: 0,
    seen: new Set(),
  };
  if (reader.unchecked === null) {
    const script = parse(source);
    if (source.includes('\n\\\n')) leave(reader, 'a blank behind a backslash');
    if (UNICODE_BLANK.test(source)) leave(reader, 'a blank that is no plain one');
    if ((script.errors ?? []).length > 0) leave(reader, 'its syntax cannot be read');
    readStatements(reader, script.commands);
    if (reader.unchecked !== null) readUnseen(reader, script);
  }
  return reader;
}

/** The commands in parts of the language that the client does not follow, for rules that look at text only. */
function readUnseen(reader: LineReader, node: SyntaxNode): void {
  if (node.type === 'Command' && !reader.seen.has(node)) readCommand(reader, node);
  // What stands in the brackets of an array that is set is no word to the client.
  if (node.type === 'Assignment') readUnseen(reader, node.value);
  else if (node.type === 'Coproc') return;
  else if (node.type === 'HereDocBody') {
    // Backquotes in a here-document are text to the client.
    for (const part of node.parts ?? []) if (!part.text.startsWith('`')) readUnseen(reader, part);
  } else forEachChild(node, (child) => readUnseen(reader, child));
}

/** Notes why a line is not followed; the first reason stays. */
export function leave(reader: LineReader, why: string): void {
  reader.unchecked ??= why;
}

/** Reads one word, and the commands that are nested in it. */
export function readWordOf(reader: LineReader, word: Word, isAssigned = false): LineWord {
  const reading = readWord(word, { home: reader.home, variables: reader.variables, isAssigned });
  if (reading.unchecked !== null) leave(reader, reading.unchecked);
  for (const script of reading.nested) readNested(reader, script);
  return {
    value: reading.value,
    text: word.text,
    hasGlob: reading.hasGlob,
    isDynamic: reading.isDynamic,
    hasCommand: reading.hasCommand,
    usesVariable: reading.usesVariable,
  };
}

function readNested(reader: LineReader, script: ParsedScript | undefined): void {
  if (script === undefined) return;
  if (script.commands.length > 1) leave(reader, 'a list of commands within a command');
  readWithin(reader, () => readStatements(reader, script.commands));
}

/** Reads what stands within a command. The client takes the line apart at pipes, wherever they are. */
function readWithin(reader: LineReader, read: () => void): void {
  reader.depth += 1;
  read();
  reader.depth -= 1;
}

function readStatements(reader: LineReader, statements: readonly Statement[]): void {
  for (const statement of statements) {
    if (statement.background === true) {
      reader.hasBackground = true;
      reader.hazard ??= 'a command runs in the background';
    }
    readChain(reader, statement.command);
  }
}

function readChain(reader: LineReader, node: AndOr | PipelineNode): void {
  if (node.type === 'AndOr') for (const part of node.commands) readPipelineNode(reader, part);
  else readPipelineNode(reader, node);
}

function readPipelineNode(reader: LineReader, node: PipelineNode): void {
  if (node.type === 'Pipeline') readPipeline(reader, node);
  else readNode(reader, node);
}

function readPipeline(reader: LineReader, node: Pipeline): void {
  const time = node.prefixes.find((prefix) => prefix.type === 'Time');
  if (node.commands.length === 0) reader.hazard ??= '`time` has no command';
  if (node.commands.some(hasDocument) && node.commands.length > 1) leave(reader, 'a here-document in a pipe');
  if (time?.posix !== undefined) leave(reader, '`time` has an option');
  if (node.commands.length > 1) reader.hasPipe = true;
  if (reader.depth > 0 && node.commands.length > 1) reader.hazard ??= 'a pipe within a command';
  const start = reader.commands.length;
  for (const part of node.commands) readNode(reader, part);
  const first = reader.commands[start];
  if (time !== undefined && first !== undefined) reader.commands[start] = { ...first, lead: 'time' };
}

function hasDocument(node: CommandNode): boolean {
  return node.type === 'Command' && node.redirects.some((redirect) => redirect.type === 'HereDoc');
}

function readNode(reader: LineReader, node: CommandNode): void {
  switch (node.type) {
    case 'Command':
      readCommand(reader, node);
      return;
    case 'If':
      for (const list of [node.clause, node.then, ...node.elif.flatMap((part) => [part.clause, part.then]), node.else])
        if (list !== undefined) readList(reader, list);
      return;
    case 'While':
      readList(reader, node.clause);
      readList(reader, node.body);
      return;
    case 'For':
      for (const word of node.wordlist ?? []) readWordOf(reader, word, true);
      reader.hasLoop = true;
      if (typeof reader.variables.get(node.name.value) === 'string') reader.hazard ??= 'a loop overwrites a variable';
      reader.variables.set(node.name.value, null);
      readList(reader, node.body);
      return;
    case 'Subshell':
      reader.hasSubshell = true;
      reader.hazard ??= 'a subshell';
      if (node.body.commands.length > 1) leave(reader, 'a list of commands in a subshell');
      readList(reader, node.body);
      return;
    case 'TestCommand':
      readTest(reader, node);
      return;
    case 'Redirected':
      readNode(reader, node.command);
      for (const redirect of node.redirects) addRedirect(reader, redirect);
      return;
    case 'BraceGroup':
      leave(reader, 'a group in braces');
      readList(reader, node.body);
      return;
    case 'Coproc':
      leave(reader, 'a coprocess');
      return;
    case 'ArithmeticFor':
    case 'ArithmeticCommand':
    case 'Case':
    case 'Select':
    case 'Function':
      leave(reader, 'a part of the shell language that is not followed');
      readAnything(reader, node);
      return;
  }
}

function readList(reader: LineReader, list: CompoundList): void {
  readWithin(reader, () => readStatements(reader, list.commands));
}

/** Every simple command below a node, for rules that look at text only. */
function readAnything(reader: LineReader, node: SyntaxNode): void {
  forEachChild(node, (child) => {
    if (child.type === 'Command') readCommand(reader, child);
    else readAnything(reader, child);
  });
}
