import { launcherEnd, programName } from './launchers.ts';
import type { LineWord } from './shell-reading.ts';

/** How far the client looks through programs that start others. */
export type Depth =
  /** For deny and ask rules: as far as it can. */
  | 'deny'
  /** For paths: through what changes neither user nor process group. */
  | 'path'
  /** For allow rules: through wrappers that change nothing. */
  | 'allow'
  /** For its own list of commands that only read: hardly at all. */
  | 'read-only';

const MAX_STEPS = 20;
const DURATION = /^\d+(?:\.\d+)?[smhd]?$/;
const TIMEOUT_OPTION = /^(?:-[sk]\w+|--(?:signal|kill-after)=\w+|--foreground|--preserve-status|--verbose|-v)$/;

/**
 * The words of a command behind the programs that only start it, from the outside in: each step that the client takes
 * is one entry, the command as it stands the first.
 */
export function unwrapped(words: readonly LineWord[], depth: Depth): readonly (readonly LineWord[])[] {
  const steps = [words];
  for (let current = words; steps.length <= MAX_STEPS;) {
    const next = step(current, depth);
    if (next === null || next.length === 0) break;
    steps.push(next);
    current = next;
  }
  return steps;
}

/** The innermost of {@link unwrapped}. */
export function innermost(words: readonly LineWord[], depth: Depth): readonly LineWord[] {
  return unwrapped(words, depth).at(-1) ?? words;
}

function step(words: readonly LineWord[], depth: Depth): readonly LineWord[] | null {
  const values = words.map((word) => word.value);
  const hasOption = values[1]?.startsWith('-') === true;
  const behind = (count: number | null): readonly LineWord[] | null => (count === null ? null : words.slice(count));
  switch (values[0] ?? '') {
    case 'command':
      if (!hasOption) return words.slice(1);
      return values[1] === '-p' ? words.slice(2) : null;
    case 'builtin':
      return words.slice(1);
    case 'time':
      return depth === 'allow' || depth === 'deny' ? behind(hasOption ? null : 1) : null;
    case 'timeout':
      return depth === 'read-only' && hasOption ? null : behind(timeoutEnd(values));
    case 'nohup':
      return depth === 'read-only' ? null : words.slice(1);
    case 'nice':
      return depth === 'read-only' ? null : behind(niceEnd(values));
    case 'stdbuf':
      return depth === 'read-only' ? null : behind(stdbufEnd(values, depth));
    case 'xargs':
      return depth === 'deny' || depth === 'allow' ? behind(hasOption ? null : 1) : null;
    default:
      if (depth === 'path') return programName(values[0] ?? '') === 'env' ? behind(launcherEnd(values)) : null;
      return depth === 'deny' ? behind(launcherEnd(values)) : null;
  }
}

function timeoutEnd(values: readonly string[]): number | null {
  let at = 1;
  for (; values[at]?.startsWith('-') === true; at += 1) {
    const value = values[at] ?? '';
    if (value === '-s' || value === '-k') at += 1;
    else if (!TIMEOUT_OPTION.test(value)) return null;
  }
  return DURATION.test(values[at] ?? '') ? at + 1 : null;
}

function niceEnd(values: readonly string[]): number {
  if (values[1] === '-n' && /^-?\d+$/.test(values[2] ?? '')) return 3;
  return /^-\d+$/.test(values[1] ?? '') ? 2 : 1;
}

function stdbufEnd(values: readonly string[], depth: Depth): number | null {
  let at = 1;
  for (; ; at += 1) {
    const value = values[at] ?? '';
    if (/^-[ioe][\dL]/.test(value)) continue;
    if (depth !== 'path') break;
    if (/^-[ioe]$/.test(value)) at += 1;
    else if (!/^--(?:input|output|error)=/.test(value)) break;
  }
  return at === 1 ? null : at;
}
