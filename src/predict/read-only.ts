import { fitsFlags } from './flag-set.ts';
import { FLAG_TABLE } from './flag-table.ts';
import { FIND_ACTIONS, reachesOutOfJq } from './exact-only.ts';
import { isReadOnlyGit } from './read-only-git.ts';
import { sedUse } from './sed-script.ts';
import type { LineCommand, LineWord } from './shell-reading.ts';
import { innermost, unwrapped } from './wrappers.ts';

/** Programs that only read, whatever their options. */
const ALWAYS = new Set(
  'cat head tail wc cut paste column tac rev fold expand unexpand fmt comm cmp diff nl od hexdump strings ls numfmt tsort pr tr df du free uptime id groups uname nproc locale cal sleep type true false expr seq echo basename dirname realpath readlink [[ ['.split(
    ' ',
  ),
);
/** Lines that only read as they stand. */
const EXACT = new Set(
  'pwd|whoami|history|arch|arch -h|arch --help|node -v|node --version|python --version|python3 --version|claude --help|claude -h|ip addr'.split(
    '|',
  ),
);
/** Programs, besides those with a set of options, whose words may hold no `$`. */
const DOLLAR_SHY = new Set(['git', 'printf']);
/** What `xargs` may start. */
const BEHIND_XARGS = new Set(['echo', 'printf', 'wc', 'grep', 'head', 'tail']);

/** Whether the client runs a command without a question because it only reads. Paths are another matter. */
export function isReadOnly(words: readonly LineWord[]): boolean {
  const values = words.map((word) => word.value);
  const [name = '', ...rest] = values;
  const line = values.join(' ');
  // A `$` asks even within single quotes, where it stands for itself.
  if ((DOLLAR_SHY.has(name) || FLAG_TABLE.has(name)) && rest.some((word) => word.includes('$'))) return false;
  if (EXACT.has(line) || ALWAYS.has(name)) return true;
  const hasGlob = words.some((word) => word.hasGlob);
  switch (name) {
    case 'stat':
      return !rest.some((word) => /^-[AH]$/.test(word));
    case 'history':
      return /^history \d+$/.test(line);
    case 'cd':
      return rest.length <= 1;
    case 'find':
      return !rest.some((word) => FIND_ACTIONS.has(word));
    case 'sed':
      return sedUse(words) === 'reads';
    case 'jq':
      return !hasGlob && isReadOnlyJq(rest);
    case 'printf':
      return rest[0] === '--' || rest[0]?.startsWith('-') !== true;
    case 'uniq':
      return /^uniq(?: -[fsw] \d+| -[a-zA-Z]+| --[a-zA-Z-]+(?:=\S+)?)*$/.test(line);
    case 'docker':
      return /^(?:ps|images|logs|inspect)$/.test(rest[0] ?? '');
    case 'ifconfig':
      return rest.length <= 1 && /^(?!-)[\w.-]*$/.test(rest[0] ?? '');
    case 'test':
      return (
        rest.every(
          (word) => !word.startsWith('-') || /^-(?:[bcdefghknprsuwxzGLNOS]|eq|ne|lt|le|gt|ge|ef|nt|ot)$/.test(word),
        ) && !(rest.length === 1 && rest[0]?.startsWith('-') === true)
      );
    case 'xargs':
      return isReadOnlyXargs(rest);
    case 'git':
      return !hasGlob && isReadOnlyGit(rest);
    default: {
      const set = FLAG_TABLE.get(name);
      const mayHaveGlob = /^(?:[ef]?grep|(?:md5|sha1|sha256)sum)$/.test(name);
      return set !== undefined && (mayHaveGlob || !hasGlob) && fitsFlags(set, rest);
    }
  }
}

/** Options first, then at least one word that is none. */
function isReadOnlyJq(rest: readonly string[]): boolean {
  const first = rest.findIndex((word) => !/^-[a-zA-Z]+$|^--[a-zA-Z-]+(?:=\S+)?$/.test(word));
  if (first === -1 || reachesOutOfJq(rest)) return false;
  return rest.slice(first).every((word, at) => !word.startsWith('-') && (at === 0 || !word.includes('$')));
}

function isReadOnlyXargs(rest: readonly string[]): boolean {
  const set = FLAG_TABLE.get('xargs');
  const separator = rest[rest.indexOf('-d') + 1] ?? '';
  if (rest.includes('-d') && separator.length > 1) return false;
  if (rest.includes('-I') && rest[rest.indexOf('-I') + 1] !== '{}') return false;
  let at = 0;
  while (rest[at]?.startsWith('-') === true) at += /^-[nLPsId]$/.test(rest[at] ?? '') ? 2 : 1;
  const started = rest[at];
  if (set === undefined || !fitsFlags(set, rest.slice(0, at))) return false;
  return started === undefined || BEHIND_XARGS.has(started);
}

/** Programs that change files, which modes that accept edits let run on files of the working directories. */
const EDITORS = new Set(['mkdir', 'touch', 'mv', 'cp']);
/** Words of theirs that are taken as they stand. */
const PLAIN_WORD = /^(?:-[a-zA-Z]+|(?!-)[\w./:%@+=,#~"' -]+|"[^"]*(?:\\"[^"]*)*"|'[^']*')$/;

/** Whether a mode that accepts edits lets a command run whose paths are in order. */
export function isTrustedEdit(command: LineCommand): boolean {
  const [inner] = unwrapped(command.words, 'path').some(([name]) => name?.value === 'env')
    ? []
    : innermost(command.words, 'path');
  if (inner?.value === 'rm' || inner?.value === 'rmdir') return true;
  if (command.lead !== 'nothing') return false;
  const [name, ...rest] = command.words;
  if (command.assignments.length > 0 || name === undefined) return false;
  if (name.text === 'sed') return sedUse(command.words) === 'edits';
  return EDITORS.has(name.text) && rest.every((word) => PLAIN_WORD.test(word.text));
}
