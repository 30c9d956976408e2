import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One way to start the hook client: a column of the fault table. */
export interface Client {
  readonly name: string;
  /** Program and first words; the socket, the session and the deadline follow. */
  readonly command: readonly string[];
  /** Started with the word `withhold`, wherever the words before it are there. */
  readonly isWithholding?: true;
}

/** How one run of a hook client ended. */
export interface Ending {
  /** Null where a signal ended it. */
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It did not end by itself within {@link HANG_MS}. */
  readonly isHung: boolean;
}

/** What a hook client is started with. */
export interface Start {
  readonly socket: string;
  readonly session?: string;
  /** The client's own deadline; the tests that wait for it make it short. */
  readonly deadlineMs?: number;
  /** In place of the socket, the session and the deadline. */
  readonly words?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The user that it runs as, where this process may choose. */
  readonly uid?: number;
  /** Words of a shell that start it as `"$@"`, such as `exec "$@" >&-`. */
  readonly shell?: string;
  readonly stdio?: StdioOptions;
  /** Does with the started program what the fault needs; by default sends the event. */
  readonly feed?: (child: ChildProcess) => void;
  /** Leaves what it prints unread. */
  readonly isUnread?: boolean;
}

/** Longest time in milliseconds that a run may take; a client that is still there is killed and counts as hung. */
export const HANG_MS = 12_000;
/** The event that is sent where the fault lies elsewhere. */
export const EVENT = JSON.stringify({
  hook_event_name: 'PreToolUse',
  session_id: 'c1',
  cwd: '/workspace',
  tool_name: 'Bash',
  tool_input: { command: 'ls' },
  tool_use_id: 'toolu_1',
});
/** What a refusal says to the model. */
export const SENTENCE =
  /^Sallyport refused this call because [^\n]+\. Do not try another way; ask the user to run "sallyport doctor"\.$/m;

/** What a refusal puts in the place of a tool's result. */
export const WITHHELD = `${JSON.stringify({
  hookSpecificOutput: {
    hookEventName: 'PostToolUse',
    updatedToolOutput:
      'Sallyport withheld this result because it could not be checked. Ask the user to run "sallyport doctor".',
  },
})}\n`;

const native = fileURLToPath(new URL('../native/', import.meta.url));

/**
 * Makes the hook clients that this machine can run, copied or compiled into a folder that every user may read. The C client
 * comes a second time with the sanitizers of the compiler, where it has them.
 */
export function makeClients(folder: string): readonly Client[] {
  chmodSync(folder, 0o755);
  const clients: Client[] = [];
  const compiled = join(folder, 'hook');
  if (compile(compiled, ['-static']) || compile(compiled, [])) clients.push({ name: 'c', command: [compiled] });
  const checked = join(folder, 'hook-checked');
  if (compile(checked, ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])) {
    clients.push({ name: 'c, with sanitizers', command: [checked] });
  }
  for (const name of ['hook.sh', 'hook.mjs']) {
    copyFileSync(join(native, name), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  if (existsSync('/bin/dash') && existsSync('/usr/bin/curl')) {
    clients.push({ name: 'sh', command: ['/bin/dash', join(folder, 'hook.sh')] });
  }
  clients.push({ name: 'node', command: [process.execPath, join(folder, 'hook.mjs')] });
  return clients;
}

function compile(target: string, extra: readonly string[]): boolean {
  if (!existsSync('/usr/bin/cc')) return false;
  const strict = ['-O2', '-Wall', '-Wextra', '-Werror', '-fstack-protector-strong'];
  try {
    execFileSync('/usr/bin/cc', [...strict, ...extra, '-o', target, join(native, 'hook.c')], { stdio: 'pipe' });
    return true;
  } catch (error) {
    // A library that static linking or a sanitizer needs may be missing; a warning in our source must not pass for that.
    if (error instanceof Error && /warning|hook\.c:\d+:\d+: error/.test(error.message)) throw error;
    return false;
  }
}

/** Runs a hook client once, to its end. */
export async function runClient(client: Client, start: Start): Promise<Ending> {
  const words = wordsOf(client, start);
  const [program = '', ...rest] =
    start.shell === undefined ? client.command : ['/bin/dash', '-c', start.shell, 'dash', ...client.command];
  const child = spawn(program, [...rest, ...words], {
    cwd: '/',
    env: start.env ?? {},
    stdio: start.stdio ?? 'pipe',
    ...(start.uid === undefined ? {} : { uid: start.uid, gid: start.uid }),
  });
  let stdout = '';
  let stderr = '';
  let isHung = false;
  if (start.isUnread !== true) child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A client that refuses early leaves its event unread.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => undefined);
  const kill = setTimeout(() => {
    isHung = true;
    child.kill('SIGKILL');
  }, HANG_MS);
  const ended = Promise.withResolvers<number | null>();
  child.on('error', ended.reject);
  child.on(start.isUnread === true ? 'exit' : 'close', (code) => ended.resolve(code));
  if (start.feed === undefined) child.stdin?.end(EVENT);
  else start.feed(child);
  try {
    const exit = await ended.promise;
    return { exit, stdout, stderr, isHung };
  } finally {
    clearTimeout(kill);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

function wordsOf({ isWithholding }: Client, { words, socket, session, deadlineMs }: Start): readonly string[] {
  const deadline = deadlineMs ?? (isWithholding ? 5_000 : undefined);
  const own = words ?? [socket, session ?? 'ses_x', ...(deadline === undefined ? [] : [String(deadline)])];
  return isWithholding && own.length === 3 ? [...own, 'withhold'] : own;
}
