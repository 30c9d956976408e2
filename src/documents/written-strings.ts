/** Keys of the PDF library's objects whose strings are its own or the format's. */
const KEYS_OF_THE_FORMAT = new Set(
  ['id', 'dir', 'subtype', 'fieldType', 'type', 'role', 'dest', 'popupRef', 'borderStyle', 'stateModel'].concat([
    'PDFFormatVersion',
    'EncryptFilterName',
    'defaultAppearanceData',
    'attachmentDest',
  ]),
);
/** A date as PDF writes it, which every file has two of. */
const DATE = /^D:\d{4,14}[Z+-]?(?:\d\d'?(?:\d\d'?)?)?$/;

/**
 * All strings in what the PDF library says of something, in order, but for dates and words of the format.
 *
 * Keys of maps are taken, keys of objects are not: names that a file chooses must not stand there.
 */
export function writtenStrings(value: unknown): readonly string[] {
  const found: string[] = [];
  const seen = new Set<object>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && !DATE.test(next)) found.push(next);
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || seen.has(next)) continue;
    seen.add(next);
    for (const child of childrenOf(next).toReversed()) left.push(child);
  }
  return found;
}

function childrenOf(value: object): readonly unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (Array.isArray(value)) return value;
  return Object.entries(value).flatMap(([key, child]): unknown[] => (KEYS_OF_THE_FORMAT.has(key) ? [] : [child]));
}
