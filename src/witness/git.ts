import { spawn } from 'node:child_process';

/** Milliseconds for one run of git, a push over a slow line included. */
const GIT_TIMEOUT_MS = 60_000;
/** Most that is read of what git prints; a note and lists of commits are far below. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** How git ended. `status` is null where it did not start, or was broken off. */
export interface GitEnd {
  readonly status: number | null;
  readonly stdout: Buffer;
}

/** Runs git in one bare repository. Never throws. */
export type RunGit = (words: readonly string[], options?: GitOptions) => Promise<GitEnd>;

interface GitOptions {
  readonly stdin?: string | Uint8Array;
  /** Index of its own, for building a tree. */
  readonly index?: string;
}

/** No hook, no helper and no setting of the machine, the user or the other repository is to run a program of its choice. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.alternateRefsCommand=true',
  'core.fsmonitor=false',
  'credential.helper=',
  'protocol.allow=never',
  'protocol.file.allow=always',
  'protocol.https.allow=always',
  'protocol.ssh.allow=always',
  'gc.autoDetach=false',
  'maintenance.auto=false',
  'fetch.fsckObjects=true',
];

/** The other side of a path on this machine is a git that we start too: the same holds for it. */
const FAR_SETTINGS = '-c core.hooksPath=/dev/null -c core.alternateRefsCommand=true -c core.fsmonitor=false';

/** Words that name the other side's program where it runs on this machine; none where it does not. */
export function farSide(remote: string, program: 'receive-pack' | 'upload-pack'): readonly string[] {
  return isLocal(remote) ? [`--${program}=git ${FAR_SETTINGS} ${program}`] : [];
}

/**
 * A way to run git in `repository`, with nothing of this process's environment but what is passed.
 *
 * @param environment of which `PATH` and, for ssh, `SSH_AUTH_SOCK` and `HOME` are taken.
 */
export function gitIn(repository: string, environment: Readonly<Record<string, string | undefined>>): RunGit {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const kept = ['PATH', 'HOME', 'SSH_AUTH_SOCK'].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = {
    ...Object.fromEntries(kept),
    GIT_DIR: repository,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=15',
    GIT_AUTHOR_NAME: 'sallyport',
    GIT_AUTHOR_EMAIL: 'sallyport@localhost',
    GIT_COMMITTER_NAME: 'sallyport',
    GIT_COMMITTER_EMAIL: 'sallyport@localhost',
    LC_ALL: 'C',
  };
  return async (words, options = {}) => await run([...settings, ...words], options, env);
}

async function run(words: readonly string[], options: GitOptions, base: Record<string, string>): Promise<GitEnd> {
  return await new Promise((resolve) => {
    const env = options.index === undefined ? base : { ...base, GIT_INDEX_FILE: options.index };
    const git = spawn('git', words, {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: GIT_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const parts: Buffer[] = [];
    let bytes = 0;
    git.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > MAX_OUTPUT_BYTES) git.kill('SIGKILL');
      else parts.push(part);
    });
    // Git may end before it has read what it is given: its status says so, and a broken pipe says nothing more.
    git.stdin.on('error', () => undefined);
    git.stdin.end(options.stdin ?? '');
    git.on('error', () => {
      resolve({ status: null, stdout: Buffer.alloc(0) });
    });
    git.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(parts) });
    });
  });
}

/** As git tells: a path is local unless a colon stands before its first slash. */
function isLocal(remote: string): boolean {
  return remote.startsWith('file://') || !/^[^/]*:/.test(remote);
}
