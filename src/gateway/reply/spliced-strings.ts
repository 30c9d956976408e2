import { arrayElements, objectMembers, stringAt } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import { jsonString, spliced } from '../leaves/splice.ts';
import { UnreadableReply } from '../stream-codec.ts';
import type { StringEdit } from '../stream-codec.ts';

/**
 * The JSON that fills `bytes` with the strings at these places replaced; every other byte stays. Half a character in a
 * text is written as an escape.
 *
 * @throws {UnreadableReply} where there is no string at a place, or the JSON cannot be taken apart for certain.
 */
export function splicedStrings(bytes: Buffer, edits: readonly StringEdit[]): Buffer {
  const all: Span = { start: 0, end: bytes.length };
  const splices = edits.map(({ path, text }) => ({ span: stringSpan(bytes, all, path), by: jsonString(text) }));
  return spliced(
    bytes,
    all,
    splices.toSorted((a, b) => a.span.start - b.span.start),
  );
}

function stringSpan(bytes: Buffer, within: Span, path: StringEdit['path']): Span {
  let span: Span | undefined = within;
  for (const step of path) {
    span = typeof step === 'string' ? objectMembers(bytes, span)?.get(step) : arrayElements(bytes, span)?.[step];
    if (span === undefined) throw new UnreadableReply('a text in an event cannot be found');
  }
  if (stringAt(bytes, span) === null) throw new UnreadableReply('a text in an event is none');
  return span;
}
