/**
 * Byte places of code points in a text: services in Python count those.
 *
 * @param places how many code points stand in front, in any order; what lies outside of the text is left out.
 */
export function codePointPlaces(text: string, places: readonly number[]): ReadonlyMap<number, number> {
  const wanted = [...new Set(places)].sort((a, b) => a - b);
  const found = new Map<number, number>();
  let [at, points, bytes] = [0, 0, 0];
  for (const place of wanted) {
    if (!Number.isSafeInteger(place) || place < 0) continue;
    while (points < place && at < text.length) {
      const point = text.codePointAt(at) ?? 0;
      at += point > 0xffff ? 2 : 1;
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      points += 1;
    }
    if (points === place) found.set(place, bytes);
  }
  return found;
}
