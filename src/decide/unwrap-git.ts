import { gitSubcommand } from './git-subcommand.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';
import { joined } from './unwrap-shell.ts';

/** Settings of git whose value is a command. */
const COMMAND_SETTING =
  /^(?:alias\.|.*(?:pager|editor|command|cmd|external|helper|fsmonitor|program|textconv|clean|smudge|process|driver|askpass|proxy|uploadpack|receivepack|hook))/i;

/** `git`: commands in its settings and in the subcommands that run one for each commit or submodule. */
export function unwrapGit(invocation: Invocation): Unwrapped {
  const { words } = invocation;
  const texts: ShellWord[] = settingCommands(words);
  const inners: Inner[] = [];
  const subcommand = gitSubcommand(words);
  const rest = subcommand === null ? [] : words.slice(subcommand.at + 1);
  const own = subcommand === null ? words : undefined;
  let ownEnd = words.length;
  switch (subcommand?.name ?? '') {
    case 'submodule': {
      const at = rest.findIndex((word) => word.text === 'foreach');
      const command =
        at < 0
          ? []
          : rest.slice(at + 1).filter((word, index) => index > 0 || !/^(?:--recursive|-q|--quiet)$/.test(word.text));
      if (command.length > 0) texts.push(joined(command));
      break;
    }
    case 'bisect':
      if (rest[0]?.text === 'run' && rest.length > 1 && subcommand !== null) {
        inners.push({ kind: 'words', words: rest.slice(1), isDetached: true });
        ownEnd = subcommand.at + 2;
      }
      break;
    case 'rebase':
      texts.push(...valuesOf(rest, /^(?:-x|--exec)$/, /^(?:-x|--exec=)(.+)$/s));
      break;
    case 'difftool':
    case 'mergetool':
      texts.push(...valuesOf(rest, /^(?:-x|--extcmd)$/, /^(?:-x|--extcmd=)(.+)$/s));
      break;
    case 'filter-branch':
      texts.push(
        ...valuesOf(
          rest,
          /^--(?:setup|env-filter|tree-filter|index-filter|parent-filter|msg-filter|commit-filter|tag-name-filter)$/,
          /^--[a-z-]+-filter=(.+)$/s,
        ),
      );
      break;
    case 'grep':
      texts.push(...valuesOf(rest, /^$/, /^(?:-O|--open-files-in-pager=)(.+)$/s));
      break;
    case 'fetch':
    case 'pull':
    case 'clone':
    case 'push':
    case 'ls-remote':
    case 'archive':
      texts.push(
        ...valuesOf(
          rest,
          subcommand?.name === 'clone' ? /^(?:-u|--upload-pack)$/ : /^--(?:upload-pack|receive-pack|exec)$/,
          /^--(?:upload-pack|receive-pack|exec)=(.+)$/s,
        ),
      );
      // `ext::sh -c ...` as the remote runs a command.
      texts.push(
        ...rest
          .filter((word) => word.text.startsWith('ext::'))
          .map((word) => ({ ...word, text: word.text.slice('ext::'.length) })),
      );
      break;
    default:
      break;
  }
  inners.push(
    ...texts.filter((text) => text.text.trim() !== '').map((text): Inner => ({ kind: 'text', text, isDetached: true })),
  );
  return { ...plain(invocation), own: own ?? words.slice(0, ownEnd), inners };
}

function settingCommands(words: readonly ShellWord[]): ShellWord[] {
  return valuesOf(words, /^-c$/, /^-c(.+)$/s).flatMap((setting) => {
    const equals = setting.text.indexOf('=');
    if (equals < 0 || !COMMAND_SETTING.test(setting.text.slice(0, equals))) return [];
    const value = setting.text.slice(equals + 1);
    const isGitAlias = setting.text.startsWith('alias.') && !value.startsWith('!');
    return [{ ...shellWord(isGitAlias ? `git ${value}` : value.replace(/^!/, '')), sources: setting.sources }];
  });
}

/** Values of an option given as the next word or attached; the group of `attached` is the value. */
function valuesOf(words: readonly ShellWord[], separate: RegExp, attached: RegExp): ShellWord[] {
  return words.flatMap((word, index) => {
    if (separate.test(word.text)) return words[index + 1] === undefined ? [] : [words[index + 1] ?? word];
    const value = attached.exec(word.text)?.[1];
    return value === undefined ? [] : [{ ...word, text: value }];
  });
}
