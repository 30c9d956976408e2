import { own } from './own.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { sedEffects } from './sed-script.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** Options, by program, whose value a shell runs or which name a program to run. */
const COMMAND_OPTIONS: Readonly<Partial<Record<string, readonly string[]>>> = {
  tar: [
    '--to-command',
    '--checkpoint-action',
    '-I',
    '--use-compress-program',
    '--rsh-command',
    '-F',
    '--info-script',
    '--new-volume-script',
  ],
  bsdtar: ['--use-compress-program'],
  rsync: ['-e', '--rsh', '--rsync-path'],
  rg: ['--pre', '--hostname-bin'],
  sort: ['--compress-program'],
  split: ['--filter'],
  man: ['-P', '--pager', '-H', '--html'],
  zip: ['-TT', '--unzip-command'],
  wget: ['--use-askpass'],
  nodemon: ['-x', '--exec'],
  ack: ['--pager'],
  bat: ['--pager'],
  fzf: ['--preview', '--bind', '--execute'],
  rclone: ['--password-command'],
  tcpdump: ['-z'],
  gcc: ['-wrapper'],
  'g++': ['-wrapper'],
  less: ['+!', '++!'],
  more: ['+!'],
  vim: ['-c', '--cmd'],
  vi: ['-c', '--cmd'],
  nvim: ['-c', '--cmd'],
  ag: ['--pager'],
  go: ['-exec', '-toolexec', '-vettool', '--exec', '--toolexec', '--vettool'],
  mvn: ['-Dexec.executable'],
  mvnw: ['-Dexec.executable'],
};

/** A program with an option that runs a command, or `make` told which shell to use; null for any other. */
export function unwrapFlagScripts(invocation: Invocation): Unwrapped | null {
  const program = invocation.program.toLowerCase();
  if (/^g?make$/.test(program)) return unwrapMake(invocation);
  if (/^g?sed$/.test(program)) {
    const commands = sedEffects(invocation.words).commands.filter((text) => text.trim() !== '');
    return {
      ...plain(invocation),
      inners: commands.map((text): Inner => ({ kind: 'text', text: shellWord(text), isDetached: true })),
    };
  }
  if (/^(?:python|pypy)[\d.]*$/.test(program)) return unwrapModule(invocation);
  if (program === 'cargo') return unwrapCargo(invocation);
  if (program === 'cmake') return unwrapCmake(invocation);
  const options = own(COMMAND_OPTIONS, program);
  if (options === undefined) return null;
  const texts = invocation.words.flatMap((word, index) => commandsOf(word, invocation.words[index + 1], options));
  if (program === 'tar' || program === 'bsdtar') texts.push(...bundledCommand(invocation.words));
  return { ...plain(invocation), inners: texts.map((text): Inner => ({ kind: 'text', text, isDetached: true })) };
}

function commandsOf(word: ShellWord, next: ShellWord | undefined, options: readonly string[]): readonly ShellWord[] {
  for (const option of options) {
    let value: ShellWord | null = null;
    const equals = word.text.indexOf('=');
    const name = equals < 0 ? word.text : word.text.slice(0, equals);
    const isLong = option.startsWith('--') && name.length > 3 && option.startsWith(name);
    if (isLong && equals >= 0) value = { ...word, text: word.text.slice(equals + 1) };
    else if (isLong || word.text === option) value = next ?? null;
    else if (!option.startsWith('--') && word.text.startsWith(option))
      value = { ...word, text: word.text.slice(option.length).replace(/^=/, '') };
    if (value === null) continue;
    // `--checkpoint-action=exec=cmd`, vim's `:!cmd`.
    const text = value.text.replace(/^(?:exec=|:?!)/, '');
    return text.trim() === '' ? [] : [{ ...value, text }];
  }
  return [];
}

/** `tar cIf PROGRAM FILE`, `tar -cI PROGRAM`: values of bundled letters stand behind the bundle, in their order. */
function bundledCommand(words: readonly ShellWord[]): readonly ShellWord[] {
  const letters = /^-?([A-Za-z]+)$/.exec(words[0]?.text ?? '')?.[1] ?? '';
  const taking = letters.replaceAll(/[^bCfFgHIKLNTVX]/g, '');
  return ['I', 'F'].flatMap((letter) => {
    const value = taking.includes(letter) ? words[1 + taking.indexOf(letter)] : undefined;
    return value === undefined ? [] : [value];
  });
}

