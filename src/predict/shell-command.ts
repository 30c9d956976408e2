import { forEachChild } from 'unbash';
import type { Command, Redirection, SyntaxNode } from 'unbash';
import { opaqueLauncher } from './launchers.ts';
import { leave, readWordOf } from './shell-reading.ts';
import { isSteering } from './variables.ts';
import type { LineReader, LineRedirect, LineWord } from './shell-reading.ts';

/** Adds one simple command to what was read. */
export function readCommand(reader: LineReader, node: Command): void {
  reader.seen.add(node);
  const assignments = node.prefix.filter((part) => part.type === 'Assignment');
  const words: LineWord[] = [];
  if (node.name !== undefined) words.push(readWordOf(reader, node.name));
  for (const argument of node.args)
    words.push(argument.type === 'Word' ? readWordOf(reader, argument) : assignmentWord(reader, argument.text));
  for (const assignment of assignments) {
    const value = assignment.value.type === 'Word' ? readWordOf(reader, assignment.value, true) : null;
    if (value === null || assignment.index !== undefined) leave(reader, 'an array is set');
    if (node.name === undefined && isSteering(assignment.name)) reader.hazard ??= `\`${assignment.name}\` is set`;
    if (value?.usesVariable === true) reader.hazard ??= 'a variable that the line sets';
    if (node.name === undefined)
      reader.variables.set(
        assignment.name,
        value === null || value.isDynamic || value.hasCommand || value.hasGlob ? null : value.value,
      );
  }
  if (node.name === undefined && assignments.length > 1) leave(reader, 'several variables are set at once');
  noteOddWords(reader, node, words);
  reader.commands.push({
    text: textOf(reader.source, node),
    words,
    assignments: assignments.map(({ name, text }) => ({ name, text })),
    redirects: node.redirects.map((part) => redirectOf(reader, part)).filter((part) => part !== null),
    lead: node.name !== undefined && node.prefix.some((part) => part.type !== 'Assignment') ? 'redirect' : 'nothing',
    hasInlineInput: node.redirects.some((part) => part.type === 'HereString'),
  });
}

/** Adds a `[[ … ]]` as one command. */
export function readTest(reader: LineReader, node: SyntaxNode): void {
  forEachChild(node, (child) => readWordsBelow(reader, child));
  const text = reader.source.slice(node.pos, node.end);
  const words = text.split(/\s+/).map((word) => ({
    value: word,
    text: word,
    hasGlob: false,
    isDynamic: false,
    hasCommand: false,
    usesVariable: false,
  }));
  reader.commands.push({ text, words, assignments: [], redirects: [], lead: 'nothing', hasInlineInput: false });
}

/** Adds a redirection behind a group to the last command in it. */
export function addRedirect(reader: LineReader, redirect: Redirection): void {
  const read = redirectOf(reader, redirect);
  const last = reader.commands.at(-1);
  if (read === null || last === undefined) return;
  reader.commands[reader.commands.length - 1] = { ...last, redirects: [...last.redirects, read] };
}

function readWordsBelow(reader: LineReader, node: SyntaxNode): void {
  if (node.type === 'Word') readWordOf(reader, node);
  else forEachChild(node, (child) => readWordsBelow(reader, child));
}

/** What the client stops at although bash reads it as plain words. */
function noteOddWords(reader: LineReader, node: Command, words: readonly LineWord[]): void {
  const opaque = opaqueLauncher(words.map((word) => word.value));
  if (opaque !== null) leave(reader, opaque);
  for (const word of words) {
    if (/^=[a-zA-Z_]/.test(word.text)) leave(reader, 'a word that zsh replaces by the path of a program');
    if (/\{[^]*(?:,|\.\.)/.test(word.text.replace(/"[^"]*"|'[^']*'/g, ''))) leave(reader, 'a brace and a comma');
    if (/(?:^|[^\\])\$$/.test(word.text)) leave(reader, 'a `$` with nothing behind it');
    if (/\n[ \t]*#/.test(word.value)) leave(reader, 'a line in quotes that looks like a comment');
    if (word.text.startsWith('!$')) leave(reader, 'a word from the history');
    if (/\/proc\/[^/]*\/environ/.test(word.value)) reader.hazard ??= 'the environment of another process';
  }
  if (words[0]?.value === '[' && words.at(-1)?.value !== ']') leave(reader, 'a `[` without its `]`');
  if (words[0]?.value === 'test' && words.some((word) => word.value === '=')) leave(reader, 'a `=` behind `test`');
  if (words[0]?.value === '[' && words.some((word) => /^-[ao]$/.test(word.value))) leave(reader, 'a joined test');
  if (words.some((word) => /\\[{}]/.test(word.text))) leave(reader, 'a brace behind a backslash');
  if (words[0]?.text.includes('$') === true) reader.hazard ??= 'the name of a command comes from a variable';
  if (words[0]?.text.startsWith('-') === true) reader.hazard ??= 'a command whose name is an option';
  if (reader.source.startsWith('\\\n', node.pos) || /^[ \t]*\\\n\s*\|(?!\|)/.test(reader.source.slice(node.end)))
    reader.hazard ??= 'a line that ends between two commands';
  if (words.some((word) => word.usesVariable)) reader.hazard ??= 'a variable that the line sets';
  const leading = node.suffix.findIndex(
    (part) => part.type === 'Redirect' && part.operator !== '>&' && part.operator !== '<&',
  );
  if (leading !== -1 && node.suffix.slice(leading).some((part) => part.type === 'Word' || part.type === 'Assignment'))
    reader.hazard ??= 'a word behind a redirection';
}

function assignmentWord(reader: LineReader, text: string): LineWord {
  if (/[$`]/.test(text)) leave(reader, 'a variable is set from another');
  return { value: text, text, hasGlob: false, isDynamic: false, hasCommand: false, usesVariable: false };
}

/** The source of a command's words, with single blanks where redirections were taken out. */
function textOf(source: string, node: Command): string {
  if (node.name === undefined) return source.slice(node.pos, node.end);
  let text = source.slice(node.name.pos, node.name.end);
  let end: number | null = node.name.end;
  for (const part of node.suffix) {
    const isWord = part.type === 'Word' || part.type === 'Assignment';
    if (isWord) text += `${end === null ? ' ' : source.slice(end, part.pos)}${source.slice(part.pos, part.end)}`;
    end = isWord ? part.end : null;
  }
  return text;
}

function redirectOf(reader: LineReader, redirect: Redirection): LineRedirect | null {
  if (redirect.type === 'HereDoc') {
    if (redirect.delimiter?.quoted !== true) leave(reader, 'a here-document that the shell expands');
    return null;
  }
  if (redirect.operator === '<>') leave(reader, 'a file that is opened for reading and writing');
  if (redirect.target === undefined) return null;
  const target = readWordOf(reader, redirect.target);
  if (redirect.type === 'HereString') return null;
  if (/^[<>]&$/.test(redirect.operator) && /^\d+$/.test(target.value)) return null;
  if (redirect.operator.endsWith('&') && target.value === '-') leave(reader, 'a redirection that closes a file');
  if (target.isDynamic || /\$/.test(redirect.target.text.replace(/^".*"$/s, '')))
    leave(reader, 'a redirection to a file that is only known when it runs');
  return { operator: redirect.operator, target };
}
