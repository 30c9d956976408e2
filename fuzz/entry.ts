import type { Material } from './material.ts';
import type { Stopwatch } from './stopwatch.ts';

/** A place where bytes come in that anyone may have made. */
export interface FuzzEntry {
  /** As the command line names it. */
  readonly name: string;
  /** What is run, and what must hold, in one line. */
  readonly about: string;
  /** No input is longer. */
  readonly maxBytes: number;
  readonly most: CpuBound;
  open(material: Material): OpenEntry;
}

/** CPU time that no input may take: so much for any, and so much in addition for each million bytes. */
export interface CpuBound {
  readonly baseMs: number;
  readonly msPerMb: number;
}

/** An entry that is ready. */
export interface OpenEntry {
  /** Inputs to begin with, each as `run` takes it. */
  readonly seeds: readonly Uint8Array[];
  /** What is put into inputs. */
  readonly words: readonly Uint8Array[];
  /**
   * Runs one input. What is measured is what runs under the watch, not the checks around it.
   *
   * @returns what the input did, in a few words: one that does something new is kept and changed further.
   * @throws {BrokenPromise} where something does not hold. Whatever else it throws is a finding as well.
   */
  run(input: Uint8Array, watch: Stopwatch): string | Promise<string>;
  close?(): void;
}

/** A promise that an input breaks. The message is fixed words and names, so that one fault is found once. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** @throws {BrokenPromise} where the condition does not hold. */
export function promise(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenPromise(what);
}

/**
 * Stands for a secret in inputs: no answer that must not hold the text of its input may hold this. It is lower case and
 * plain, so that it survives what makes names of things.
 */
export const MARK = 'qzvxplantedmark';

/**
 * Whether a text holds what ends its line or acts on a terminal: control characters, and those that change the direction
 * of writing.
 */
export function hasActing(text: string): boolean {
  return /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text);
}

/** @throws {BrokenPromise} where an answer holds {@link MARK}. */
export function promiseUnmarked(answer: unknown, what: string): void {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  promise(!text.toLowerCase().includes(MARK), `${what} holds text of the input`);
}
