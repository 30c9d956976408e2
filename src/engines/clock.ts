/** Time as engines need it. */
export interface EngineClock {
  /** Milliseconds on a clock that never goes back. Only differences mean anything. */
  nowMs(): number;
  /** Calls `done` once after so many milliseconds, unless the returned function was called before. */
  after(delayMs: number, done: () => void): () => void;
}
