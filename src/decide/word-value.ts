import { own } from './own.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { braceWords } from './brace-words.ts';
import { FieldBuilder, endsElsewhere, staysInBrackets } from './field-builder.ts';
import { parameterValue, positionalWords } from './parameter-value.ts';
import { readNestedScripts } from './nested-scripts.ts';
import { UnreadableCommand, deeper, question, spend, step } from './reader.ts';
import type { Frame, Reader } from './reader.ts';
import { forkState, readVariable, substitutionState } from './shell-state.ts';
import type { ShellState } from './shell-state.ts';
import { GLOB_ANY, GLOB_ONE, GLOB_RUN, UNKNOWN, UNKNOWN_WORDS, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { staticOutput } from './static-output.ts';
import type { HereDoc, ParsedScript, Word, WordPart } from './syntax.ts';
import { hasZshQualifier } from './zsh-glob.ts';

/** The words that the shell makes of one word on the command line: none, one or several, globs not yet matched. */
export function fieldsOf(reader: Reader, word: Word, frame: Frame): readonly ShellWord[] {
  step(reader);
  if (word.parts === undefined) return [plainWord(word, frame)];
  const words = braceWords(word);
  if (words === null) {
    readNestedScripts(reader, word, frame);
    return [shellWord(UNKNOWN_WORDS)];
  }
  const fields: ShellWord[] = [];
  for (const each of words) {
    step(reader);
    const builder = new FieldBuilder(true, frame.state);
    appendParts(reader, builder, each.parts ?? [], frame, {
      isQuoted: false,
      hasGlobs: true,
      isFirst: true,
      text: each.text,
    });
    if (each.parts === undefined) builder.append(plainWord(each, frame));
    const built = builder.finish();
    for (const field of built) spend(reader, field.text.length);
    fields.push(...built);
  }
  return fields;
}

/** The one text that the shell makes of a word where it neither splits nor globs: in assignments and here-strings. */
export function textOf(reader: Reader, word: Word, frame: Frame): ShellWord {
  step(reader);
  if (word.parts === undefined) return plainWord(word, frame);
  const builder = new FieldBuilder(false, frame.state);
  appendParts(reader, builder, word.parts, frame, { isQuoted: false, hasGlobs: false, isFirst: true, text: word.text });
  const value = builder.finish()[0] ?? shellWord('');
  spend(reader, value.text.length);
  return value;
}

/** The text of a here-document. */
export function hereDocText(reader: Reader, document: HereDoc, frame: Frame): ShellWord {
  const { parts, text } = document.body;
  spend(reader, text.length);
  if (parts === undefined) return shellWord(document.operator === '<<-' ? text.replaceAll(/^\t+/gm, '') : text);
  const builder = new FieldBuilder(false, frame.state);
  appendParts(reader, builder, parts, frame, { isQuoted: true, hasGlobs: false, isFirst: false, text });
  return builder.finish()[0] ?? shellWord('');
}

interface PartPlace {
  readonly isQuoted: boolean;
  readonly hasGlobs: boolean;
  /** The part stands at the beginning of the word, where a tilde means a home folder. */
  readonly isFirst: boolean;
  /** The word as written. */
  readonly text: string;
}

function appendParts(
  reader: Reader,
  builder: FieldBuilder,
  parts: readonly WordPart[],
  frame: Frame,
  place: PartPlace,
): void {
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (part.type === 'SimpleExpansion' && next !== undefined && changesInZsh(next)) {
      // What is left of the word belongs to the expansion or not.
      for (const rest of parts.slice(index)) readNestedScripts(reader, rest, frame);
      builder.expand(shellWord(UNKNOWN_WORDS), place.isQuoted);
      return;
    }
    appendPart(reader, builder, part, frame, { ...place, isFirst: place.isFirst && index === 0 });
  }
}

