import { arrayElements, objectMembers, stringAt } from './json-spans.ts';
import type { Span } from './json-spans.ts';

/** How a client says that a call came out: `error` where it marked the result with `is_error`, else `ok`. */
export type Outcome = 'ok' | 'error';

/**
 * The outcomes of the calls sought, wherever in the transcript their `tool_result` blocks stand. Where a call has two
 * results, one of them without an error makes it `ok`.
 *
 * @param messages the span of the `messages` array in `bytes`.
 * @returns null where the messages cannot be read.
 */
export function toolOutcomes(
  bytes: Buffer,
  messages: Span,
  isSought: (toolUseId: string) => boolean,
): ReadonlyMap<string, Outcome> | null {
  const elements = arrayElements(bytes, messages);
  if (elements === null) return null;
  const outcomes = new Map<string, Outcome>();
  for (const message of elements) {
    const blocks = contentBlocks(bytes, message);
    if (blocks === null) return null;
    for (const block of blocks) {
      const members = objectMembers(bytes, block);
      if (members === null) return null;
      if (textOf(bytes, members.get('type')) !== 'tool_result') continue;
      const id = textOf(bytes, members.get('tool_use_id'));
      if (id === null || !isSought(id) || outcomes.get(id) === 'ok') continue;
      outcomes.set(id, isTrue(bytes, members.get('is_error')) ? 'error' : 'ok');
    }
  }
  return outcomes;
}

/** The content blocks of a message; content that is plain text has none. */
function contentBlocks(bytes: Buffer, message: Span): readonly Span[] | null {
  const content = objectMembers(bytes, message)?.get('content');
  if (content === undefined) return null;
  return stringAt(bytes, content) === null ? arrayElements(bytes, content) : [];
}

function textOf(bytes: Buffer, span: Span | undefined): string | null {
  return span === undefined ? null : stringAt(bytes, span);
}

function isTrue(bytes: Buffer, span: Span | undefined): boolean {
  return span !== undefined && bytes.toString('latin1', span.start, span.end) === 'true';
}
