import type { RuleId } from '../core/ids.ts';
import { inlineCodeOf } from './inline-code.ts';
import type { CommandRole } from './reached-command.ts';
import type { Frame } from './reader.ts';
import type { ShellWord } from './shell-word.ts';
import { unwrapContainer } from './unwrap-container.ts';
import { unwrapEnv } from './unwrap-env.ts';
import { unwrapFind, unwrapFd } from './unwrap-find.ts';
import { unwrapFlagScripts } from './unwrap-flag-scripts.ts';
import { unwrapGit } from './unwrap-git.ts';
import { PREFIX_WRAPPERS, unwrapPrefix } from './unwrap-prefix.ts';
import { unwrapListing } from './unwrap-listing.ts';
import { listedReads } from './unwrap-name-list.ts';
import { spelledPackages } from './unwrap-package.ts';
import { unwrapRunner } from './unwrap-runner.ts';
import { unwrapShell, unwrapEval, unwrapJoined } from './unwrap-shell.ts';
import { toolCommands } from './unwrap-tool.ts';
import { unwrapParallel, unwrapXargs } from './unwrap-xargs.ts';

/** A program about to run, and where. */
export interface Invocation {
  /** Its name without a folder. */
  readonly program: string;
  readonly words: readonly ShellWord[];
  readonly frame: Frame;
  readonly homeDir: string;
}

/** What a program runs besides itself. */
export interface Unwrapped {
  /** The words that are the program's own, without the commands that it runs. */
  readonly own: readonly ShellWord[];
  readonly role: CommandRole;
  /** Nothing is said about the program itself, only about what it runs. */
  readonly isSilent?: boolean;
  readonly inners: readonly Inner[];
  readonly questions: readonly { readonly ruleId: RuleId; readonly reason: string }[];
  /** Program text in other languages than the shell's. */
  readonly code: readonly ShellWord[];
}

/** A command within a command: words, or text that a shell reads. */
export type Inner = InnerPlace &
  (
    | { readonly kind: 'text'; readonly text: ShellWord }
    | {
        readonly kind: 'words';
        readonly words: readonly ShellWord[];
        readonly role?: CommandRole;
        /** `NAME=value` words may stand in front. */
        readonly takesAssignments?: boolean;
      }
  );

interface InnerPlace {
  /** It runs in a process of its own: what it sets is gone afterwards. */
  readonly isDetached: boolean;
  readonly folders?: readonly string[] | null;
  readonly input?: ShellWord | null;
  readonly args?: readonly ShellWord[] | null;
  readonly scriptName?: ShellWord;
  /** Options of the shell that reads it. */
  readonly shellOptions?: readonly string[];
}

/** Finds what a program runs besides itself. A program that runs nothing comes back plain. */
export function unwrap(invocation: Invocation): Unwrapped {
  const unwrapped = unwrapProgram(invocation);
  const more = [...listedReads(invocation), ...toolCommands(invocation), ...spelledPackages(invocation)];
  return more.length === 0 ? unwrapped : { ...unwrapped, inners: [...unwrapped.inners, ...more] };
}

function unwrapProgram(invocation: Invocation): Unwrapped {
  const unwrapper = UNWRAPPERS.get(invocation.program.toLowerCase());
  if (unwrapper !== undefined) return unwrapper(invocation);
  if (PREFIX_WRAPPERS.has(invocation.program.toLowerCase())) return unwrapPrefix(invocation);
  return withInlineCode(invocation, unwrapFlagScripts(invocation) ?? plain(invocation));
}

/** A program that runs nothing but itself. */
export function plain(invocation: Invocation): Unwrapped {
  return { own: invocation.words, role: 'plain', inners: [], questions: [], code: [] };
}

function withInlineCode(invocation: Invocation, unwrapped: Unwrapped): Unwrapped {
  const code = inlineCodeOf(invocation);
  return code.length === 0 ? unwrapped : { ...unwrapped, code };
}

type Unwrapper = (invocation: Invocation) => Unwrapped;

const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'mksh', 'ash', 'fish', 'rbash', 'bash5', 'csh', 'tcsh'];
const CONTAINERS = ['docker', 'podman', 'nerdctl', 'kubectl', 'oc', 'docker-compose'];
const RUNNERS = [
  'npm',
  'pnpm',
  'yarn',
  'bun',
  'npx',
  'bunx',
  'pnpx',
  'uvx',
  'pipx',
  'uv',
  'poetry',
  'pipenv',
  'pdm',
  'hatch',
  'rye',
  'bundle',
  'conda',
  'mise',
  'direnv',
  'nix-shell',
  'rustup',
  'opam',
];

const UNWRAPPERS: ReadonlyMap<string, Unwrapper> = new Map<string, Unwrapper>([
  ...SHELLS.map((name) => [name, unwrapShell] as const),
  ...CONTAINERS.map((name) => [name, unwrapContainer] as const),
  ...RUNNERS.map((name) => [name, unwrapRunner] as const),
  ...['declare', 'typeset', 'export', 'readonly', 'set', 'ps'].map((name) => [name, unwrapListing] as const),
  ['eval', unwrapEval],
  ['env', unwrapEnv],
  ['cross-env', unwrapEnv],
  ['ssh', unwrapJoined],
  ['watch', unwrapJoined],
  ['su', unwrapJoined],
  ['runuser', unwrapJoined],
  ['script', unwrapJoined],
  ['hyperfine', unwrapJoined],
  ['xargs', unwrapXargs],
  ['parallel', unwrapParallel],
  ['find', unwrapFind],
  ['fd', unwrapFd],
  ['fdfind', unwrapFd],
  ['git', unwrapGit],
]);
