import {
  MAX_BRACE_ALTERNATIVES,
  braceChoices,
  braceProblem,
  closingBrace,
  expandBraces,
} from './command-pattern-braces.ts';
import { programFolderProblem } from './program-pattern.ts';

/** A parsed pattern, or where in its text (UTF-16 code units) it cannot be read and why. */
export type PatternResult<Pattern> =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly at: number; readonly problem: string };

/** Names of the classes that a pattern writes in angle brackets; the meaning of each is in `decide`. */
export const OPERAND_CLASSES = [
  'outside',
  'inside',
  'elsewhere',
  'url',
  'allowed-url',
  'other-url',
  'any',
  'dynamic',
] as const;
export type OperandClass = (typeof OPERAND_CLASSES)[number];

/** Stands for an assignment where a pattern names its program: the words are then `NAME=value`. */
export const ASSIGNMENT_PROGRAM = '<assign>';

/**
 * What a policy's command pattern means. `stages` follow each other by what one writes and the next reads (`a | b`);
 * nearly every pattern has one. Each stage is a list of alternatives, of which any one may match.
 */
export interface CommandPattern {
  readonly text: string;
  readonly stages: readonly (readonly StagePattern[])[];
}

/**
 * One command: what its words must hold, and its program. That is a glob (`*`) for the last part of the program's path,
 * or begins with `./` and is one for its whole path in the workspace.
 */
export interface StagePattern {
  readonly programs: readonly string[];
  readonly words: readonly PatternWord[];
}

export type PatternWord =
  /** The next subcommand is one of `words`, or one of `flags` is present. */
  | { readonly kind: 'subcommand'; readonly words: readonly string[]; readonly flags: readonly FlagPattern[] }
  /** Some operand matches one of `globs`, or one of `flags` is present. */
  | { readonly kind: 'operand'; readonly globs: readonly string[]; readonly flags: readonly FlagPattern[] }
  /** One of `flags` is present, anywhere. */
  | { readonly kind: 'flag'; readonly flags: readonly FlagPattern[] }
  /** Some operand is of this class. */
  | { readonly kind: 'class'; readonly name: OperandClass };

/** A flag by its name with its dashes, and the glob or class that its value must match (null: any value, or none). */
export interface FlagPattern {
  readonly name: string;
  readonly value: { readonly glob: string } | { readonly className: OperandClass } | null;
}

/** Longest pattern text, in UTF-16 code units. */
export const MAX_COMMAND_PATTERN_LENGTH = 2_000;

/** Reads one command pattern of a policy. The grammar is in `docs/policy.md`. Never throws. */
export function parseCommandPattern(text: string): PatternResult<CommandPattern> {
  if (text.length > MAX_COMMAND_PATTERN_LENGTH) return fault(0, `longer than ${MAX_COMMAND_PATTERN_LENGTH} characters`);
  const odd = text.split('').findIndex((character) => character < ' ' || character === '\u007f');
  if (odd >= 0) return fault(odd, 'a pattern is one line without control characters');
  const braces = braceProblem(text);
  if (braces !== null) return fault(braces.at, braces.problem);
  const stages: (readonly StagePattern[])[] = [];
  for (const stage of splitOutsideBraces(text, '|')) {
    const parsed = parseStage(stage);
    if (!parsed.ok) return parsed;
    stages.push(parsed.pattern);
  }
  return { ok: true, pattern: { text, stages } };
}

interface Piece {
  readonly text: string;
  readonly at: number;
}

function parseStage(stage: Piece): PatternResult<readonly StagePattern[]> {
  const alternatives = hoistBlanks(stage.text);
  if (alternatives === null) return fault(stage.at, `stands for more than ${MAX_BRACE_ALTERNATIVES} commands`);
  const patterns: StagePattern[] = [];
  for (const alternative of alternatives) {
    // Offsets are exact only where nothing was expanded; else they point at the stage.
    const offset = (at: number): number => (alternatives.length === 1 ? stage.at + at : stage.at);
    const [first, ...rest] = splitOutsideBraces(alternative, ' ').filter((word) => word.text !== '');
    if (first === undefined) return fault(stage.at, 'a command has no program');
    const programs = parsePrograms(first.text);
    if (typeof programs === 'string') return fault(offset(first.at), programs);
    const words: PatternWord[] = [];
    for (const word of rest) {
      const parsed = parseWord(
        word.text,
        words.some((earlier) => earlier.kind === 'operand' || earlier.kind === 'class'),
      );
      if (typeof parsed === 'string') return fault(offset(word.at), parsed);
      words.push(parsed);
    }
    patterns.push({ programs, words });
  }
  return { ok: true, pattern: patterns };
}

