/** A line for people: characters that move the cursor, turn the direction of writing or are not seen become `?`. */
export function shownLine(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
