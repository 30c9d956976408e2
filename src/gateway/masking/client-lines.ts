/**
 * What the client itself writes into each session and detectors take for somebody's data: the address in the line that it
 * asks for in commit messages (measured on 2.1.329). It is public, and masking it would have the model write a token into
 * a line that it was told to copy.
 */
const CLIENT_OWN: ReadonlySet<string> = new Set(['noreply@anthropic.com']);

/** Whether a finding is the client's own writing. */
export function isClientOwn(text: string, start: number, end: number): boolean {
  return CLIENT_OWN.has(text.slice(start, end));
}
