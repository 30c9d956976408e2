/** What `/proc/PID/stat` tells of a process. */
export interface ProcessStat {
  readonly parentPid: number;
  /** Since the start of the machine, in ticks of the kernel's clock. */
  readonly startTicks: number;
}

/** Ticks in a second: fixed for programs, whatever the kernel itself counts with. */
const TICKS_PER_SECOND = 100;
/** Fields behind the name, which may hold blanks and brackets. */
const [PARENT_FIELD, START_FIELD] = [1, 19];

/** Reads `/proc/PID/stat`; null where it is none. */
export function parseStat(text: string): ProcessStat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parentPid, startTicks] = [Number(fields[PARENT_FIELD]), Number(fields[START_FIELD])];
  if (!Number.isSafeInteger(parentPid) || !Number.isSafeInteger(startTicks)) return null;
  return { parentPid, startTicks };
}

/**
 * When a process started, in milliseconds since the Unix epoch, as exact as the kernel's ticks.
 *
 * @param uptimeS what `/proc/uptime` says at `nowMs`.
 */
export function startedAtMs(startTicks: number, uptimeS: number, nowMs: number): number {
  return Math.round(nowMs - (uptimeS - startTicks / TICKS_PER_SECOND) * 1000);
}

/** The words of `/proc/PID/cmdline`, bounded. */
export function wordsOf(cmdline: string): readonly string[] {
  return cmdline.slice(0, MAX_CMDLINE_LENGTH).split('\0').slice(0, MAX_WORDS);
}

/** The wrapper of a command stands in front of it; what is behind that need not be read. */
const MAX_CMDLINE_LENGTH = 64 * 1024;
const MAX_WORDS = 64;

const SHELLS: ReadonlySet<string> = new Set(['bash', 'zsh', 'sh', 'dash']);
const CLIENTS: ReadonlySet<string> = new Set(['claude', 'node', 'bun']);

/**
 * The program that a command tool of the client gives to a shell, or null where the words are of something else. The client
 * has each of its commands run in its snapshot of the shell (measured); making that snapshot is no command.
 */
export function commandScript(words: readonly string[]): string | null {
  const [program = '', flag = '', script = ''] = words;
  if (!SHELLS.has(nameOf(program)) || flag !== '-c') return null;
  const isCommand = script.includes('/shell-snapshots/snapshot-') && script.includes(' eval ');
  return isCommand && !script.startsWith('SNAPSHOT_FILE=') ? script : null;
}

/**
 * Whether a process began a command: it is the shell that the client started or the wrapper of its sandbox. Parts of a
 * command that its shell forked off have the same words; their parent tells them apart.
 */
export function beginsCommand(words: readonly string[], parentWords: readonly string[]): boolean {
  const script = commandScript(words);
  if (script === null || commandScript(parentWords) !== null) return false;
  return parentWords.includes(script) || CLIENTS.has(nameOf(parentWords[0] ?? ''));
}

function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
