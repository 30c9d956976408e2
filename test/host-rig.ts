import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { DaemonStatus } from '../src/core/control.ts';
import { LAUNCHER, programBeside } from './daemon-process.ts';
import { testFolder } from './test-folder.ts';

// A machine with several users, below one folder: the daemon and the developers are users without an account.

export const DAEMON = 61_001;
export const ANN = 61_002;
export const BOB = 61_003;
export type Uid = typeof DAEMON | typeof ANN | typeof BOB;

const CAPABILITIES = ['+dac_read_search', '+kill', '+sys_ptrace'].join(',');
/** Milliseconds that a daemon may take to start, and a script to end, on a machine with more work than cores. */
const START_TIMEOUT_MS = 60_000;
const SETPRIV = '/usr/bin/setpriv';

/** Why several users cannot be had here, or false where they can. */
export function hostSkipReason(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root can be several users';
  const tried = spawnSync(SETPRIV, [...asUser(BOB), process.execPath, LAUNCHER, '--version'], { env: { PATH } });
  if (tried.error !== undefined) return 'there is no setpriv';
  return tried.status === 0 ? false : 'another user cannot reach the program in this folder';
}

/** Words for setpriv by which a program becomes that user, with nothing of root left. */
export function asUser(uid: Uid, capabilities: string | null = null): readonly string[] {
  const held = capabilities === null ? [] : [`--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`];
  return ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', ...held, '--'];
}

const PATH = process.env['PATH'] ?? '/usr/bin:/bin';

/** The folders of a machine. */
export interface Machine {
  readonly folder: string;
  readonly state: string;
  readonly runtime: string;
  readonly policyFile: string;
  /** A home that only its user can look into. */
  home(uid: Uid): string;
  env(uid: Uid): Readonly<Record<string, string>>;
}

/** Makes the folders, removed with the test. */
export function makeMachine(t: { after(fn: () => void): void }, policy: string): Machine {
  const folder = testFolder(t, '/var/tmp/sp-host-');
  chmodSync(folder, 0o755);
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, policy);
  const own = (name: string, uid: Uid, mode: number): string => {
    const path = join(folder, name);
    mkdirSync(path, { mode });
    chmodSync(path, mode);
    chownSync(path, uid, uid);
    return path;
  };
  const [state, runtime] = [own('state', DAEMON, 0o700), own('run', DAEMON, 0o755)];
  const homes = new Map<Uid, string>([ANN, BOB].map((uid) => [uid as Uid, own(`home-${uid}`, uid as Uid, 0o700)]));
  const home = (uid: Uid): string => homes.get(uid) ?? state;
  return {
    folder,
    state,
    runtime,
    policyFile,
    home,
    env: (uid) => ({ PATH, HOME: home(uid), SALLYPORT_SOCKET: join(runtime, 'session.sock') }),
  };
}

/** The daemon of a machine, in a process of its own. */
export interface MachineDaemon {
  readonly child: ChildProcess;
  readonly status: DaemonStatus;
  readonly errors: () => string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `sallyport guard` as the daemon's user and waits until it says that it is ready. */
export async function startMachineDaemon(
  t: { after(fn: () => void): void },
  machine: Machine,
  {
    capabilities = CAPABILITIES,
    words = [],
    policy = ['--policy', machine.policyFile],
    openFiles = null,
  }: {
    readonly capabilities?: string | null;
    readonly words?: readonly string[];
    readonly policy?: readonly string[];
    /** How many files it may have open; null for as many as this process. */
    readonly openFiles?: number | null;
  } = {},
): Promise<MachineDaemon> {
  const guard = ['guard', '--json', ...policy, '--gateway-port', '0', ...words];
  const limited = openFiles === null ? [] : ['/bin/sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh'];
  const program = [...limited, process.execPath, LAUNCHER, ...guard];
  const child = spawn(SETPRIV, [...asUser(DAEMON, capabilities), ...program], {
    env: {
      PATH,
      HOME: machine.state,
      STATE_DIRECTORY: machine.state,
      RUNTIME_DIRECTORY: machine.runtime,
      ANTHROPIC_API_KEY: 'sk-of-the-daemon',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const line = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no daemon in time: ${errors}`)), START_TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}: ${errors}`)));
    createInterface({ input: child.stdout }).once('line', (text) => {
      clearTimeout(timer);
      resolve(text);
    });
  });
  return {
    child,
    status: JSON.parse(line) as DaemonStatus,
    errors: () => errors,
    async end(signal) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    },
  };
}

/** Runs a program as a user to its end, while this process goes on serving. */
export async function beside(
  machine: Machine,
  uid: Uid,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof programBeside> {
  return await programBeside(SETPRIV, [...asUser(uid), ...words], {
    cwd: machine.home(uid),
    env: { ...machine.env(uid), ...env },
  });
}

/** Runs a script of the shell as a user. */
export function shell(machine: Machine, uid: Uid, script: string): SpawnSyncReturns<string> {
  return spawnSync(SETPRIV, [...asUser(uid), '/bin/sh', '-c', script], {
    cwd: '/',
    env: machine.env(uid),
    encoding: 'utf8',
    timeout: START_TIMEOUT_MS,
  });
}

/** Runs a command of the administrator: as the daemon's user, over its control socket. */
export function administer(machine: Machine, words: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(SETPRIV, [...asUser(DAEMON), process.execPath, LAUNCHER, ...words], {
    env: { PATH, HOME: machine.state, SALLYPORT_HOME: machine.state },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

/** A program of a user that asks sockets: root could open them all, so this process does not ask itself. */
export async function ask(
  machine: Machine,
  uid: Uid,
  socketPath: string,
  method: string,
  path: string,
  body: object = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const ran = await beside(machine, uid, [
    '/usr/bin/curl',
    '-sS',
    '--max-time',
    '10',
    '--unix-socket',
    socketPath,
    '-X',
    method,
    '-d',
    JSON.stringify(body),
    '-w',
    '\n%{http_code}',
    `http://sallyport${path}`,
  ]);
  const at = ran.stdout.lastIndexOf('\n');
  return { status: Number(ran.stdout.slice(at + 1)), body: ran.stdout.slice(0, at) };
}
