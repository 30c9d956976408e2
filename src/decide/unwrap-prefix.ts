import { MAX_WRAPPER_READINGS } from './caps.ts';
import { optionValues, scanOptions } from './option-scan.ts';
import type { OptionSpec } from './option-scan.ts';
import type { CommandRole } from './reached-command.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** A program that takes options, perhaps operands, and then a command to run. */
interface PrefixWrapper extends OptionSpec {
  /** Operands in front of the command. */
  readonly operands?: number;
  /** What these operands look like, where they may be missing. */
  readonly operandForm?: RegExp;
  /** A word in front of the options may be an operand: the program takes it or does without. */
  readonly mayLead?: boolean;
  /** `plain` where running something this way needs a rule of its own. */
  readonly role?: CommandRole;
  readonly takesAssignments?: boolean;
  /** Long options whose value is a program that it runs besides. */
  readonly runsValues?: readonly string[];
  /** Runs in the same shell: `cd` and assignments stay. */
  readonly isAttached?: boolean;
}

const NONE: PrefixWrapper = { flagLetters: '', flagNames: [] };

/** `setarch` and the names under which it knows what to be. */
const PERSONALITY: PrefixWrapper = {
  flagLetters: 'BFILRSTXZ3v',
  flagNames: [
    '32bit',
    'fdpic-funcptrs',
    'short-inode',
    'addr-compat-layout',
    'addr-no-randomize',
    'whole-seconds',
    'sticky-timeouts',
    'read-implies-exec',
    'mmap-page-zero',
    '3gb',
    '4gb',
    'uname-2.6',
    'verbose',
  ],
};

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
    gtimeout: {
      valueLetters: 'ks',
      flagLetters: 'vfp',
      valueNames: ['kill-after', 'signal'],
      flagNames: ['foreground', 'preserve-status', 'verbose'],
      operands: 1,
    },
    nice: { valueLetters: 'n', flagLetters: '0123456789', valueNames: ['adjustment'], flagNames: [] },
    ionice: {
      valueLetters: 'cnpPu',
      flagLetters: 't',
      valueNames: ['class', 'classdata', 'pid', 'pgid', 'uid'],
      flagNames: ['ignore'],
    },
    chrt: {
      valueLetters: 'TPDp',
      flagLetters: 'abfiormRvde',
      valueNames: ['sched-runtime', 'sched-period', 'sched-deadline', 'pid'],
      flagNames: [
        'all-tasks',
        'batch',
        'deadline',
        'ext',
        'fifo',
        'idle',
        'max',
        'other',
        'reset-on-fork',
        'rr',
        'verbose',
      ],
      operands: 1,
      operandForm: /^\d+$/,
    },
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
      flagLetters: 'abl',
      valueNames: ['membind', 'cpunodebind', 'physcpubind', 'interleave', 'preferred', 'preferred-many'],
      flagNames: ['all', 'balancing', 'localalloc'],
    },
    flock: {
      valueLetters: 'wE',
      flagLetters: 'sexnuoFv',
      valueNames: ['timeout', 'wait', 'conflict-exit-code'],
      flagNames: ['shared', 'exclusive', 'unlock', 'nonblock', 'nb', 'close', 'no-fork', 'verbose'],
      operands: 1,
    },
    setarch: { ...PERSONALITY, mayLead: true },
    linux32: PERSONALITY,
    linux64: PERSONALITY,
    catchsegv: NONE,
    eatmydata: NONE,
    fakeroot: { role: 'plain' },
    faketime: { operands: 1, valueLetters: 'fp', role: 'plain' },
    'xvfb-run': {
      valueLetters: 'ensfpw',
      flagLetters: 'al',
      valueNames: ['error-file', 'server-num', 'server-args', 'auth-file', 'xauth-protocol', 'wait'],
      flagNames: ['auto-servernum', 'listen-tcp'],
    },
    'dbus-run-session': { valueNames: ['config-file', 'dbus-daemon'], flagNames: [], runsValues: ['dbus-daemon'] },
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
    caffeinate: { valueLetters: 'tw', flagLetters: 'dimsu', flagNames: [] },
    dotenv: { valueLetters: 'efvp', role: 'plain' },
    'env-cmd': { valueLetters: 'fre', role: 'plain' },
    choom: { valueLetters: 'np', valueNames: ['adjust', 'pid'], role: 'plain' },
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
  const led = spec.mayLead === true && words[0]?.text.startsWith('-') === false ? 1 : 0;
  const scan = scanOptions(words.slice(led), spec);
  const first = led + scan.start;
  const last = first + (spec.operands ?? 0);
  const isCertain =
    scan.isCertain && operandsAreKnown(words.slice(0, led)) && operandsAreKnown(words.slice(first, last));
  // An operand that does not look like one is the command already.
  const isMissing =
    spec.operandForm !== undefined && !words.slice(first, last).every(({ text }) => spec.operandForm?.test(text));
  const start = isMissing ? first : last;
  const own = words.slice(0, start);
  if (start >= words.length) return { ...plain(invocation), role: invocation.program === 'exec' ? 'wrapper' : 'plain' };
  const inners = [
    ...innersFrom(words, start, isCertain && !isMissing, spec),
    ...optionValues(scan, ...(spec.runsValues ?? [])).flatMap((value): readonly Inner[] =>
      value === null ? [] : [{ kind: 'words', words: [value], isDetached: true }],
    ),
  ];
  // `flock FILE -c TEXT`: the text is for a shell.
  const [flag, text] = words.slice(start);
  if (invocation.program === 'flock' && text !== undefined && /^(?:-c|--command)$/.test(flag?.text ?? '')) {
    return { own, role: 'wrapper', inners: [{ kind: 'text', text, isDetached: true }], questions: [], code: [] };
  }
  // Where only options are left, what runs is not seen: the program itself is asked about.
  const isSeen = inners.some((inner) => inner.kind === 'text' || inner.words[0]?.text.startsWith('-') === false);
  return { own, role: isSeen ? (spec.role ?? 'wrapper') : 'plain', inners, questions: [], code: [] };
}

/**
 * The command that starts at `start`; where the words in front of it are not all understood, or an option stands there,
 * also every command that could start later.
 */
export function innersFrom(
  words: readonly ShellWord[],
  start: number,
  isCertain: boolean,
  spec: PrefixWrapper,
): readonly Inner[] {
  const starts =
    isCertain && words[start]?.text.startsWith('-') !== true
      ? [start]
      : words.slice(start, start + MAX_WRAPPER_READINGS).map((_, index) => start + index);
  return starts.map((at) => ({
    kind: 'words',
    words: words.slice(at),
    isDetached: spec.isAttached !== true,
    takesAssignments: spec.takesAssignments === true,
  }));
}

function operandsAreKnown(words: readonly ShellWord[]): boolean {
  return words.every((word) => !word.text.startsWith('-') && !/[\uDC01\uDC05]/.test(word.text));
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
