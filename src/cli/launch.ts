import { spawn, spawnSync } from 'node:child_process';
import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { ownUid, ownUserName } from '../bin/own-user.ts';
import { packageRoot } from '../bin/package-root.ts';
import { processToWatch } from '../bin/process-facts.ts';
import { killStartedWith } from '../bin/started-processes.ts';
import type { ModelCredentials, OpenSessionAnswer } from '../core/control.ts';
import { BwrapMissing, ClientMissing, SallyportError } from '../core/error.ts';
import { CREDENTIAL_VARIABLES } from '../compile/index.ts';
import { askClientToLeave } from './client-process.ts';
import type { LaunchPlace } from './launch-place.ts';
import { keptEnvironment } from './place.ts';
import { sessionWatch } from './session-watch.ts';
import { fileOf } from './system-daemon.ts';
import { etcToRebuild, findProgram, ownProgramFolders, privateMountWords } from './private-mount.ts';

/** Milliseconds between two signs of life of the launcher; a fraction of the daemon's limit of 20 s. */
const BEAT_MS = 2_000;
/** Milliseconds that a client gets to end by itself; the daemon kills it after 10 s. */
const LEAVE_MS = 5_000;

/** A governed run of the client. */
export interface Launch {
  readonly place: LaunchPlace;
  /** The client and its words, as after `--`. */
  readonly command: readonly string[];
  readonly workspace: string;
  readonly homeDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credentials: ModelCredentials;
  /** `inherit` for a person at a terminal; `pipe` gives the output to `onOutput`. */
  readonly stdio: 'inherit' | 'pipe';
  readonly onOutput?: (chunk: Buffer, from: 'stdout' | 'stderr') => void;
  /** Called once, when the session is open and before the client starts. */
  readonly onOpen?: (answer: OpenSessionAnswer, command: readonly string[]) => void;
  /** Takes what happens to the session while it runs, in lines for the person at the keyboard. */
  readonly onNotice?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens a session, starts the client in its own view of the file system with the session's documents in force, keeps
 * the session alive and ends it when the client is gone.
 *
 * @returns the client's exit code, 128 and the signal's number where a signal ended it.
 * @throws {ClientMissing | BwrapMissing | NotRunning | NotAnswering | SessionRefused | SessionEnded | UpstreamUnconfigured | AuditUnavailable}
 *   also after the client was ended because the daemon stayed away or ended the session.
 */
export async function launch(run: Launch): Promise<number> {
  run.signal?.throwIfAborted();
  const searchPath = run.env['PATH'] ?? '/usr/bin:/bin';
  const client = findClient(run.command[0] ?? 'claude', searchPath);
  const bwrap = findBwrap(searchPath);
  const { control } = run.place;
  const launcher = processToWatch(process.pid, ownUid());
  const opened = await control.openSession({
    workspace: run.workspace,
    homeDir: run.homeDir,
    environment: keptEnvironment(run.env),
    credentials: run.credentials,
    watchPid: null,
    ...(launcher === null ? {} : { launcher }),
    workspaceFile: fileOf(run.workspace),
    about: { user: ownUserName(), launcher: process.pid, client },
  });
  let folder: string | null = null;
  try {
    folder = run.place.documentsFolder(opened);
    const [settingsFile, mcpFile] = [join(folder, 'managed-settings.json'), join(folder, 'managed-mcp.json')];
    writeFileSync(settingsFile, `${JSON.stringify(opened.settings, null, 2)}\n`, { mode: 0o600 });
    writeFileSync(mcpFile, `${JSON.stringify(opened.mcp, null, 2)}\n`, { mode: 0o600 });
    const own = ownProgramFolders(realpathSync(packageRoot()), run.workspace);
    const view = privateMountWords(
      {
        bwrap,
        settingsFile,
        mcpFile,
        ...run.place.view(opened, folder),
        workspace: run.workspace,
        readOnlyFolders: own.readOnly,
        pinnedFolders: own.pinned,
        hasOwnProcesses: !opened.sandbox,
      },
      etcToRebuild(),
    );
    const command = [...view, '--', client, ...run.command.slice(1)];
    run.onOpen?.(opened, command);
    return await supervise(run, opened, bwrap, command);
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    await endQuietly(control, opened.sessionId);
  }
}

async function supervise(
  run: Launch,
  opened: OpenSessionAnswer,
  bwrap: string,
  words: readonly string[],
): Promise<number> {
  const child = spawn(bwrap, [...words], {
    env: clientEnvironment(run.env, opened),
    stdio: run.stdio === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  child.stdout?.on('data', (chunk: Buffer) => run.onOutput?.(chunk, 'stdout'));
  child.stderr?.on('data', (chunk: Buffer) => run.onOutput?.(chunk, 'stderr'));
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    child.kill('SIGTERM');
  };
  let leaving: NodeJS.Timeout | null = null;
  const leave = (): void => {
    isStopped = true;
    if (askClientToLeave(child.pid ?? -1)) leaving = setTimeout(stop, LEAVE_MS);
    else stop();
  };
  child.once('exit', () => {
    // The client dies with bubblewrap, unless that was still being started, and what the client started does not.
    if (isStopped) killStartedWith((environment) => environment.includes(`SALLYPORT_SESSION=${opened.sessionId}`));
  });
  // The terminal sends an interrupt to the client as well, which decides itself what it means.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore).on('SIGTERM', stop).on('SIGHUP', stop);
  run.signal?.addEventListener('abort', stop);
  if (run.signal?.aborted === true) stop();
  let gaveUp: Error | null = null;
  const beat = sessionWatch({
    beat: () => run.place.control.beat(opened.sessionId, run.credentials),
    uptimeMs: () => performance.now(),
    notice: (line) => run.onNotice?.(line),
    giveUp(error) {
      gaveUp = error;
      leave();
    },
  });
  const beats = setInterval(() => void beat(), BEAT_MS);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (cause) => reject(new BwrapMissing('bubblewrap cannot be started', { cause })));
      child.on('close', (code, signal) => {
        if (gaveUp === null) resolve(code ?? 128 + signalNumber(signal));
        else reject(gaveUp);
      });
    });
  } finally {
    clearInterval(beats);
    clearTimeout(leaving ?? undefined);
    process.off('SIGINT', ignore).off('SIGTERM', stop).off('SIGHUP', stop);
    run.signal?.removeEventListener('abort', stop);
  }
}

