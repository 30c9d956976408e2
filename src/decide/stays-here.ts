import { resolve } from 'node:path/posix';
import type { Action } from '../core/action.ts';
import { gitSubcommand } from './git-subcommand.ts';
import { programName } from './program-name.ts';
import type { ReachedCommand } from './reached-command.ts';
import { readCommandLine } from './read-command-line.ts';
import type { Scene } from './scene.ts';

/**
 * Whether nothing that an action is given can leave the machine by it. Yes only where each of its parts is known: for a
 * call that holds a secret, what is not known counts as sending. Programs that run others count by those.
 */
export function staysHere(action: Action, scene: Pick<Scene, 'workspace' | 'homeDir'>): boolean {
  switch (action.kind) {
    case 'read':
    case 'write':
      return true;
    case 'tool':
      return LOCAL_TOOLS.has(action.name);
    case 'command': {
      const folder = resolve(scene.workspace, action.cwd);
      const read = readCommandLine(action.commandLine, { folder, homeDir: scene.homeDir });
      return read.ok && read.reading.inlineCode.length === 0 && read.reading.commands.every(isLocal);
    }
    case 'fetch':
    case 'mcp':
    case 'canary':
    case 'unreadable':
      return false;
  }
}

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** The client's own tools that keep to the machine. */
const LOCAL_TOOLS = set(`
  TodoWrite TodoRead TaskCreate TaskUpdate TaskList TaskGet TaskOutput TaskStop BashOutput KillShell KillBash ExitPlanMode
  EnterPlanMode AskUserQuestion ToolSearch ListAgents LSP Glob Grep LS NotebookEdit
`);

/** Programs that neither talk to other machines nor run what they are given. */
const LOCAL = set(`
  : [ [[ <assign> alias basename cal cat cd chmod cksum clear cmp column comm cp csplit cut date declare df diff dirname du echo egrep
  exit expand export expr false fgrep file fmt fold getopts grep gunzip gzip head hexdump iconv id join jq less let ln local ls
  md5sum mkdir mktemp more mv nl nproc numfmt od paste patch popd printenv printf pushd pwd read readlink readonly realpath return rev
  rg rm rmdir sed seq set sha1sum sha256sum sha512sum shift shopt shuf sleep sort split stat strings sum tac tail tar tee test touch
  tr tree true truncate tsort type typeset umask unexpand uniq unset unzip wait wc which xxd yes yq zcat zip
`);

/** Subcommands of git that keep to the repository. */
const LOCAL_GIT =
  /^(?:add|am|apply|bisect|blame|branch|cat-file|check-ignore|checkout|cherry-pick|clean|commit|describe|diff|for-each-ref|format-patch|grep|hash-object|init|log|ls-files|ls-tree|merge|merge-base|mv|notes|range-diff|rebase|reflog|reset|restore|rev-list|rev-parse|revert|rm|shortlog|show|show-ref|stash|status|switch|tag|worktree)$/;

function isLocal(command: ReachedCommand): boolean {
  if (command.redirections.some(({ target }) => /^\/dev\/(?:tcp|udp)\//.test(target.text))) return false;
  const name = programName(command.program.text)?.toLowerCase() ?? '';
  if (name === 'git') return LOCAL_GIT.test(gitSubcommand(command.words)?.name ?? '');
  return LOCAL.has(name);
}
