import { spawnSync } from 'node:child_process';

/** Podman with the environment that the launcher gives it. */
export interface Podman {
  /** Runs it to its end with the terminal of who started the launcher; `input` in place of the standard input. */
  run(words: readonly string[], input?: string): Ended;
  /** Runs it for what it prints, which is null where it failed. What it says of a failure is passed on only if asked for. */
  ask(words: readonly string[], saysWhy?: boolean): string | null;
}

/** The exit code, or why it was not started. */
export type Ended = { readonly ok: true; readonly status: number } | { readonly ok: false; readonly why: string };

/** More than any look at containers or images gives. */
const MAX_ANSWER_BYTES = 64 * 1_048_576;

/** @param file the program. */
export function podmanAt(file: string, environment: Readonly<Record<string, string>>, cwd: string): Podman {
  return {
    run: (words, input) => {
      // Podman opens its input by name, which only a pipe of the shell's has: the one from here is a socket.
      const [program, before] = input === undefined ? [file, []] : ['/bin/sh', ['-c', 'cat | "$@"', 'sh', file]];
      const done = spawnSync(program, [...before, ...words], {
        env: environment,
        cwd,
        ...(input === undefined ? { stdio: 'inherit' } : { stdio: ['pipe', 'inherit', 'inherit'], input }),
      });
      return done.error === undefined
        ? { ok: true, status: done.status ?? 128 }
        : { ok: false, why: `podman cannot be started: ${done.error.message}` };
    },
    ask: (words, saysWhy = false) => {
      const done = spawnSync(file, [...words], {
        env: environment,
        cwd,
        encoding: 'utf8',
        maxBuffer: MAX_ANSWER_BYTES,
        stdio: ['ignore', 'pipe', saysWhy ? 'inherit' : 'ignore'],
      });
      return done.status === 0 ? done.stdout : null;
    },
  };
}
