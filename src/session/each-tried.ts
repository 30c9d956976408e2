/** Does something with each of several, one after the other, also where it fails for some: then throws the first failure. */
export async function eachTried<T>(all: readonly T[], work: (one: T) => Promise<void> | void): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) {
    try {
      await work(one);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
