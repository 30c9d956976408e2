/**
 * Runs at most so many at one time, in the order in which they were asked for. A conversation that is seen for the first
 * time has hundreds of texts: asked for at once, the last would be given up before its turn comes.
 */
export function inTurn<Given, Answer>(
  run: (given: Given) => Promise<Answer>,
  atOnce: number,
): (given: Given) => Promise<Answer> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (given) => {
    // INVARIANT: who is woken takes the place of who ended, so `running` is not counted anew.
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run(given);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
