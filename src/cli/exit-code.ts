/** Exit codes of every command: done, could not, called wrongly, the answer is no. */
export const EXIT = { done: 0, failed: 1, usage: 2, no: 3 } as const;
