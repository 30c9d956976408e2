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
  vim: ['-c', '--cmd'],
  vi: ['-c', '--cmd'],
  nvim: ['-c', '--cmd'],
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
  const options = own(COMMAND_OPTIONS, program);
  if (options === undefined) return null;
  const texts = invocation.words.flatMap((word, index) => commandsOf(word, invocation.words[index + 1], options));
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
      value = { ...word, text: word.text.slice(option.length) };
    if (value === null) continue;
    // `--checkpoint-action=exec=cmd`, vim's `:!cmd`.
    const text = value.text.replace(/^(?:exec=|:?!)/, '');
    return text.trim() === '' ? [] : [{ ...value, text }];
  }
  return [];
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
    const evaluated = /^(?:--eval=|-E)(.+)$/s.exec(word.text)?.[1];
    if (evaluated !== undefined) return [{ ...word, text: evaluated }];
    if (/^(?:--eval|-E)$/.test(word.text)) return [invocation.words[index + 1] ?? word];
    const readsInput =
      /^-[a-zA-Z]*f-$|^--(?:file|makefile)=-$/.test(word.text) ||
      (/^(?:-[a-zA-Z]*f|--file|--makefile)$/.test(word.text) && invocation.words[index + 1]?.text === '-');
    return readsInput ? [invocation.frame.input ?? word] : [];
  });
  return { ...plain(invocation), questions, code };
}
