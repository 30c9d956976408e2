import { starGlobMatches } from '../core/command-pattern-glob.ts';
import type { FlagPattern, PatternWord, StagePattern } from '../core/command-pattern.ts';
import type { OperandClasses } from './command-match.ts';
import type { ShapedWord } from './command-shape.ts';
import { isKnown } from './shell-word.ts';

/**
 * Whether a pattern accounts for every word of a command, so that a rule that denies or asks may step back for it.
 *
 * An exception names what it lets through: an option or an operand that the pattern does not name, a word that is not
 * known before it runs, and a short form of a long option each keep the rule in force. Otherwise
 * `rm -r ./dist` as an exception would also lift the denial of `rm -r ./dist /srv`.
 */
export function accountsForWords(
  pattern: StagePattern,
  words: readonly ShapedWord[],
  classes: OperandClasses,
): boolean {
  return words.every((shaped, at) => {
    if (!isKnown(shaped.word) || shaped.word.isDescriptor) return false;
    switch (shaped.kind) {
      case 'end-of-options':
        return true;
      case 'option':
        return namesOption(pattern, shaped, words[at + 1]);
      case 'value':
        // Looked at together with the option in front of it.
        return true;
      case 'operand':
      case 'value-or-operand':
        return pattern.words.some((wanted) => coversOperand(wanted, shaped.word.text, classes));
    }
  });
}

function coversOperand(wanted: PatternWord, text: string, classes: OperandClasses): boolean {
  switch (wanted.kind) {
    case 'flag':
      return false;
    case 'subcommand':
      return wanted.words.includes(text);
    case 'operand':
      return wanted.globs.some((glob) => coversText(glob, text));
    case 'class':
      return classes.matchValue(wanted.name, text) === 'yes';
  }
}

/** Whether the option is spelled as the pattern spells it, each letter of `-ab` by itself, with a value that it names. */
function namesOption(pattern: StagePattern, shaped: ShapedWord, next: ShapedWord | undefined): boolean {
  const flags = pattern.words.flatMap((wanted) => (wanted.kind === 'class' ? [] : wanted.flags));
  const { text } = shaped.word;
  const separate = next?.kind === 'value' || next?.kind === 'value-or-operand' ? next.word.text : null;
  // `-target=x` is one option of one dash; behind a single letter, the sign would be part of the value.
  const equals = /^-(?:-|[^=]{2})/.test(text) ? text.indexOf('=') : -1;
  const name = equals < 0 ? text : text.slice(0, equals);
  if (flags.some((flag) => flag.name === name && coversValue(flag, equals < 0 ? separate : text.slice(equals + 1))))
    return true;
  if (!shaped.isShort || shaped.letters === 0) return false;
  const attached = text.slice(1 + shaped.letters);
  return text
    .slice(1, 1 + shaped.letters)
    .split('')
    .every((letter, at, letters) => {
      const value = at < letters.length - 1 ? null : attached === '' ? separate : attached;
      return flags.some((flag) => flag.name === `-${letter}` && coversValue(flag, value));
    });
}

function coversValue({ value }: FlagPattern, text: string | null): boolean {
  if (value === null) return true;
  return 'glob' in value && text !== null && coversText(value.glob, text);
}

/**
 * Whether a glob covers a text that an attacker chose to fit it. A `*` stands for no `..`, for no further part of a
 * list such as `from:to` or `a,b`, and in the host of a URL for nothing that ends the host.
 */
function coversText(glob: string, text: string): boolean {
  if (!glob.includes('*')) return glob === text;
  if (/(?:^|[/\\])\.\.(?:[/\\]|$)|%2e%2e|[\p{Cc}\\]/iu.test(text)) return false;
  if (!/^[\w+.-]+:\/\//.test(glob))
    return (
      countOf(text, ':') === countOf(glob, ':') &&
      countOf(text, ',') === countOf(glob, ',') &&
      starGlobMatches(glob, text)
    );
  const wanted = splitUrl(glob);
  const given = splitUrl(text);
  return (
    !/[@?#{}[\]]/.test(given.front) &&
    starGlobMatches(wanted.front, given.front) &&
    starGlobMatches(wanted.path, given.path)
  );
}

/** A URL as what stands in front of its path, and the path. */
function splitUrl(text: string): { readonly front: string; readonly path: string } {
  const slash = text.indexOf('/', text.indexOf('://') + 3);
  return slash < 0 ? { front: text, path: '' } : { front: text.slice(0, slash), path: text.slice(slash) };
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
