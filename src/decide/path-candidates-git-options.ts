import type { ShapedWord } from './command-shape.ts';
import { hint, mayWrite, place, valuesGiven } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';

const words = (text: string): readonly string[] => text.split(' ');

/** Long options, of whatever subcommand, whose value is a file that git reads. Git takes any beginning that one option has. */
const READ_NAMES = words(
  'file template signature-file description-file contents ignore-revs-file pathspec-from-file exclude-from exclude-per-directory add-file order-file mailmap-file trailer-file refs-from-file skip-list',
);
/** Letters of short options, by subcommand, whose value is a file that git reads. */
const READ_LETTERS: ReadonlyMap<string, string> = new Map([
  ['commit', 'Ft'],
  ['tag', 'F'],
  ['notes', 'F'],
  ['merge', 'F'],
  ['grep', 'f'],
  ['ls-files', 'X'],
  ['blame', 'S'],
  ['annotate', 'S'],
  ['diff', 'O'],
  ['log', 'O'],
  ['show', 'O'],
  ['format-patch', 'O'],
  ['diff-tree', 'O'],
  ['diff-index', 'O'],
  ['diff-files', 'O'],
  ['whatchanged', 'O'],
]);

const WRITTEN_NAMES = words(
  'output output-directory build-fake-ancestor export-marks separate-git-dir bugreport-directory',
);
const WRITTEN_LETTERS: ReadonlyMap<string, string> = new Map([
  ['format-patch', 'o'],
  ['archive', 'o'],
  ['bugreport', 'o'],
  ['diagnose', 'o'],
]);

/** Options whose value is a text, a pattern or a date: the name of a file there is no file. */
const TEXT_NAMES = words(
  'message grep author committer trailer format pretty date since until after before glob branches tags remotes exclude subject-prefix reroll-count label fixup squash',
);

/** The files that options behind a subcommand of git name. A value of an option that is not known may be read. */
export function gitOptionFiles(name: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  const written = valuesGiven(shape, WRITTEN_LETTERS.get(name) ?? '', WRITTEN_NAMES);
  return [
    ...valuesGiven(shape, READ_LETTERS.get(name) ?? '', READ_NAMES).map((text) => place(text, 'read')),
    ...written.flatMap((text) => [place(text, 'write'), mayWrite(text)]),
    ...shape.flatMap(({ kind, word }) => (kind === 'option' ? unlistedValue(word.text) : [])),
    ...tracedFiles(name, shape),
  ];
}

function unlistedValue(text: string): readonly PathCandidate[] {
  const equals = text.indexOf('=');
  if (equals < 0 || !text.startsWith('--')) return [];
  const option = text.slice(2, equals);
  if (option.length > 2 && TEXT_NAMES.some((full) => full.startsWith(option))) return [];
  return [hint(text.slice(equals + 1))];
}

/** `git log -L 1,9:FILE`. */
function tracedFiles(name: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  if (!['log', 'show', 'blame', 'annotate', 'shortlog'].includes(name)) return [];
  return valuesGiven(shape, 'L', []).flatMap((range) =>
    range.includes(':') ? [hint(range.slice(range.lastIndexOf(':') + 1))] : [],
  );
}
