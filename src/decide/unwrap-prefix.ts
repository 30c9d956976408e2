import { MAX_WRAPPER_READINGS } from './caps.ts';
import { scanOptions } from './option-scan.ts';
import type { OptionSpec } from './option-scan.ts';
import type { CommandRole } from './reached-command.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** A program that takes options, perhaps operands, and then a command to run. */
interface PrefixWrapper extends OptionSpec {
  /** Operands in front of the command. */
  readonly operands?: number;
  /** `plain` where running something this way needs a rule of its own. */
  readonly role?: CommandRole;
  readonly takesAssignments?: boolean;
  /** Runs in the same shell: `cd` and assignments stay. */
  readonly isAttached?: boolean;
}

const NONE: PrefixWrapper = { flagLetters: '', flagNames: [] };

/** Programs that run the command which stands after their options. */
export const PREFIX_WRAPPERS: ReadonlyMap<string, PrefixWrapper> = new Map<string, PrefixWrapper>(
  Object.entries({
    timeout: {
      valueLetters: 'ks',
      flagLetters: 'vfp',
      valueNames: ['kill-after', 'signal'],
      flagNames: ['foreground', 'preserve-status', 'verbose'],
      operands: 1,
    },
    gtimeout: { valueLetters: 'ks', flagLetters: 'v', valueNames: ['kill-after', 'signal'], operands: 1 },
    nice: { valueLetters: 'n', flagLetters: '0123456789', valueNames: ['adjustment'], flagNames: [] },
    ionice: {
      valueLetters: 'cnpPu',
      flagLetters: 't',
      valueNames: ['class', 'classdata', 'pid', 'pgid', 'uid'],
      flagNames: ['ignore'],
    },
    chrt: { valueLetters: 'TPDp', flagLetters: 'abfiormRvd', operands: 1 },
    nohup: NONE,
    setsid: { flagLetters: 'cfw', flagNames: ['ctty', 'fork', 'wait'] },
    stdbuf: { valueLetters: 'ioe', flagLetters: '', valueNames: ['input', 'output', 'error'], flagNames: [] },
    unbuffer: { flagLetters: 'p' },
    time: {
      valueLetters: 'fo',
      flagLetters: 'pavqV',
      valueNames: ['format', 'output'],
      flagNames: ['portability', 'append', 'verbose', 'quiet'],
    },
    command: { flagLetters: 'p', flagNames: [], isAttached: true },
    builtin: { ...NONE, isAttached: true },
    exec: { valueLetters: 'a', flagLetters: 'cl', isAttached: true },
    taskset: { flagLetters: 'ac', valueLetters: 'p', flagNames: ['cpu-list', 'all-tasks'], operands: 1 },
    numactl: {
      valueLetters: 'mNCipPw',
      valueNames: ['membind', 'cpunodebind', 'physcpubind', 'interleave', 'preferred'],
    },
    flock: { valueLetters: 'wE', flagLetters: 'sexnuoFv', valueNames: ['timeout', 'conflict-exit-code'], operands: 1 },
    setarch: { operands: 1, flagLetters: 'RBFILSTXZ3v' },
    linux32: NONE,
    linux64: NONE,
    catchsegv: NONE,
    eatmydata: NONE,
    fakeroot: { role: 'plain' },
    faketime: { operands: 1, valueLetters: 'fp', role: 'plain' },
    'xvfb-run': { valueLetters: 'ensfpw', flagLetters: 'al' },
    'dbus-run-session': {},
    rlwrap: { valueLetters: 'abCDefFgHilLmMOpPqsStwz', role: 'plain' },
    strace: { valueLetters: 'abeEIoOpPsSuUX', flagLetters: 'cCdfFhiknNqrtTvVwxyzZ', role: 'plain' },
    ltrace: { valueLetters: 'aADeElnopPsuwxX', role: 'plain' },
    valgrind: { role: 'plain' },
    proxychains: { valueLetters: 'f', role: 'plain' },
    proxychains4: { valueLetters: 'f', role: 'plain' },
    torsocks: { role: 'plain' },
    sudo: {
      valueLetters: 'ugpCrtTUDRh',
      flagLetters: 'AbBeEHiklnNPsSvVK',
      valueNames: [
        'user',
        'group',
        'prompt',
        'close-from',
        'role',
        'type',
        'other-user',
        'chdir',
        'chroot',
        'host',
        'command-timeout',
      ],
      role: 'plain',
      takesAssignments: true,
    },
    doas: { valueLetters: 'uCa', flagLetters: 'nsL', role: 'plain' },
    pkexec: { valueNames: ['user'], role: 'plain' },
    gosu: { operands: 1, role: 'plain' },
    'su-exec': { operands: 1, role: 'plain' },
    setpriv: { role: 'plain' },
    chroot: { operands: 1, valueNames: ['userspec', 'groups'], role: 'plain' },
    unshare: { valueLetters: 'SGRw', role: 'plain' },
    nsenter: { valueLetters: 'tSGW', role: 'plain' },
    bwrap: { role: 'plain' },
    firejail: { role: 'plain' },
    'systemd-run': { valueLetters: 'HMpEtuP', role: 'plain' },
    'systemd-inhibit': { role: 'plain' },
    busybox: { role: 'wrapper' },
    toybox: { role: 'wrapper' },
    entr: { flagLetters: 'acdnprsxz', role: 'plain' },
    caffeinate: { valueLetters: 'tw', flagLetters: 'dimsu' },
    dotenv: { valueLetters: 'efvp', role: 'plain' },
    'env-cmd': { valueLetters: 'fre', role: 'plain' },
    choom: { valueLetters: 'np', role: 'plain' },
    prlimit: { role: 'plain' },
    cgexec: { valueLetters: 'g', role: 'plain' },
    jobs: { flagLetters: 'x', isAttached: true },
  } satisfies Record<string, PrefixWrapper>),
);

