import { Buffer } from 'node:buffer';
import type { EngineClock } from './clock.ts';
import type { EngineLimits } from './engine-setup.ts';

/** A clock that stands still until it is told to go on. */
export interface ScriptedClock extends EngineClock {
  /** Lets so much time pass, and calls what was waiting for it. */
  pass(ms: number): void;
  /** Timers that wait. */
  readonly waiting: number;
}

export function scriptedClock(): ScriptedClock {
  let nowMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly done: () => void }>();
  return {
    nowMs: () => nowMs,
    after: (delayMs, done) => {
      const timer = { atMs: nowMs + delayMs, done };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass: (ms) => {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.done();
      }
    },
    get waiting() {
      return timers.size;
    },
  };
}

/** Limits that nothing in a test reaches by chance. */
export const WIDE_LIMITS: EngineLimits = {
  name: 'engine',
  order: 1,
  onFailure: 'embedded-only',
  timeoutMs: 60_000,
  maxConcurrent: 2,
  maxQueued: 2,
  maxInputBytes: 1_000_000,
};

/** A command that runs a program of ours in place of an engine's. The words of the call follow the script. */
export function scriptedProgram(script: string): readonly [string, ...string[]] {
  return [process.execPath, '-e', script, '--'];
}

/** A token of the form of a provider's, made when it is wanted so that it stands in no file. */
export function madeToken(seed: number): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789';
  let [state, body] = [seed * 2_654_435_761 + 1, ''];
  for (let index = 0; index < 36; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    body += letters[state % letters.length] ?? 'x';
  }
  return ['gh', 'p_', body].join('');
}

export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}
