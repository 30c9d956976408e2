import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A folder for what a command has to put down while it runs. Only its user can look into it. */
export interface ScratchFolder {
  readonly path: string;
  remove(): void;
}

/** Makes one. It goes with this process, also where a signal or a reader that went away ends that; only SIGKILL leaves it. */
export function scratchFolder(name: string): ScratchFolder {
  let path = '';
  const clear = (): void => {
    if (path !== '') rmSync(path, { recursive: true, force: true });
  };
  const end = (signal: NodeJS.Signals): void => process.exit(128 + constants.signals[signal]);
  // Before there is a folder: a signal that comes right behind it would end the process and leave it.
  process.once('exit', clear);
  for (const signal of SIGNALS) process.once(signal, end);
  path = mkdtempSync(join(tmpdir(), `sallyport-${name}-`));
  return {
    path,
    remove: () => {
      clear();
      process.off('exit', clear);
      for (const signal of SIGNALS) process.off(signal, end);
    },
  };
}
