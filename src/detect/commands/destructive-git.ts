import { gitSubcommand, printable } from '../../decide/index.ts';
import { any } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Calls of git after which work is lost that no other place may hold. */
export const DESTRUCTIVE_GIT = factsOf<RiskView>('destructive', [
  [
    'git-lost-changes',
    'git',
    'Throws away changes that are not committed.',
    (view) => {
      const call = gitCall(view);
      switch (call.name) {
        case 'reset':
          return call.has('hard', 'merge', 'keep');
        case 'checkout':
          return discardsByCheckout(call);
        case 'switch':
          return call.has('f', 'force', 'discard-changes');
        case 'restore':
          return (
            call.operands.length + call.named.length > 0 &&
            !call.has('help', 'h') &&
            (!call.has('S', 'staged') || call.has('W', 'worktree'))
          );
        case 'clean':
          return call.has('f', 'force');
        case 'checkout-index':
          return call.has('f', 'force');
        case 'read-tree':
          return call.has('reset', 'u');
        case 'rm':
          return call.has('f', 'force') && !call.has('cached');
        case 'stash':
          return /^(?:drop|clear)$/.test(call.operands[0] ?? '');
        case 'worktree':
          return call.operands[0] === 'remove' && call.has('f', 'force');
        case 'submodule':
          return call.operands[0] === 'deinit' && call.has('f', 'force');
        default:
          return false;
      }
    },
  ],
  [
    'git-lost-commits',
    'git',
    'Takes commits, branches or their history away for good.',
    (view) => {
      const call = gitCall(view);
      switch (call.name) {
        case 'push':
          return (
            (call.has('f', 'force') && !call.names.has('force-with-lease')) ||
            call.has('mirror', 'prune') ||
            call.has('d', 'delete') ||
            call.operands.slice(1).some((ref) => /^[+:]./.test(ref))
          );
        case 'branch':
          return call.has('D') || (call.has('f', 'force') && !call.has('help'));
        case 'reflog':
          return /^(?:expire|delete)$/.test(call.operands[0] ?? '');
        case 'gc':
          return call.words.some((word) => /^--prune=(?:now|all)$/.test(word));
        case 'filter-branch':
        case 'filter-repo':
          return true;
        case 'prune':
          return !call.has('n', 'dry-run');
        case 'update-ref':
          return call.has('d', 'delete');
        case 'replace':
          return call.has('d', 'delete');
        default:
          return false;
      }
    },
  ],
  [
    'git-folder',
    'mv rm cp truncate shred',
    'Moves, deletes or overwrites the folder in which git keeps all commits, or what it needs in there.',
    (view) => {
      const touched = view.name === 'cp' ? view.writes.slice(-1) : view.touches;
      return any(touched, /(?:^|\/)\.git(?:$|\/(?:objects|refs|logs|HEAD|packed-refs|config|index)(?:\/|$))/);
    },
  ],
]);

/** A call of git behind its subcommand. */
interface GitCall {
  readonly name: string;
  readonly words: readonly string[];
  /** Options by letter and by name, without values. */
  readonly names: ReadonlySet<string>;
  /** What is no option, in front of `--`; the values of options that take one are left out. */
  readonly operands: readonly string[];
  /** What stands behind `--`; null where there is no `--`. */
  readonly named: readonly string[];
  readonly hasEnd: boolean;
  has(...names: readonly string[]): boolean;
}

function gitCall(view: RiskView): GitCall {
  const raw = view.command.words;
  // `git -- reset` is no call that git takes; what it is meant to do is clear.
  const start = raw[0]?.text === '--' ? 1 : 0;
  const found = gitSubcommand(raw.slice(start));
  const name = found?.name.toLowerCase() ?? '';
  const words = found === null ? [] : raw.slice(start + found.at + 1).map((word) => printable(word.text));
  const end = words.indexOf('--');
  const front = end < 0 ? words : words.slice(0, end);
  const names = new Set<string>();
  const operands: string[] = [];
  for (let at = 0; at < front.length; at += 1) {
    const word = front[at] ?? '';
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const long = /^--([^=]+)(=?)/.exec(word);
    if (long !== null) {
      names.add(long[1] ?? '');
      if (long[2] === '' && takesNext(name, `--${long[1] ?? ''}`, front[at + 1] ?? '')) at += 1;
      continue;
    }
    const letters = word.slice(1);
    for (const [index, letter] of letters.split('').entries()) {
      names.add(letter);
      if (!(VALUE_LETTERS[name] ?? '').includes(letter)) continue;
      if (index === letters.length - 1) at += 1;
      break;
    }
  }
  return {
    name,
    words,
    names,
    operands,
    named: end < 0 ? [] : words.slice(end + 1),
    hasEnd: end >= 0,
    has: (...wanted) =>
      wanted.some((one) => names.has(one) || (one.length > 3 && [...names].some((given) => isShortFor(given, one)))),
  };
}

/** Like git does, a beginning of a long option is taken for it. */
function isShortFor(given: string, name: string): boolean {
  return given.length >= 3 && name.startsWith(given);
}

const VALUE_LETTERS: Readonly<Partial<Record<string, string>>> = {
  checkout: 'bBU',
  switch: 'cC',
  restore: 'sU',
  clean: 'e',
  push: 'o',
  branch: 'u',
  stash: 'mU',
};

const VALUE_NAMES =
  /^--(?:conflict|unified|inter-hunk-context|orphan|pathspec-from-file|source|exclude|create|force-create|push-option|repo|receive-pack|exec|message|recurse-submodules-default|sort|format|contains|no-contains|merged|points-at)$/;

/** Whether an option takes the next word. Two of checkout do where it is one of the words that they know. */
function takesNext(name: string, option: string, next: string): boolean {
  if (name === 'checkout' && option === '--track') return /^(?:direct|inherit)$/.test(next);
  if (name === 'checkout' && option === '--recurse-submodules') return /^(?:checkout|on-demand)$/.test(next);
  return VALUE_NAMES.test(option);
}

/** Whether checkout writes files of a commit over those that are there, rather than change the branch. */
function discardsByCheckout(call: GitCall): boolean {
  if (call.has('f', 'force')) return true;
  if (call.has('pathspec-from-file', 'ours', 'theirs')) return true;
  if (call.named.length > 0) return true;
  if (call.has('b', 'B', 'orphan', 'help', 'h')) return false;
  if (call.operands.length > 1) return true;
  // One operand is a branch, unless it can only be files.
  return /^(?:\.{1,2}(?:\/.*)?|\*.*|:[/(!].*|.*\/)$/.test(call.operands[0] ?? '');
}
