/** Most tries for one input. */
const MAX_TRIES = 600;

/**
 * The shortest input that is still one, as far as parts can be left out of it one after the other.
 *
 * @param isStill whether an input does what the first one did.
 */
export async function reduced(
  input: Uint8Array,
  isStill: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = Buffer.from(input);
  let tries = 0;
  for (let part = Math.ceil(best.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let at = 0; at < best.length && tries < MAX_TRIES;) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + part)]);
      tries += 1;
      if (await isStill(shorter)) best = shorter;
      else at += part;
    }
  }
  return best;
}
