/** How many bytes {@link ledInput} puts in front. */
export const LEAD_BYTES = 2;

/**
 * The text behind two line breaks; with one a PDF is still known. Scanners pass over what begins like an archive, a
 * document or a program, or take it apart and find nothing in it; a text that only begins so would not be scanned.
 */
export function ledInput(bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(LEAD_BYTES + bytes.length);
  input.fill(0x0a, 0, LEAD_BYTES);
  input.set(bytes, LEAD_BYTES);
  return input;
}
