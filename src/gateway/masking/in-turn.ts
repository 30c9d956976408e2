/**
 * Runs at most so many at one time, in the order in which they were asked for. A conversation that is seen for the first
 * time has hundreds of texts: asked for at once, the last would be given up before its turn comes. All else that waits
 * comes in between, so that many of them hold nobody up who asks for something else.
 */
export function inTurn<Given, Answer>(
  run: (given: Given) => Promise<Answer>,
  atOnce: number,
): (given: Given) => Promise<Answer> {
  let running = 0;
  // Not an array: to take the first of a long one away moves all others.
  const waiting = new Set<() => void>();
  return async (given) => {
    // INVARIANT: who is woken takes the place of who ended, so `running` is not counted anew.
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.add(resolve));
    else running += 1;
    try {
      return await run(given);
    } finally {
      const [next] = waiting;
      if (next === undefined) running -= 1;
      else {
        waiting.delete(next);
        setImmediate(next);
      }
    }
  };
}
