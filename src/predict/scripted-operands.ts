import type { LineWord } from './shell-reading.ts';

/** A program whose first operand is no path. */
interface ScriptedProgram {
  /** Options that take the place of that operand. */
  readonly instead: readonly string[];
  /** Further options that take a value. */
  readonly valued: readonly string[];
}

const list = (text: string): readonly string[] => text.split(' ');
const GREP: ScriptedProgram = {
  instead: list('-e --regexp -f --file'),
  valued: list(
    '-A -B -C -m -d -D --include --exclude --exclude-dir --max-count --context --after-context --before-context --color',
  ),
};
const PROGRAMS: ReadonlyMap<string, ScriptedProgram> = new Map([
  ['grep', GREP],
  ['egrep', GREP],
  ['fgrep', GREP],
  [
    'rg',
    {
      instead: list('-e --regexp -f --file'),
      valued: list('-A -B -C -m -d -g --glob -t --type -T --type-not --max-depth --max-count -r --replace'),
    },
  ],
  ['jq', { instead: list('-f --from-file'), valued: list('--arg --argjson --slurpfile --rawfile --indent -L') }],
  ['sed', { instead: list('-e --expression -f --file'), valued: list('-l --line-length') }],
  ['awk', { instead: list('-f --file'), valued: list('-F -v') }],
]);

/** Options whose value is a file with the script. */
const SCRIPT_FILE = new Set(['-f', '--file', '--from-file']);

/** Whether the first operand of a program is a script or a pattern, and the others are paths. */
export function isScripted(program: string): boolean {
  return PROGRAMS.has(program);
}

/** The paths behind the script. */
export function behindScript(program: string, words: readonly LineWord[]): readonly LineWord[] {
  const { instead, valued } = PROGRAMS.get(program) ?? { instead: [], valued: [] };
  const found: LineWord[] = [];
  const named = (word: LineWord, value: string): LineWord => ({ ...word, value });
  let needsScript = true;
  let isOpen = true;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const option = word.value.split('=', 1)[0] ?? '';
    if (isOpen && word.value === '--') isOpen = false;
    else if (isOpen && word.value.startsWith('-') && word.value !== '-') {
      if (instead.includes(option)) needsScript = false;
      const next = words[at + 1];
      if (SCRIPT_FILE.has(option)) {
        if (word.value.includes('=')) found.push(named(word, word.value.slice(option.length + 1)));
        else if (next !== undefined) found.push(next);
      }
      if (!word.value.includes('=') && (valued.includes(option) || instead.includes(option))) at += 1;
    } else if (needsScript) needsScript = false;
    else found.push(word);
  }
  return found;
}
