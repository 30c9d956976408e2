import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A program that is given a text and asked for a report. */
export interface ProgramCall {
  readonly command: readonly [string, ...string[]];
  readonly input: Uint8Array;
  readonly maxOutputBytes: number;
  /** Kills the program and what it started. */
  readonly signal: AbortSignal;
}

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly status: number; readonly output: Buffer }
  /** It was ended by a signal: by ours after an abort, or by somebody else's. */
  | { readonly kind: 'killed' }
  | { readonly kind: 'flooded' }
  | { readonly kind: 'not-started' };

/**
 * Runs a program once. Never rejects, and keeps nothing of its standard error: there it may quote the text.
 *
 * It runs in the root folder with an environment of its own, because these programs take settings from the current folder
 * and from variables, and both may belong to a repository that would rather not be scanned.
 */
export function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const [file, ...words] = call.command;
    if (call.signal.aborted) return resolve({ kind: 'killed' });
    const child = started(file, words);
    if (child === null) return resolve({ kind: 'not-started' });
    const parts: Buffer[] = [];
    let size = 0;
    let isSettled = false;

    const settle = (end: ProgramEnd): void => {
      if (isSettled) return;
      isSettled = true;
      call.signal.removeEventListener('abort', stop);
      // Once the program has ended and closed its output, its number may be somebody else's.
      if (end.kind !== 'exited') killGroup(child.pid);
      // A descendant that left the group may hold the pipe open for ever; nobody waits for it.
      child.stdin.destroy();
      child.stdout.destroy();
      child.unref();
      resolve(end);
    };
    const stop = (): void => settle({ kind: 'killed' });
    call.signal.addEventListener('abort', stop, { once: true });

    child.once('error', () => settle({ kind: 'not-started' }));
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > call.maxOutputBytes) return settle({ kind: 'flooded' });
      parts.push(part);
    });
    child.once('close', (status) => {
      settle(status === null ? { kind: 'killed' } : { kind: 'exited', status, output: Buffer.concat(parts) });
    });
    // A program that ends before it has read everything breaks the pipe; its exit status tells the rest.
    child.stdin.once('error', () => child.stdin.destroy());
    child.stdin.end(call.input);
  });
}

/** A program that was told to start, or null where its words cannot be words of a program. */
function started(file: string, words: readonly string[]): ChildProcessByStdio<Writable, Readable, null> | null {
  try {
    return spawn(file, words, {
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', HOME: '/', LC_ALL: 'C.UTF-8' },
      // A group of its own: what the program starts is killed with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The whole group has ended by itself.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return;
    throw error;
  }
}