/** The client's environment: everything but the owner's credentials, and the session's own token in their place. */
function clientEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  opened: OpenSessionAnswer,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !CREDENTIAL_VARIABLES.some((hidden) => hidden === name)) kept[name] = value;
  }
  kept[opened.provider === 'bedrock' ? 'AWS_BEARER_TOKEN_BEDROCK' : 'ANTHROPIC_AUTH_TOKEN'] = opened.token;
  kept['SALLYPORT_SESSION'] = opened.sessionId;
  return kept;
}

async function endQuietly(control: LaunchPlace['control'], sessionId: string): Promise<void> {
  try {
    await control.endSession(sessionId, 'the client has ended');
  } catch (error) {
    // Nobody to tell: a daemon that comes back ends the session itself for want of beats.
    if (!(error instanceof SallyportError)) throw error;
  }
}

/** The client's program: by name on PATH, else the one that was installed beside this package. */
export function findClient(name: string, searchPath: string): string {
  const found = findProgram(name, searchPath);
  if (found !== null && !isUnfinishedInstall(found)) return found;
  const bundled = name === 'claude' ? bundledClient() : null;
  if (bundled !== null) return bundled;
  throw new ClientMissing(`there is no program \`${name}\` on PATH`, {
    hint: 'install the client (`npm i -g @anthropic-ai/claude-code`) or give its path: `sallyport run -- /path/to/claude`',
  });
}

/** Whether this is the client package's stand-in, which only prints that its install script did not run. */
function isUnfinishedInstall(program: string): boolean {
  return program.endsWith('node_modules/.bin/claude');
}

/** The platform package of the client that npm put beside this package, or null. */
export function bundledClient(): string | null {
  try {
    return createRequire(import.meta.url).resolve(`@anthropic-ai/claude-code-linux-${process.arch}/claude`);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/**
 * bubblewrap, tried once: some machines have the program but forbid what it does.
 *
 * @throws {BwrapMissing}
 */
export function findBwrap(searchPath: string): string {
  // System folders first: a repository may have put a program of that name on the path.
  const bwrap = findProgram('bwrap', '/usr/bin:/usr/local/bin:/bin') ?? findProgram('bwrap', searchPath);
  if (bwrap === null) {
    throw new BwrapMissing('bubblewrap is not installed', { hint: 'install it: `apt-get install bubblewrap socat`' });
  }
  const plain = ['--dev-bind', '/', '/'];
  const tried = spawnSync(
    bwrap,
    [...plain, '--tmpfs', '/etc', '--', bwrap, ...plain, '--unshare-user', '--', '/bin/true'],
    { encoding: 'utf8' },
  );
  if (tried.status !== 0) {
    throw new BwrapMissing(`bubblewrap cannot make a mount namespace: ${tried.stderr.trim().split('\n')[0] ?? ''}`, {
      hint: 'allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone, or its AppArmor profile)',
    });
  }
  return bwrap;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function signalNumber(signal: string | null): number {
  return signal === null ? 1 : (SIGNAL_NUMBERS[signal] ?? 1);
}
