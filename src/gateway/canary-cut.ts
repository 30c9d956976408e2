import { arrayElements, objectMembers, stringAt } from './json-spans.ts';
import type { Span } from './json-spans.ts';

/** How every canary's id starts. Bytes without it hold no canary, so that most requests need no look inside. */
export const CANARY_ID_PREFIX = 'toolu_sallyport_';

type IsCanary = (toolUseId: string) => boolean;

/**
 * Cuts canary calls and their results out of a request body: the model must not see calls that it never made. Messages
 * left without content go as a whole; all other bytes stay. What is cut depends on each message alone, so that a longer
 * transcript gives the same bytes up to where the shorter one ended, and the provider's prompt cache holds.
 *
 * @param messages the span of the `messages` array in `bytes`.
 * @returns `bytes` itself where there is nothing to cut, or null where messages with the marker cannot be read.
 */
export function cutCanaries(bytes: Buffer, messages: Span, isCanary: IsCanary): Buffer | null {
  const markers = markersIn(bytes, messages);
  const last = markers.at(-1);
  if (last === undefined) return bytes;
  // Canaries stand early in a transcript; what comes behind the last of them stays as it is.
  const elements = arrayElements(bytes, messages, last);
  if (elements === null) return null;
  const cuts: Span[] = [];
  const gone: boolean[] = [];
  for (const element of elements) {
    const inside = holdsAny(markers, element) ? canaryBlocks(bytes, element, markers, isCanary) : NOTHING;
    if (inside === null) return null;
    const isEmptied = inside.blocks.size > 0 && inside.blocks.size === inside.of.length;
    gone.push(isEmptied);
    if (!isEmptied) cuts.push(...elementCuts(inside.of, (block) => inside.blocks.has(block)));
  }
  cuts.push(...elementCuts(elements, (_, index) => gone[index] === true));
  return withoutSpans(bytes, cuts);
}

/**
 * The ids of canaries whose results came with this request, that is after the last assistant message.
 *
 * @returns null where the messages cannot be read.
 */
export function canariesAnswered(bytes: Buffer, messages: Span, isCanary: IsCanary): readonly string[] | null {
  const elements = arrayElements(bytes, messages);
  if (elements === null) return null;
  const markers = markersIn(bytes, messages);
  const ids: string[] = [];
  for (const element of elements.toReversed()) {
    const role = objectMembers(bytes, element)?.get('role');
    if (role === undefined) return null;
    if (stringAt(bytes, role) === 'assistant') break;
    const inside = holdsAny(markers, element) ? canaryBlocks(bytes, element, markers, isCanary) : NOTHING;
    if (inside === null) return null;
    ids.push(...inside.ids);
  }
  return ids;
}

interface CanaryBlocks {
  /** All content blocks of the message. */
  readonly of: readonly Span[];
  readonly blocks: ReadonlySet<Span>;
  readonly ids: readonly string[];
}

const NOTHING: CanaryBlocks = { of: [], blocks: new Set(), ids: [] };

/** Where the marker stands within a span, in order. */
function markersIn(bytes: Buffer, span: Span): readonly number[] {
  const offsets: number[] = [];
  let at = bytes.indexOf(CANARY_ID_PREFIX, span.start, 'latin1');
  while (at !== -1 && at < span.end) {
    offsets.push(at);
    at = bytes.indexOf(CANARY_ID_PREFIX, at + 1, 'latin1');
  }
  return offsets;
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
  const ids: string[] = [];
  for (const block of of) {
    if (!holdsAny(markers, block)) continue;
    const members = objectMembers(bytes, block);
    if (members === null) return null;
    const type = textOf(bytes, members.get('type'));
    const id = textOf(bytes, members.get(type === 'tool_result' ? 'tool_use_id' : 'id'));
    if ((type !== 'tool_result' && type !== 'tool_use') || id === null || !isCanary(id)) continue;
    blocks.add(block);
    ids.push(id);
  }
  return { of, blocks, ids };
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

function withoutSpans(bytes: Buffer, cuts: readonly Span[]): Buffer {
  if (cuts.length === 0) return bytes;
  const kept: Buffer[] = [];
  let at = 0;
  for (const cut of cuts.toSorted((a, b) => a.start - b.start)) {
    kept.push(bytes.subarray(at, cut.start));
    at = cut.end;
  }
  kept.push(bytes.subarray(at));
  return Buffer.concat(kept);
}
