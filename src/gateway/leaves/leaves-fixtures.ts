import assert from 'node:assert/strict';

import type { Span } from '../json-spans.ts';
import type { MessageFormat } from '../message-format.ts';
import type { LeafPlace, MessageLeaves } from './leaf.ts';
import { messageLeaves, systemLeaves } from './message-leaves.ts';

/** JSON text among other bytes, as it stands in a body. */
export function amidst(json: string): { readonly bytes: Buffer; readonly span: Span } {
  const before = '{"messages":["';
  const bytes = Buffer.from(`${before}${json}"]}`);
  const start = Buffer.byteLength(before);
  return { bytes, span: { start, end: start + Buffer.byteLength(json) } };
}

/** What is found in a message. */
export function readMessage(message: unknown, format: MessageFormat): MessageLeaves {
  const { bytes, span } = amidst(JSON.stringify(message));
  const found = messageLeaves(bytes, span, format);
  assert.ok(found !== null);
  assertPlaced(bytes, found);
  return found;
}

/** What is found in a system prompt. */
export function readSystem(system: unknown, format: MessageFormat): MessageLeaves {
  const { bytes, span } = amidst(JSON.stringify(system));
  const found = systemLeaves(bytes, span, format);
  assert.ok(found !== null);
  assertPlaced(bytes, found);
  return found;
}

/** Leaves as a table has them: the text, the part, and what is known beside. */
export function told(found: MessageLeaves): readonly string[] {
  return found.leaves.map(({ text, place }) => `${text} <- ${placeName(place)}`);
}

function placeName(place: LeafPlace): string {
  switch (place.part) {
    case 'tool-input':
      return `tool-input ${place.toolUseId} ${place.tool}${place.isKey ? ' key' : ''}`;
    case 'tool-result':
      return `tool-result ${place.toolUseId}`;
    case 'unknown':
      return `unknown ${place.blockType}`;
    case 'system':
    case 'user':
    case 'assistant':
    case 'document':
      return place.part;
  }
}

/** Spans hold what they say, in order and without overlap. */
function assertPlaced(bytes: Buffer, found: MessageLeaves): void {
  let at = 0;
  for (const { span, text } of found.leaves) {
    assert.ok(span.start >= at);
    assert.equal(JSON.parse(bytes.toString('utf8', span.start, span.end)), text);
    at = span.end;
  }
  let start = 0;
  for (const { span, data } of found.opaque) {
    assert.ok(span.start >= start);
    assert.equal(bytes.toString('latin1', span.start, span.start + 1), '{');
    assert.equal(bytes.toString('latin1', span.end - 1, span.end), '}');
    if (data !== null) assert.ok(data.start > span.start && data.end < span.end);
    start = span.start;
  }
}
