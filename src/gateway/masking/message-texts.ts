import type { MessageFormat } from '../message-format.ts';
import { objectMembers } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import { messageLeaves, otherLeaves, systemLeaves } from '../leaves/index.ts';
import type { OpaqueBlock, TextLeaf, ToolUseHead } from '../leaves/index.ts';
import { chainKey } from './chain.ts';
import type { ChainKey } from './leaf-decision.ts';
import { isOwn, seamKind } from './leaf-scene.ts';
import { NO_TAILS, tailsBehind } from './seam.ts';
import type { SeamTails } from './seam.ts';

/** A text of a message with what stands in front of it. */
export interface KeyedLeaf {
  readonly kind: 'text';
  readonly leaf: TextLeaf;
  readonly key: ChainKey;
  readonly tails: SeamTails;
}

export interface KeyedOpaque {
  readonly kind: 'opaque';
  readonly block: OpaqueBlock;
  readonly key: ChainKey;
}

/** A message as it came, its canaries cut out, with what in it can be written anew. */
export interface MessageTexts {
  readonly bytes: Buffer;
  readonly span: Span;
  readonly role: string;
  readonly parts: readonly (KeyedLeaf | KeyedOpaque)[];
}

/** Where reading stands between two messages. */
export interface TextsState {
  readonly chain: ChainKey;
  readonly tails: SeamTails;
}

/** Reads the texts of one message, and tells where they lead; null where it cannot be read. */
export function messageTexts(
  bytes: Buffer,
  span: Span,
  format: MessageFormat,
  state: TextsState,
  toolUses: Map<string, ToolUseHead>,
): { readonly message: MessageTexts; readonly state: TextsState } | null {
  const read = messageLeaves(bytes, span, format);
  if (read === null) return null;
  for (const use of read.toolUses) toolUses.set(use.id, use);
  let { chain, tails } = state;
  const parts: (KeyedLeaf | KeyedOpaque)[] = [];
  for (const part of inOrder(read.leaves, read.opaque)) {
    if ('text' in part) {
      chain = chainKey(chain, part.place.part, bytes, part.span);
      parts.push({ kind: 'text', leaf: part, key: chain, tails });
      const seam = seamKind(part.place);
      if (seam !== null && !isOwn(part.place)) tails = tailsBehind(tails, seam, part.text);
    } else {
      for (const span of tellingSpans(bytes, part)) chain = chainKey(chain, `opaque/${part.kind}`, bytes, span);
      parts.push({ kind: 'opaque', block: part, key: chain });
    }
  }
  return { message: { bytes, span, role: read.role, parts }, state: { chain, tails } };
}

/** Reads the texts that stand beside the messages and the system prompt, each for itself; null where they cannot be read. */
export function otherTexts(
  bytes: Buffer,
  members: ReadonlyMap<string, Span>,
  format: MessageFormat,
): MessageTexts | null {
  const read = otherLeaves(bytes, members, format);
  if (read === null) return null;
  return {
    bytes,
    span: { start: 0, end: bytes.length },
    role: 'other',
    parts: read.leaves.map((leaf) => alone(bytes, leaf, 'other')),
  };
}

/** Reads the texts of the system prompt. Each stands for itself: the client changes some of its lines each turn. */
export function systemTexts(bytes: Buffer, span: Span, format: MessageFormat): MessageTexts | null {
  const read = systemLeaves(bytes, span, format);
  if (read === null) return null;
  return { bytes, span, role: 'system', parts: read.leaves.map((leaf) => alone(bytes, leaf, 'system')) };
}

function alone(bytes: Buffer, leaf: TextLeaf, kind: string): KeyedLeaf {
  return { kind: 'text', leaf, key: chainKey('', kind, bytes, leaf.span), tails: NO_TAILS };
}

/** What of a block tells it from others: its data, or all of it but for the mark of the prompt cache, which wanders. */
function tellingSpans(bytes: Buffer, { data, span }: OpaqueBlock): readonly Span[] {
  if (data !== null) return [data];
  const members = objectMembers(bytes, span);
  return members === null ? [span] : [...members].flatMap(([key, value]) => (key === 'cache_control' ? [] : [value]));
}

function inOrder(leaves: readonly TextLeaf[], opaque: readonly OpaqueBlock[]): readonly (TextLeaf | OpaqueBlock)[] {
  return opaque.length === 0 ? leaves : [...leaves, ...opaque].sort((a, b) => a.span.start - b.span.start);
}
