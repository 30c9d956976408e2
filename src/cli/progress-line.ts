/** A line at the bottom of a terminal that is written over as work goes on. Silent where stderr is no terminal. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

/** Milliseconds between two paintings. */
const REPAINT_MS = 80;

/** @param clock milliseconds, for how often to repaint. */
export function progressLine(clock: () => number): ProgressLine {
  let paintedAtMs = -Infinity;
  const isTerminal = process.stderr.isTTY;
  return {
    show(text) {
      if (!isTerminal || clock() - paintedAtMs < REPAINT_MS) return;
      paintedAtMs = clock();
      process.stderr.write(`\r\x1b[2K${text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}`);
    },
    clear() {
      if (isTerminal) process.stderr.write('\r\x1b[2K');
    },
  };
}
