import type { ShapedWord } from './command-shape.ts';
import { hint, pathsWithin } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { BARE_NAMES } from './program-roles.ts';

/** Options whose value is a text or a pattern with any program that has them. */
const TEXT_OPTIONS =
  /^--(?:exclude|exclude-dir|exclude-pattern|ignore|ignore-dir|ignore-pattern|message|grep|regexp?|label)(?:=|$)/;
/** Options whose value is a pattern with programs that go through folders; a compiler reads the file. */
const PATTERN_OPTIONS = /^--(?:include|filter|name|type|skip)(?:=|$)/;
const TAKES_PATTERNS = new Set(['rsync', 'tar', 'bsdtar', 'zip', 'unzip']);

const COMPILERS = /^(?:gcc|g\+\+|cc|c\+\+|cpp|clang|clang\+\+)(?:-\d+)?$/;
/** Options of compilers that take the rest of their word as a file. */
const JOINED_FILES = /^--?(?:include|imacros|include-pch|isystem|iquote|idirafter)(.+)$/s;

/** What a word of any program may name. */
export function hintsOf(program: string, { word, kind, isShort, letters }: ShapedWord): readonly PathCandidate[] {
  const { text } = word;
  if (kind === 'end-of-options') return [];
  if (kind === 'option') {
    if (TEXT_OPTIONS.test(text) || (PATTERN_OPTIONS.test(text) && TAKES_PATTERNS.has(program))) return [];
    const joined = COMPILERS.test(program) ? JOINED_FILES.exec(text)?.[1] : undefined;
    if (joined !== undefined) return [hint(joined.replace(/^=/, ''))];
    const equals = text.indexOf('=');
    if (equals >= 0) return pathsWithin(text.slice(equals + 1)).map((path) => hint(path));
    if (!isShort || text.length < 3) return [];
    const attached = [text.slice(2), text.slice(1 + letters)].filter((path) => /[./~]/.test(path));
    return attached.flatMap(pathsWithin).map((path) => hint(path));
  }
  if (BARE_NAMES.has(program) && !/[./@=:]/.test(text)) return [];
  return pathsWithin(text).map((path) => hint(path));
}
