import { arrayElements, objectMembers, stringAt } from './json-spans.ts';
import type { Span } from './json-spans.ts';
import type { MessageFormat } from './message-format.ts';
import type { MessagesBody } from './messages-body.ts';

/** How a client says that a call came out: `error` where it marked the result as one, else `ok`. */
export type Outcome = 'ok' | 'error';

/**
 * The outcomes of the calls sought, wherever in the transcript their results stand. Where a call has two results, one of
 * them without an error makes it `ok`.
 *
 * @returns null where the messages cannot be read.
 */
export function toolOutcomes(
  bytes: Buffer,
  { format, messages }: Pick<MessagesBody, 'format' | 'messages'>,
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
      const result = format === 'messages' ? messagesResult(bytes, members) : converseResult(bytes, members);
      if (result === 'unreadable') return null;
      if (result === null || !isSought(result.id) || outcomes.get(result.id) === 'ok') continue;
      outcomes.set(result.id, result.outcome);
    }
  }
  return outcomes;
}

/** Results that a request brings, for its record. */
export interface NewResults {
  /** At most {@link MAX_NEW_RESULTS}, in the order in which they stand. */
  readonly told: readonly Result[];
  readonly untold: number;
}

/** The client brings as many results as the model made calls at one time. */
const MAX_NEW_RESULTS = 64;
/** Ids of the services are below 100; a longer one is counted, not told. */
const MAX_TOLD_ID_LENGTH = 128;

/**
 * The results behind the last message of the model: those of its newest calls. Results further up were there before, in
 * this conversation or in one that it goes on with.
 *
 * @param messages the newest messages of the request, or all of them.
 */
export function newResults(
  bytes: Buffer,
  format: MessageFormat,
  messages: readonly Span[],
  isLeftOut: (toolUseId: string) => boolean,
): NewResults {
  const told: Result[] = [];
  let untold = 0;
  const fromModel = messages.findLastIndex((message) => {
    const role = objectMembers(bytes, message)?.get('role');
    return textOf(bytes, role) === 'assistant';
  });
  for (const message of messages.slice(fromModel + 1)) {
    for (const block of contentBlocks(bytes, message) ?? []) {
      const members = objectMembers(bytes, block);
      if (members === null) continue;
      const result = format === 'messages' ? messagesResult(bytes, members) : converseResult(bytes, members);
      if (result === null || result === 'unreadable' || isLeftOut(result.id)) continue;
      const mayBeTold = result.id.length <= MAX_TOLD_ID_LENGTH && result.id.isWellFormed();
      if (told.length < MAX_NEW_RESULTS && mayBeTold) told.push(result);
      else untold += 1;
    }
  }
  return { told, untold };
}

/** How one call came out. */
export interface Result {
  readonly id: string;
  readonly outcome: Outcome;
}

function messagesResult(bytes: Buffer, members: ReadonlyMap<string, Span>): Result | null {
  if (textOf(bytes, members.get('type')) !== 'tool_result') return null;
  const id = textOf(bytes, members.get('tool_use_id'));
  return id === null ? null : { id, outcome: isTrue(bytes, members.get('is_error')) ? 'error' : 'ok' };
}

function converseResult(bytes: Buffer, members: ReadonlyMap<string, Span>): Result | null | 'unreadable' {
  const span = members.get('toolResult');
  if (span === undefined) return null;
  const result = objectMembers(bytes, span);
  if (result === null) return 'unreadable';
  const id = textOf(bytes, result.get('toolUseId'));
  return id === null ? null : { id, outcome: textOf(bytes, result.get('status')) === 'error' ? 'error' : 'ok' };
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