/** Reads a command in front of which one of {@link PREFIX_WRAPPERS} stands. */
export function unwrapPrefix(invocation: Invocation): Unwrapped {
  const spec = PREFIX_WRAPPERS.get(invocation.program.toLowerCase()) ?? {};
  const { words } = invocation;
  if (runsNothing(invocation)) return plain(invocation);
  const scan = scanOptions(words, spec);
  const start = scan.start + (spec.operands ?? 0);
  const own = words.slice(0, start);
  if (start >= words.length) return { ...plain(invocation), role: invocation.program === 'exec' ? 'wrapper' : 'plain' };
  const inners = innersFrom(words, start, scan.isCertain && operandsAreKnown(words, scan.start, start), spec);
  // `flock FILE -c TEXT`: the text is for a shell.
  const [first, text] = words.slice(start);
  if (invocation.program === 'flock' && text !== undefined && /^(?:-c|--command)$/.test(first?.text ?? '')) {
    return { own, role: 'wrapper', inners: [{ kind: 'text', text, isDetached: true }], questions: [], code: [] };
  }
  return { own, role: spec.role ?? 'wrapper', inners, questions: [], code: [] };
}

/**
 * The command that starts at `start`; where the words in front of it are not all understood, also every command that
 * could start later.
 */
export function innersFrom(
  words: readonly ShellWord[],
  start: number,
  isCertain: boolean,
  spec: PrefixWrapper,
): readonly Inner[] {
  const starts = isCertain
    ? [start]
    : words.slice(start, start + MAX_WRAPPER_READINGS).map((_, index) => start + index);
  return starts.map((at) => ({
    kind: 'words',
    words: words.slice(at),
    isDetached: spec.isAttached !== true,
    takesAssignments: spec.takesAssignments === true,
  }));
}

function operandsAreKnown(words: readonly ShellWord[], from: number, to: number): boolean {
  return words.slice(from, to).every((word) => !word.text.startsWith('-') && !/[\uDC01\uDC05]/.test(word.text));
}

/** Spellings in which the program only looks: `command -v x`, `busybox --list`, `jobs`. */
function runsNothing(invocation: Invocation): boolean {
  const first = invocation.words[0]?.text ?? '';
  switch (invocation.program) {
    case 'command':
      return /^-[pvV]*[vV]/.test(first);
    case 'jobs':
      return !invocation.words.some((word) => /^-.*x/.test(word.text));
    default:
      return false;
  }
}
