/** Bytes of an engine's answer that are read; one that says more is refused. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024;
/** Findings of one answer that are read; an answer with more is refused, because a part of it says too little. */
export const MAX_REPORTED = 5_000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** What JSON bytes hold, or undefined where they are none. The parser's message quotes the text, so it is dropped here. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of an array, or null where it is no array, too long or holds anything else. */
export function objectList(value: unknown): readonly JsonObject[] | null {
  if (!Array.isArray(value) || value.length > MAX_REPORTED) return null;
  return value.every(isObject) ? value : null;
}