/** `cargo +nightly publish` is `cargo publish`; settings of cargo can name programs to run. */
function unwrapCargo(invocation: Invocation): Unwrapped {
  const { words } = invocation;
  const [first, ...rest] = words;
  const inners: Inner[] = [];
  if (first?.text.startsWith('+') === true)
    inners.push({ kind: 'words', words: [shellWord('cargo'), ...rest], role: 'inner', isDetached: true });
  if (words.some((word) => word.text === 'watch')) inners.push(...watched(words));
  for (const [index, word] of words.entries()) {
    const setting = word.text === '--config' ? (words[index + 1]?.text ?? '') : word.text.replace(/^--config=/, '');
    const command = /(?:runner|linker|rustc|rustdoc|wrapper|credential-provider)["']?\s*=\s*(.+)$/s.exec(setting)?.[1];
    const isSetting = word.text.startsWith('--config');
    const text = command?.replaceAll(/["'[\],]/g, ' ').trim() ?? '';
    if (isSetting && text !== '') inners.push({ kind: 'text', text: { ...word, text }, isDetached: true });
  }
  return { ...plain(invocation), inners };
}

/** `cargo watch -s 'shell command' -x 'cargo command'`. */
function watched(words: readonly ShellWord[]): readonly Inner[] {
  const commands = words.flatMap((word, index) => commandsOf(word, words[index + 1], ['-s', '--shell']));
  const subcommands = words.flatMap((word, index) => commandsOf(word, words[index + 1], ['-x', '--exec']));
  return [...commands, ...subcommands.map((word) => ({ ...word, text: `cargo ${word.text}` }))].map((text): Inner => ({
    kind: 'text',
    text,
    isDetached: true,
  }));
}

/** Commands of `cmake -E`, as the programs that do the same. */
const CMAKE_COMMANDS: Readonly<Partial<Record<string, string>>> = {
  env: 'env',
  time: 'time',
  copy: 'cp',
  copy_if_different: 'cp',
  copy_directory: 'cp',
  rename: 'mv',
  rm: 'rm',
  remove: 'rm',
  remove_directory: 'rm',
  touch: 'touch',
  touch_nocreate: 'touch',
  make_directory: 'mkdir',
  create_symlink: 'ln',
  create_hardlink: 'ln',
  cat: 'cat',
  tar: 'tar',
};

function unwrapCmake(invocation: Invocation): Unwrapped {
  const { words } = invocation;
  const at = words.findIndex((word) => word.text === '-E');
  const program = own(CMAKE_COMMANDS, words[at + 1]?.text ?? '');
  if (at < 0 || program === undefined) return plain(invocation);
  const inner: Inner = { kind: 'words', words: [shellWord(program), ...words.slice(at + 2)], isDetached: true };
  return { ...plain(invocation), own: words.slice(0, at + 2), inners: [inner] };
}

/** `python -m pip`: the module is a program of its own to rules that restrict. */
function unwrapModule(invocation: Invocation): Unwrapped {
  const at = invocation.words.findIndex((word) => /^-[A-Za-z]*m$/.test(word.text));
  const words = at < 0 ? [] : invocation.words.slice(at + 1);
  const isFirst = invocation.words.slice(0, Math.max(at, 0)).every((word) => word.text.startsWith('-'));
  const inners: readonly Inner[] =
    words.length > 0 && isFirst ? [{ kind: 'words', words, role: 'inner', isDetached: true }] : [];
  return { ...plain(invocation), inners };
}

function unwrapMake(invocation: Invocation): Unwrapped {
  const changesShell = invocation.words.some((word) =>
    /^(?:\.?SHELL|\.SHELLFLAGS|MAKEFLAGS)\s*[:+?]?=/.test(word.text),
  );
  const questions = changesShell
    ? [{ ruleId: BUILTIN_RULES.unknownScript, reason: 'This gives make another shell to run its recipes with.' }]
    : [];
  const code = invocation.words.flatMap((word, index) => {
    // Make runs `$(shell cmd)` and `VAR != cmd` wherever they stand.
    if (/\$[({]\s*(?:shell|file|eval)\b|^\w+\s*!=/.test(word.text)) return [word];
    const evaluated = /^(?:--ev(?:al?)?=|-E)(.+)$/s.exec(word.text)?.[1];
    if (evaluated !== undefined) return [{ ...word, text: evaluated }];
    if (/^(?:--ev(?:al?)?|-E)$/.test(word.text)) return [invocation.words[index + 1] ?? word];
    const readsInput =
      /^-[a-zA-Z]*f-$|^--(?:file|makefile)=-$/.test(word.text) ||
      (/^(?:-[a-zA-Z]*f|--file|--makefile)$/.test(word.text) && invocation.words[index + 1]?.text === '-');
    return readsInput ? [invocation.frame.input ?? word] : [];
  });
  return { ...plain(invocation), inners: variableCommands(invocation.words), questions, code };
}

/** `make CC='curl -d @file'`: recipes run what a variable holds. A single word is more often a name than a command. */
function variableCommands(words: readonly ShellWord[]): readonly Inner[] {
  return words.flatMap((word) => {
    const value = /^[\w.-]+\s*[:+?]{0,3}=\s*(\S+\s.*)$/s.exec(word.text)?.[1];
    if (value === undefined) return [];
    const command = value
      .trim()
      .split(/\s+/)
      .map((text) => ({ ...word, text }));
    return [{ kind: 'words', words: command, role: 'inner', isDetached: true }];
  });
}