function parsePrograms(text: string): readonly string[] | string {
  if (text === ASSIGNMENT_PROGRAM) return [text];
  if (text.startsWith('<')) return `\`${text}\` is no program; ${ASSIGNMENT_PROGRAM} is the only class here`;
  const programs = expandBraces(text);
  if (programs === null) return `stands for more than ${MAX_BRACE_ALTERNATIVES} programs`;
  for (const program of programs) {
    if (program === '') return 'an alternative of the program is empty';
    if (program.startsWith('-')) return 'the first word is the program, not a flag';
    const problem = programFolderProblem(program);
    if (problem !== null) return problem;
  }
  return programs;
}

function parseWord(text: string, isAfterOperand: boolean): PatternWord | string {
  if (text.startsWith('<')) {
    const name = operandClass(text);
    return name === null ? unknownClass(text) : { kind: 'class', name };
  }
  const alternatives = expandBraces(text);
  if (alternatives === null) return `stands for more than ${MAX_BRACE_ALTERNATIVES} words`;
  const flags: FlagPattern[] = [];
  const words: string[] = [];
  for (const alternative of alternatives) {
    if (alternative === '') return 'an alternative of this word is empty';
    if (!alternative.startsWith('-')) {
      words.push(alternative);
      continue;
    }
    const flag = parseFlag(alternative);
    if (typeof flag === 'string') return flag;
    flags.push(flag);
  }
  if (words.length === 0) return { kind: 'flag', flags };
  if (isAfterOperand || words.some((word) => word.includes('*'))) return { kind: 'operand', globs: words, flags };
  return { kind: 'subcommand', words, flags };
}

function parseFlag(text: string): FlagPattern | string {
  if (text === '-') return 'a lone `-` is neither a flag nor an operand that can be asked for';
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name.includes('*')) return 'the name of a flag holds no `*`';
  if (equals < 0) return { name, value: null };
  const value = text.slice(equals + 1);
  if (!value.startsWith('<')) return { name, value: { glob: value } };
  const className = operandClass(value);
  return className === null ? unknownClass(value) : { name, value: { className } };
}

function operandClass(text: string): OperandClass | null {
  return OPERAND_CLASSES.find((name) => text === `<${name}>`) ?? null;
}

function unknownClass(text: string): string {
  return `\`${text}\` is no class; there are ${OPERAND_CLASSES.map((name) => `<${name}>`).join(' ')}`;
}

/** Expands the brace groups that hold blanks, so that what is left can be split into words; null where too many. */
function hoistBlanks(text: string): readonly string[] | null {
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const close = closingBrace(text, open);
    const inside = text.slice(open + 1, close);
    if (!inside.includes(' ')) {
      open = close;
      continue;
    }
    const choices = braceChoices(inside);
    const plain = choices.filter((choice) => !choice.includes(' '));
    const replacements = choices.filter((choice) => choice.includes(' '));
    if (plain.length > 0) replacements.unshift(`{${plain.join(',')}}`);
    const expanded: string[] = [];
    for (const replacement of replacements) {
      const deeper = hoistBlanks(text.slice(0, open) + replacement + text.slice(close + 1));
      if (deeper === null || expanded.length + deeper.length > MAX_BRACE_ALTERNATIVES) return null;
      expanded.push(...deeper);
    }
    return expanded;
  }
  return [text];
}

function splitOutsideBraces(text: string, separator: ' ' | '|'): readonly Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (text[at] !== separator || depth > 0) continue;
    pieces.push({ text: text.slice(start, at), at: start });
    start = at + 1;
  }
  pieces.push({ text: text.slice(start), at: start });
  return pieces;
}

function fault(at: number, problem: string): { readonly ok: false; readonly at: number; readonly problem: string } {
  return { ok: false, at, problem };
}
