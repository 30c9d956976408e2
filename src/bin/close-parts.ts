/** How a part that was opened is closed. */
export type ClosePart = () => Promise<void> | void;

/**
 * Closes parts, the newest first, each one whatever became of those before: one that is left open would keep the process,
 * and the lock of its state folder, for ever. What was closed is not closed again by a second call.
 *
 * @throws what the first one threw that could not be closed, once all have been tried.
 */
export async function closeParts(opened: ClosePart[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.splice(0).toReversed()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