/** Whether zsh takes what follows `$x` for a subscript or for a modifier: `$x[2,5]`, `$x:r`. */
function changesInZsh({ type, text }: WordPart): boolean {
  return (type === 'Literal' || type === 'Glob') && /^(?:\[|:(?:[aAcehlPqQrtux&]|[fFgswW]\S))/.test(text);
}

/** `$~x`, `$=x` and their like, which are expansions in zsh alone; behind a backslash they are none. */
const ZSH_EXPANSION = /(?<!\\)\$[~=^+]+\w/;

/** Literal text as bash reads it, and not known where zsh sees an expansion. */
function literalText(text: string, value: string): string {
  const at = ZSH_EXPANSION.test(text) ? value.search(ZSH_EXPANSION) : -1;
  return at < 0 ? value : value.slice(0, at) + UNKNOWN;
}

function appendPart(reader: Reader, builder: FieldBuilder, part: WordPart, frame: Frame, place: PartPlace): void {
  step(reader);
  switch (part.type) {
    case 'Literal':
      builder.append(
        place.isFirst ? literalWord(part.text, part.value, frame) : shellWord(literalText(part.text, part.value)),
      );
      return;
    case 'SingleQuoted':
      builder.append(shellWord(part.value));
      return;
    case 'AnsiCQuoted':
      // An escape can make a NUL, which ends the text in bash, or half of a surrogate pair, which must not be taken for a mark.
      builder.append(shellWord((part.value.split('\0')[0] ?? '').toWellFormed()));
      return;
    case 'Glob':
      if (part.parts !== undefined) appendBrackets(reader, builder, part.parts, frame, place);
      else builder.append(shellWord(place.hasGlobs ? globMark(part, frame.state) : part.text));
      return;
    case 'ExtendedGlob':
      readNestedScripts(reader, part, frame);
      // Zsh runs the command in `*(e:'cmd':)`; bash sees a pattern.
      if (/[:'"`$]|^[e+]/.test(part.pattern) || hasZshQualifier(part.text)) {
        question(reader, BUILTIN_RULES.unknownScript, 'Some shells run a command out of such a glob. Use a plain one.');
      }
      if (part.parts?.some(isExpansion) === true) builder.append(shellWord(UNKNOWN));
      else builder.append(shellWord(place.hasGlobs ? GLOB_ANY : part.text));
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      // `"$@"` without arguments is no word at all; any other quotes are one, even around nothing.
      if (!isEmptyArguments(part.parts, frame)) builder.append(shellWord(''));
      appendParts(reader, builder, part.parts, frame, { ...place, isQuoted: true, isFirst: false });
      return;
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      appendParameter(reader, builder, part, frame, place);
      return;
    case 'CommandExpansion':
      builder.expand(substitutionOutput(reader, part.script, frame), place.isQuoted);
      return;
    case 'ArithmeticExpansion':
      readNestedScripts(reader, part, frame);
      builder.append(shellWord(UNKNOWN));
      return;
    case 'ProcessSubstitution':
      builder.append(processDescriptor(reader, part.operator, part.script, frame));
      return;
    case 'BraceExpansion':
      // Reached only where braces do not expand, as in an assignment.
      readNestedScripts(reader, part, frame);
      builder.append(shellWord(part.parts === undefined ? part.text : UNKNOWN));
      return;
  }
}

function appendParameter(
  reader: Reader,
  builder: FieldBuilder,
  part: Extract<WordPart, { type: 'SimpleExpansion' | 'ParameterExpansion' }>,
  frame: Frame,
  place: PartPlace,
): void {
  const positional = positionalWords(part, frame);
  if (positional === null) {
    if (frame.state.args === null && /^\$(?:@|\{@)/.test(part.text)) {
      // Quoted or not, these are as many words as there are arguments.
      readNestedScripts(reader, part, frame);
      builder.append(shellWord(UNKNOWN_WORDS));
      return;
    }
    builder.expand(parameterValue(reader, part, frame), place.isQuoted);
    return;
  }
  builder.expandArguments(positional, isAllInOne(part) ? 'one' : 'each', place.isQuoted);
}

/** `$*`, which in quotes is one word. */
function isAllInOne({ text }: WordPart): boolean {
  return /^\$\{?\*/.test(text);
}

function isEmptyArguments(parts: readonly WordPart[], frame: Frame): boolean {
  const isArguments = (part: WordPart): boolean =>
    part.type === 'SimpleExpansion' || part.type === 'ParameterExpansion'
      ? positionalWords(part, frame)?.length === 0 && !isAllInOne(part)
      : false;
  return parts.length > 0 && parts.every(isArguments);
}

function plainWord(word: Word, frame: Frame): ShellWord {
  return literalWord(word.text, word.value, frame);
}

/** Unquoted text in front of a word: a tilde stands for a folder, also behind the `=` of what looks like an assignment. */
function literalWord(text: string, value: string, frame: Frame): ShellWord {
  if (text.startsWith('~')) return withHome(value, frame);
  const equals = /^[A-Za-z_]\w*=(?=~)/.exec(text)?.[0];
  if (equals === undefined) return shellWord(literalText(text, value));
  const home = withHome(value.slice(equals.length), frame);
  return { ...home, text: equals + home.text };
}

/** Replaces the tilde in front, as bash does: `~` and `~/x` by HOME, `~+` and `~-` by the working folders. */
function withHome(value: string, frame: Frame): ShellWord {
  const slash = value.indexOf('/');
  const prefix = slash < 0 ? value : value.slice(0, slash);
  const rest = slash < 0 ? '' : value.slice(slash);
  const variable = own({ '~': 'HOME', '~+': 'PWD', '~-': 'OLDPWD' }, prefix);
  if (variable === undefined) {
    if (prefix === '~root') return shellWord(`/root${rest}`);
    return shellWord(/^~[\w.+-]+$/.test(prefix) ? UNKNOWN + rest : value);
  }
  const home = readVariable(frame.state, variable);
  return home === null ? shellWord(UNKNOWN + rest) : { ...home, text: home.text + rest };
}

function globMark(
  { kind, text }: Extract<WordPart, { type: 'Glob' }>,
  { hasDotglob, hasGlobstar }: ShellState,
): string {
  const mark = hasDotglob ? GLOB_ANY : kind === 'star' ? GLOB_RUN : GLOB_ONE;
  return hasGlobstar && text.startsWith('**') ? mark.repeat(2) : mark;
}

/** `[...]`: a glob of one character, unless an expansion in it could close it and go on. */
function appendBrackets(
  reader: Reader,
  builder: FieldBuilder,
  parts: readonly WordPart[],
  frame: Frame,
  place: PartPlace,
): void {
  const content = new FieldBuilder(false, frame.state);
  for (const part of parts) {
    const own = new FieldBuilder(false, frame.state);
    appendPart(reader, own, part, frame, { ...place, isFirst: false });
    const [value = shellWord('')] = own.finish();
    const isKept = !place.hasGlobs || !isExpansion(part) || staysInBrackets(value);
    content.append(isKept ? value : { ...value, text: UNKNOWN });
  }
  const [inside = shellWord('')] = content.finish();
  const isOther =
    inside.text.includes(UNKNOWN) || (parts.some((part) => part.type !== 'Literal') && endsElsewhere(inside));
  if (!place.hasGlobs) builder.append({ ...inside, text: `[${inside.text}]` });
  else if (isOther) builder.append({ ...inside, text: UNKNOWN });
  else builder.append({ ...inside, text: frame.state.hasDotglob ? GLOB_ANY : GLOB_ONE });
}

function isExpansion({ type }: WordPart): boolean {
  return type.endsWith('Expansion');
}

function substitutionOutput(reader: Reader, script: ParsedScript | undefined, frame: Frame): ShellWord {
  if (script === undefined) throw new UnreadableCommand('a command substitution in it is not closed');
  const start = reader.commands.length;
  reader.readScript(reader, script, deeper(frame, { state: substitutionState(frame.state) }));
  const output = staticOutput(script, reader.commands.slice(start, start + 2), frame);
  const sources = [{ start, end: reader.commands.length }, ...(output?.sources ?? [])];
  return { ...shellWord(output?.text.replace(/\n+$/, '') ?? UNKNOWN_WORDS), sources };
}

function processDescriptor(
  reader: Reader,
  operator: '<' | '>',
  script: ParsedScript | undefined,
  frame: Frame,
): ShellWord {
  if (script === undefined) throw new UnreadableCommand('a process substitution in it is not closed');
  const inner = deeper(frame, { state: forkState(frame.state) });
  const start = reader.commands.length;
  if (operator === '>') reader.pending.push({ script, frame: inner });
  else reader.readScript(reader, script, { ...inner, input: null, inputs: [] });
  return { text: '/dev/fd/63', sources: [{ start, end: reader.commands.length }], isDescriptor: true };
}
