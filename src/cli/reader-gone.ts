import { spawn } from 'node:child_process';

/**
 * Calls `then` when nobody reads standard output any more, as after `| head -1`. A program notices that only when it
 * writes, and one that follows something quiet may not write for days.
 *
 * Node has no way to ask. GNU `tail` watches its own standard output for it and ends, so one is started on ours; where
 * there is none, the next write still finds out.
 *
 * @returns what ends the watch.
 */
export function whenReaderGone(then: () => void): () => void {
  const watcher = spawn('tail', ['-f', '/dev/null', `--pid=${process.pid}`], {
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  let isOver = false;
  // Another `tail` knows no `--pid`, refuses it with 1 at once, and has watched nothing.
  watcher.on('exit', (code) => {
    if (!isOver && code !== 1) then();
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  return () => {
    isOver = true;
    watcher.kill();
  };
}
