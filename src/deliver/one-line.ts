/** Longest text of a receiver that is kept, in UTF-16 code units. */
const MAX_LENGTH = 300;

// What a receiver answers reaches terminals and the log: a control character could move the cursor or end a line.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** A text from outside on one line, shortened, with nothing in it that steers a terminal. */
export function oneLine(text: string): string {
  const short = text.slice(0, MAX_LENGTH).replace(UNPRINTABLE, ' ').trim();
  return text.length > MAX_LENGTH ? `${short}…` : short;
}

/** What a failure says, on one line. */
export function failureText(error: unknown): string {
  return oneLine(error instanceof Error && error.message !== '' ? error.message : 'an unknown failure');
}
