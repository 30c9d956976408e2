/** The entry of a table, or undefined. Words of a command line are keys here: `constructor` must not find what objects inherit. */
export function own<Value>(table: Readonly<Partial<Record<string, Value>>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
