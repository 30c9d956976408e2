import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A program that is given a text and asked for a report. */
interface ProgramCall {
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
  /** It says that all is well and did not take the whole text, so what it reports is about a part. */
  | { readonly kind: 'unread' }
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
    let [isSettled, hasEnded, isUnread] = [false, false, false];

    const settle = (end: ProgramEnd): void => {
      if (isSettled) return;
      isSettled = true;
      call.signal.removeEventListener('abort', stop);
      // Once the program has ended, its number may be somebody else's.
      if (!hasEnded) killGroup(child.pid);
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
    child.once('exit', () => {
      hasEnded = true;
      // A program that reads to the end lives longer than our writing.
      isUnread = !child.stdin.writableFinished;
      // What it left behind would run on unseen, and may hold its output open.
      killGroup(child.pid);
    });
    child.once('close', (status) => {
      if (status === null) return settle({ kind: 'killed' });
      if (status === 0 && isUnread) return settle({ kind: 'unread' });
      settle({ kind: 'exited', status, output: Buffer.concat(parts) });
    });
    // Seen again in the number of bytes that were taken.
    child.stdin.once('error', () => child.stdin.destroy());
    child.stdin.end(call.input);
  });
}

/** A program that was told to start, or null where its words cannot be words of a program. */
function started(file: string, words: readonly string[]): ChildProcessByStdio<Writable, Readable, null> | null {
  try {
    return spawn(file, words, {
      cwd: '/',
      // A home that is no folder: there are no settings in it, and nothing is kept there.
      env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', HOME: '/dev/null', LC_ALL: 'C.UTF-8' },
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
