import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds for a service to answer, on a machine that is busy with everything else, and between two looks. */
export const START_TIMEOUT_MS = 60_000;
export const POLL_MS = 50;
/** Characters of what a process said that are kept for the message of a failure. */
const KEPT_OUTPUT = 4_000;

/** A service of somebody else that a test talks to, in a process that does not outlive this one. */
export interface EmulatorProcess {
  readonly child: ChildProcess;
  /** The end of what it said. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** Where a program is on PATH, or null. */
export function programOnPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}

/** A port of the loopback address that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a service. It is killed with this process, also where that is killed itself and the system can see to it. */
export function startProcess(
  program: string,
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): EmulatorProcess {
  const bound = programOnPath('setpriv') === null ? [] : ['setpriv', '--pdeathsig', 'KILL'];
  const [command = program, ...args] = [...bound, program, ...words];
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('error', (error) => keep(Buffer.from(error.message)));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    child,
    output: () => said,
    // Nothing of it is to be kept, and some take seconds to end by themselves.
    stop: async () => {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

/** Waits until an HTTP service answers, whatever it answers. */
export async function untilAnswering(url: string, { child, output }: EmulatorProcess): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await (await fetch(url, { signal: AbortSignal.timeout(2_000) })).arrayBuffer();
      return;
    } catch (cause) {
      if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}: ${output()}`, { cause });
      if (performance.now() > endMs) throw new Error(`no answer from ${url}: ${output()}`, { cause });
      await pause(POLL_MS);
    }
  }
}

/** Runs a command of a service to its end. @throws with what it said where it fails. */
export function runToEnd(
  program: string,
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): string {
  const ran = spawnSync(program, words, { ...options, encoding: 'utf8', timeout: START_TIMEOUT_MS });
  if (ran.status === 0) return ran.stdout;
  throw new Error(
    `${program} ${words.join(' ')} ended with ${ran.status ?? ran.signal}: ${ran.stderr.slice(-KEPT_OUTPUT)}`,
  );
}
