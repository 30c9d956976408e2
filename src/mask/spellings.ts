/**
 * The ways in which a value is written inside of other texts: as it is, within a JSON string, within an address. Each is a
 * value of its own, so that what is restored is written as it was.
 */
export function spellingsOf(value: string): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const inAddress = value.isWellFormed() ? encodeURIComponent(value) : value;
  return [...new Set([value, inJson, inAddress])];
}
