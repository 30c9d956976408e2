import type { Span } from '../json-spans.ts';

/** Bytes to put in the place of others. */
export interface Edit {
  readonly span: Span;
  readonly by: Buffer;
}

/**
 * The bytes of `within` with the edits made; what no edit covers stays byte for byte. Without edits it is a view.
 *
 * @param edits in the order of their bytes, within `within`.
 * @throws {TypeError} where edits overlap, are out of order or lie outside.
 */
export function spliced(bytes: Buffer, within: Span, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes.subarray(within.start, within.end);
  const pieces: Buffer[] = [];
  let at = within.start;
  for (const { span, by } of edits) {
    if (span.start < at || span.end < span.start) throw new TypeError('edits overlap or are out of order');
    pieces.push(bytes.subarray(at, span.start), by);
    at = span.end;
  }
  if (at > within.end) throw new TypeError('an edit lies outside of the bytes to edit');
  pieces.push(bytes.subarray(at, within.end));
  return Buffer.concat(pieces);
}

/** A text as a JSON string with its quotes, in UTF-8. A lone surrogate is written as an escape, so nothing is lost. */
export function jsonString(text: string): Buffer {
  return Buffer.from(JSON.stringify(text));
}
