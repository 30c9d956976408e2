import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { DaemonStatus } from '../src/core/control.ts';
import { testFolder } from './test-folder.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The program as it is started. */
export const LAUNCHER = join(ROOT, 'bin', 'sallyport.mjs');
/** Milliseconds that a daemon may take to start, on a machine with more work than cores. */
const START_TIMEOUT_MS = 60_000;
/** Milliseconds that something which another process does may take, and between two looks at it. */
const UNTIL_TIMEOUT_MS = 60_000;
const UNTIL_POLL_MS = 20;
/** Milliseconds that one command may take where a test says nothing else. */
const COMMAND_TIMEOUT_MS = 120_000;

/** A state folder of a test, with a policy that sends model traffic to a loopback address. */
export interface Home {
  readonly folder: string;
  readonly state: string;
  readonly policyFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a home below `/var/tmp`, because policies commonly leave `/tmp` open. Removed with the test. */
export function makeHome(t: { after(fn: () => void): void }, policy = 'version: 1\nname: test\n'): Home {
  const folder = testFolder(t, '/var/tmp/sp-test-');
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, policy);
  const state = join(folder, 'state');
  return {
    folder,
    state,
    policyFile,
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: folder,
      SALLYPORT_HOME: state,
      // What Node compiled once for the run of the tests need not be compiled by each program again.
      ...(process.env['NODE_COMPILE_CACHE'] === undefined
        ? {}
        : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }),
    },
  };
}

/** Runs one command to its end. */
export function sallyport(
  home: Home,
  words: readonly string[],
  options: { readonly cwd?: string; readonly timeoutMs?: number; readonly input?: string } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [LAUNCHER, ...words], {
    env: home.env,
    cwd: options.cwd ?? home.folder,
    encoding: 'utf8',
    timeout: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
    ...(options.input === undefined ? {} : { input: options.input }),
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** A daemon in a process of its own. */
export interface DaemonProcess {
  readonly child: ChildProcess;
  readonly status: DaemonStatus;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it printed on stderr so far. */
  readonly errors: () => string;
}

/** Starts `sallyport up` and waits until it says that it is ready. */
export async function startDaemonProcess(
  t: { after(fn: () => void): void },
  home: Home,
  words: readonly string[] = ['--policy', home.policyFile],
): Promise<DaemonProcess> {
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--json', ...words], {
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const line = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no daemon after ${START_TIMEOUT_MS} ms: ${errors}`)),
      START_TIMEOUT_MS,
    );
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
    end: async (signal) => {
      const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
        child.once('exit', (code, by) => resolve({ code, signal: by })),
      );
      child.kill(signal);
      return await ended;
    },
  };
}

/** Runs one command while this process goes on serving, as the scripted model of a test must. */
export async function sallyportBeside(
  home: Home,
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number },
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  return await programBeside(process.execPath, [LAUNCHER, ...words], {
    ...options,
    env: { ...home.env, ...options.env },
  });
}

/** Runs any program to its end, bounded in time. */
export async function programBeside(
  program: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly timeoutMs?: number },
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(program, [...words], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { status, stdout, stderr };
}

/** What a stream gave so far. */
export function collected(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return () => text;
}

/** Waits for what another process does, bounded in time; `said` is quoted where it does not happen. */
export async function until(isSo: () => boolean, said: () => string): Promise<void> {
  const deadlineMs = performance.now() + UNTIL_TIMEOUT_MS;
  while (!isSo()) {
    if (performance.now() > deadlineMs) throw new Error(`it did not happen in time: ${said()}`);
    await pause(UNTIL_POLL_MS);
  }
}
