/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. Keys are unordered; {@link canonicalJson} gives the one order that is hashed. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a parsed value is a JSON object, that is neither an array nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string under `key`, or null where the key is absent or holds something else. */
export function stringField(object: JsonObject, key: string): string | null {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' ? value : null;
}

/**
 * Writes a value as RFC 8785 (JSON Canonicalization Scheme) orders it: keys by UTF-16 code units, no blanks,
 * numbers as ECMAScript prints them. The result is what hashes and signatures cover.
 *
 * @throws {TypeError} for NaN, an infinity or a lone surrogate, which I-JSON (RFC 7493) forbids.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('number is not finite');
  if (typeof value === 'string') return canonicalString(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((key) => `${canonicalString(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

function isJsonArray(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('string holds a lone surrogate');
  return JSON.stringify(text);
}
