import { arrayElements, objectMembers, stringAt } from './json-spans.ts';
import type { Span } from './json-spans.ts';
import type { MessageFormat } from './message-format.ts';
import type { MessagesBody } from './messages-body.ts';

/** How every canary's id starts. Bytes without it hold no canary, so that most requests need no look inside. */
export const CANARY_ID_PREFIX = 'toolu_sallyport_';

type IsCanary = (toolUseId: string) => boolean;
/** A transcript in a request body. */
type Transcript = Pick<MessagesBody, 'format' | 'messages'>;

/**
 * What to cut out of one message so that no canary call and no result of one goes up: the model must not see calls that
 * it never made. What is cut depends on the message alone, so that a longer transcript gives the same bytes up to where
 * the shorter one ended, and the provider's prompt cache holds.
 *
 * @returns the ranges with their commas, by start; `gone` where nothing would be left, null where a message with the
 *   marker cannot be read.
 */
export function canaryCuts(
  bytes: Buffer,
  message: Span,
  format: MessageFormat,
  isCanary: IsCanary,
): readonly Span[] | 'gone' | null {
  if (nextMarker(bytes, message.start, message.end) === -1) return NO_CUTS;
  const inside = canaryBlocks(bytes, message, format, markersIn(bytes, message), isCanary);
  if (inside === null) return null;
  if (inside.blocks.size === 0) return NO_CUTS;
  if (inside.of.every((block) => inside.blocks.has(block) || inside.marks.has(block))) return 'gone';
  return elementCuts(inside.of, (block) => inside.blocks.has(block));
}

const NO_CUTS: readonly Span[] = [];

/**
 * The ids of canaries whose results came with this request, that is after the last assistant message.
 *
 * @returns null where the messages cannot be read.
 */
export function canariesAnswered(
  bytes: Buffer,
  { format, messages }: Transcript,
  isCanary: IsCanary,
): readonly string[] | null {
  const elements = arrayElements(bytes, messages);
  if (elements === null) return null;
  const markers = markersIn(bytes, messages);
  const ids: string[] = [];
  for (const element of elements.toReversed()) {
    const role = objectMembers(bytes, element)?.get('role');
    if (role === undefined) return null;
    if (stringAt(bytes, role) === 'assistant') break;
    const inside = holdsAny(markers, element) ? canaryBlocks(bytes, element, format, markers, isCanary) : NOTHING;
    if (inside === null) return null;
    ids.push(...inside.ids);
  }
  return ids;
}

interface CanaryBlocks {
  /** All content blocks of the message. */
  readonly of: readonly Span[];
  readonly blocks: ReadonlySet<Span>;
  /** Blocks that hold nothing and only say where a cache may begin. */
  readonly marks: ReadonlySet<Span>;
  readonly ids: readonly string[];
}

const NOTHING: CanaryBlocks = { of: [], blocks: new Set(), marks: new Set(), ids: [] };

/** Where the marker stands within a span, in order. */
function markersIn(bytes: Buffer, span: Span): readonly number[] {
  const offsets: number[] = [];
  let at = nextMarker(bytes, span.start, span.end);
  while (at !== -1) {
    offsets.push(at);
    at = nextMarker(bytes, at + 1, span.end);
  }
  return offsets;
}

/** Reads no further than `end`: a search through all that follows, for each message, would be quadratic. */
function nextMarker(bytes: Buffer, from: number, end: number): number {
  const at = bytes.subarray(from, end).indexOf(CANARY_ID_PREFIX, 0, 'latin1');
  return at === -1 ? -1 : from + at;
}

function holdsAny(markers: readonly number[], span: Span): boolean {
  let low = 0;
  let high = markers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((markers[middle] ?? 0) < span.start) low = middle + 1;
    else high = middle;
  }
  const first = markers[low];
  return first !== undefined && first < span.end;
}

function canaryBlocks(
  bytes: Buffer,
  message: Span,
  format: MessageFormat,
  markers: readonly number[],
  isCanary: IsCanary,
): CanaryBlocks | null {
  const content = objectMembers(bytes, message)?.get('content');
  if (content === undefined) return null;
  // Content may be plain text, in which a canary is only spoken of.
  if (bytes[content.start] === 0x22) return NOTHING;
  const of = arrayElements(bytes, content);
  if (of === null) return null;
  const blocks = new Set<Span>();
  const marks = new Set<Span>();
  const ids: string[] = [];
  for (const block of of) {
    const isMarked = holdsAny(markers, block);
    if (!isMarked && format === 'messages') continue;
    const members = objectMembers(bytes, block);
    if (members === null) return null;
    if (members.has('cachePoint') && members.size === 1) marks.add(block);
    if (!isMarked) continue;
    const id = format === 'messages' ? messagesToolId(bytes, members) : converseToolId(bytes, members);
    if (id === null || !isCanary(id)) continue;
    blocks.add(block);
    ids.push(id);
  }
  return { of, blocks, marks, ids };
}

/** The id of the call that a block makes or answers. */
function messagesToolId(bytes: Buffer, members: ReadonlyMap<string, Span>): string | null {
  const type = textOf(bytes, members.get('type'));
  if (type === 'tool_use') return textOf(bytes, members.get('id'));
  return type === 'tool_result' ? textOf(bytes, members.get('tool_use_id')) : null;
}

function converseToolId(bytes: Buffer, members: ReadonlyMap<string, Span>): string | null {
  const tool = members.get('toolUse') ?? members.get('toolResult');
  return tool === undefined ? null : textOf(bytes, objectMembers(bytes, tool)?.get('toolUseId'));
}

function textOf(bytes: Buffer, span: Span | undefined): string | null {
  return span === undefined ? null : stringAt(bytes, span);
}

/**
 * The ranges to cut so that the elements chosen and their commas go. An element goes with what follows it up to the next
 * one; those at the end go with the comma before them, so that nothing ahead depends on what comes behind.
 */
function elementCuts(elements: readonly Span[], isCut: (element: Span, index: number) => boolean): readonly Span[] {
  const cuts: Span[] = [];
  let lastKeptEnd: number | null = null;
  let openStart: number | null = null;
  elements.forEach((element, index) => {
    if (isCut(element, index)) {
      openStart ??= element.start;
      return;
    }
    if (openStart !== null) cuts.push({ start: openStart, end: element.start });
    openStart = null;
    lastKeptEnd = element.end;
  });
  const last = elements.at(-1);
  if (openStart !== null && last !== undefined) cuts.push({ start: lastKeptEnd ?? openStart, end: last.end });
  return cuts;
}
