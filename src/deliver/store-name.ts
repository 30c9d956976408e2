/**
 * Whether a name may stand in the place of `{identity}`: 1 to 64 of `a-z`, `0-9` and `-`, beginning with a letter. None of these is
 * one that AWS gives a caller: what it says of sessions has a colon, and of all others capitals or digits alone.
 */
export function isStoreName(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(text);
}
