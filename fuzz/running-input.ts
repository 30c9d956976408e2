/** Where the input that is being run can be seen from another thread. */
export interface RunningInput {
  /** Called before an input is run. */
  begin(input: Uint8Array): void;
  /** Inputs that were begun. */
  readonly count: number;
  /** A copy of the latest. */
  latest(): Uint8Array;
}

const HEAD_BYTES = 8;

/** Memory for inputs of at most so many bytes. */
export function runningMemory(maxBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + maxBytes);
}

/** @param memory as {@link runningMemory} makes it; each thread has its own view. */
export function runningInput(memory: SharedArrayBuffer): RunningInput {
  const head = new Int32Array(memory, 0, 2);
  const bytes = new Uint8Array(memory, HEAD_BYTES);
  return {
    begin(input) {
      const kept = input.subarray(0, bytes.length);
      bytes.set(kept);
      Atomics.store(head, 1, kept.length);
      Atomics.add(head, 0, 1);
    },
    get count() {
      return Atomics.load(head, 0);
    },
    latest: () => Uint8Array.from(bytes.subarray(0, Atomics.load(head, 1))),
  };
}
