import { canonicalJson, isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** Largest bundle that is read, in bytes: a policy of the largest allowed size, its rule table, and room. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

/** Deepest nesting that is read; a bundle needs about ten levels. */
export const MAX_BUNDLE_DEPTH = 32;

/** The canonical document that some bytes hold, or why they hold none. */
export type CanonicalResult =
  { readonly ok: true; readonly document: JsonObject } | { readonly ok: false; readonly why: string };

/** The bytes of a document as they stand in a file: canonical JSON (RFC 8785) and one line feed. */
export function documentBytes(document: JsonObject): Uint8Array {
  return new TextEncoder().encode(`${canonicalJson(document)}\n`);
}

/**
 * Reads bytes that must be exactly those that {@link documentBytes} writes. Never throws, whatever the bytes.
 *
 * One comparison with what we would have written refuses everything that two readers could read differently: keys that
 * stand twice, other spellings of a number or a string, blanks, a byte order mark, and whatever follows the end.
 */
export function readCanonical(bytes: Uint8Array): CanonicalResult {
  if (bytes.length === 0) return refused('it is empty');
  if (bytes.length > MAX_BUNDLE_BYTES) return refused(`it is larger than ${MAX_BUNDLE_BYTES} bytes`);
  // Before it is parsed: what writes it out again calls itself for each level.
  if (isDeeperThan(bytes, MAX_BUNDLE_DEPTH)) return refused(`it is nested deeper than ${MAX_BUNDLE_DEPTH} levels`);
  const document = parsed(bytes);
  if (document === undefined) return refused('it is no JSON document in UTF-8');
  if (!isJsonObject(document)) return refused('it is no JSON object');
  const written = writtenOut(document);
  if (written === null || !equal(written, bytes)) {
    return refused('its bytes are not canonical: a key stands twice, or something is spelled in another way');
  }
  return { ok: true, document };
}

function parsed(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Json;
  } catch {
    // The error quotes the bytes; that they are no JSON is all there is to say.
    return undefined;
  }
}

function writtenOut(document: JsonObject): Uint8Array | null {
  try {
    return documentBytes(document);
  } catch (error) {
    // A lone surrogate, which a parser takes and canonical JSON does not hold.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Counts brackets outside of strings; bytes that are no JSON are counted somehow and refused by the parser. */
function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let [depth, isString, isEscaped] = [0, false, false];
  for (const byte of bytes) {
    if (isString) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isString = false;
    } else if (byte === QUOTE) isString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function refused(why: string): CanonicalResult {
  return { ok: false, why };
}
