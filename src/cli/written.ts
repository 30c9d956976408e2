/** Writes to standard output and waits for a slow reader, so that a long answer is never held in memory. */
export async function written(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => {
    process.stdout.once('drain', () => resolve());
  });
}
