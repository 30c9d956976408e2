import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the bench that is asked one thing at a time. */
export interface AskedProcess<Word extends object, Told extends object> {
  readonly pid: number;
  ask(word: Word): Promise<Told>;
  end(): Promise<void>;
}

/** Starts a file beside this one. `first` is what it says when it is ready, or null where it says nothing. */
export async function askedProcess<Word extends object, Told extends object>(
  file: string,
  words: readonly string[],
  saysReady: boolean,
): Promise<{ readonly process: AskedProcess<Word, Told>; readonly first: Told | null }> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...words], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const first = saysReady ? await nextMessage<Told>(child) : null;
  return {
    first,
    process: {
      pid: child.pid ?? 0,
      ask: async (word) => {
        const told = nextMessage<Told>(child);
        child.send(word);
        return await told;
      },
      end: async () => await ended(child, 'SIGTERM'),
    },
  };
}

/** Sees to it that a process does not outlive this one, however that ends; one of somebody else's does not watch us. */
export function endWithUs(child: ChildProcess): void {
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

/** Ends a process and waits until it is gone. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await gone;
}

async function nextMessage<Told>(child: ChildProcess): Promise<Told> {
  return await new Promise<Told>((resolve, reject) => {
    const onMessage = (told: unknown): void => {
      child.off('exit', onExit);
      resolve(told as Told);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new Error(`a process of the bench ended with ${code}`));
    };
    child.once('message', onMessage).once('exit', onExit);
  });
}
