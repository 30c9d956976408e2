import { own } from './own.ts';
import { moduleCommands } from './python-module.ts';
import { sedEffects } from './sed-script.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import { unwrapCmake } from './unwrap-cmake.ts';
import { unwrapMake } from './unwrap-make.ts';
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
  if (/^(?:python|pypy)[\d.]*$/.test(program)) return { ...plain(invocation), inners: moduleCommands(invocation) };
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
