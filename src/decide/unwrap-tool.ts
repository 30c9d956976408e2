import { scanOptions } from './option-scan.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { PRINTS_ENVIRONMENT } from './unwrap-listing.ts';
import type { Inner, Invocation } from './unwrap.ts';

/** The commands that a build tool is given to run: behind a subcommand or an option, or as a setting. */
export function toolCommands(invocation: Invocation): readonly Inner[] {
  return TOOLS.get(invocation.program.toLowerCase())?.(invocation) ?? [];
}

type Tool = (invocation: Invocation) => readonly Inner[];

const TOOLS: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  [
    'nx',
    ({ words }) => [...behindSubcommand(words, ['exec']), ...texts(words, ['-c', '--command', '--commands', '--call'])],
  ],
  ['turbo', ({ words }) => behindSubcommand(words, ['exec'])],
  ['lerna', ({ words }) => behindSubcommand(words, ['exec'])],
  [
    'tox',
    ({ words }) => [...behindSubcommand(words, ['exec', 'e']), ...settings(words, ['-x', '--override'], /command.*=/s)],
  ],
  ['ctest', ({ words }) => [...behindOption(words, '--test-command'), ...texts(words, ['--build-makeprogram'])]],
  ['deno', ({ words }) => (words.some(({ text }) => text === 'task') ? texts(words, ['--eval']) : [])],
  ['java', ({ words }) => words.flatMap(crashCommand)],
  [
    'javac',
    ({ words }) => words.map((word) => ({ ...word, text: word.text.replace(/^-J/, '') })).flatMap(crashCommand),
  ],
  ['php', ({ words }) => (words.some(({ text }) => /^-[a-zA-Z]*i$|^--info$/.test(text)) ? [PRINTS_ENVIRONMENT] : [])],
  ['mvn', printsSystem],
  ['mvnw', printsSystem],
  ['rustc', ({ words }) => settings(words, ['-C', '--codegen'], /^linker=/)],
  [
    'go',
    ({ words }) => words.flatMap(({ text }) => /(?:^|[\s=])-extld[= ]['"]?(\S+)/.exec(text)?.[1] ?? []).map(asText),
  ],
  ['pip', ({ words }) => texts(words, ['--python'])],
  ['pip3', ({ words }) => texts(words, ['--python'])],
  ['mypy', ({ words }) => texts(words, ['--python-executable'])],
  ['gradle', publishing],
  ['gradlew', publishing],
]);

/** `tox exec -e py -- CMD`: what stands behind `--`, or else behind the options. */
function behindSubcommand(words: readonly ShellWord[], names: readonly string[]): readonly Inner[] {
  const at = words.findIndex((word) => names.includes(word.text));
  if (at < 0) return [];
  const end = words.findIndex((word, index) => index > at && word.text === '--');
  if (end >= 0) return end + 1 < words.length ? [innerWords(words.slice(end + 1))] : [];
  const start = at + 1 + scanOptions(words.slice(at + 1), {}).start;
  // The first word may be the value of an option in front.
  return [start, start + 1].filter((each) => each < words.length).map((each) => innerWords(words.slice(each)));
}

function behindOption(words: readonly ShellWord[], option: string): readonly Inner[] {
  const at = words.findIndex((word) => word.text === option);
  return at < 0 || at + 1 >= words.length ? [] : [innerWords(words.slice(at + 1))];
}

/** Values of options that a shell reads. */
function texts(words: readonly ShellWord[], options: readonly string[]): readonly Inner[] {
  return valuesOf(words, options).map(textInner);
}

/** Settings whose value may be a command: `tox -x testenv.commands='CMD'`. */
function settings(words: readonly ShellWord[], options: readonly string[], wanted: RegExp): readonly Inner[] {
  return valuesOf(words, options)
    .filter((word) => wanted.test(word.text))
    .map((word) => textInner({ ...word, text: word.text.slice(word.text.indexOf('=') + 1) }));
}

function valuesOf(words: readonly ShellWord[], options: readonly string[]): readonly ShellWord[] {
  return words.flatMap((word, index) => {
    for (const option of options) {
      if (word.text === option) return words[index + 1] ?? [];
      if (word.text.startsWith(`${option}=`)) return { ...word, text: word.text.slice(option.length + 1) };
      if (!option.startsWith('--') && word.text.startsWith(option))
        return { ...word, text: word.text.slice(option.length) };
    }
    return [];
  });
}

/** `-XX:OnError=CMD`: run when the virtual machine fails, which its own options can bring about. */
function crashCommand(word: ShellWord): readonly Inner[] {
  const text = /^-XX:On(?:OutOfMemory)?Error=(.+)$/s.exec(word.text)?.[1];
  return text === undefined ? [] : [textInner({ ...word, text })];
}

function printsSystem({ words }: Invocation): readonly Inner[] {
  return words.some(({ text }) => /help(?:-plugin)?(?::[\w.-]*)?:system$/.test(text)) ? [PRINTS_ENVIRONMENT] : [];
}

/** Gradle takes any beginning of the humps of a task's name: `pub` and `pTML` are tasks that publish. */
function publishing({ program, words }: Invocation): readonly Inner[] {
  const isPublishing = words.some(({ text }) => {
    const task = /^(?:[\w:.-]*:)?([a-z][A-Za-z]*)$/.exec(text)?.[1] ?? '';
    const hump = /^[a-z]+/.exec(task)?.[0] ?? '';
    // `publish` itself is a word that rules name.
    const isShortened = !task.startsWith('publish') && (hump.length > 1 || task.length > hump.length);
    return isShortened && hump !== '' && ('publish'.startsWith(hump) || 'upload'.startsWith(hump));
  });
  return isPublishing ? [innerWords([shellWord(program), shellWord('publish')])] : [];
}

function innerWords(words: readonly ShellWord[]): Inner {
  return { kind: 'words', words, role: 'inner', isDetached: true };
}

function textInner(text: ShellWord): Inner {
  return { kind: 'text', text, isDetached: true };
}

function asText(text: string): Inner {
  return textInner(shellWord(text));
}
