import type { Hash } from 'node:crypto';

import type { Span } from '../json-spans.ts';
import type { ToolUseHead } from '../leaves/index.ts';
import type { ChainKey } from './leaf-decision.ts';
import type { SeamTails } from './seam.ts';

/** Where a message of a conversation ends, and what holds there. */
export interface Boundary {
  /** Behind the message, in the body as it came. */
  readonly rawEnd: number;
  /** Behind the message, in the messages as they went up. */
  readonly writtenEnd: number;
  readonly chain: ChainKey;
  readonly tails: SeamTails;
  /**
   * What stands in front of the next message that goes up: the bytes behind the last one that did, up to the message
   * behind it, whether that went up or not. The end is null where no message stands there yet.
   */
  readonly gap: { readonly start: number; readonly end: number | null };
  /** Whether all up to here went up as it came. */
  readonly isSame: boolean;
  /** Digests over the body as it came and as it went up, as far as to here; kept for the last few messages only. */
  readonly rawDigest: Hash | null;
  readonly sentDigest: Hash | null;
}

/** A request as it came and went, kept so that the next turn of its conversation costs what is new in it. */
export interface Conversation {
  readonly raw: Buffer;
  /** The members of the body in front of `messages`. */
  readonly head: ReadonlyMap<string, Span>;
  /** Where the array of messages starts in `raw`. */
  readonly messagesStart: number;
  /** The messages as they went up, from the bracket on, in pieces. */
  readonly written: readonly Buffer[];
  /** One for each message, those included of which nothing went up. */
  readonly boundaries: readonly Boundary[];
  readonly toolUses: Map<string, ToolUseHead>;
  /** Digest of the bundle under which the first of it went up that was not looked at again since. */
  readonly bundle: string;
}

/** The part of a conversation that a request begins with. */
export interface KnownStart {
  readonly conversation: Conversation;
  /** How many of its messages the request begins with, byte for byte; at least one. */
  readonly messages: number;
}

export interface Conversations {
  /** The longest start of a kept conversation that these bytes begin with; null where none holds a message. */
  startOf(bytes: Buffer): KnownStart | null;
  keep(conversation: Conversation): void;
  /** Bytes of what is kept, as it came and as it went up. */
  readonly size: number;
  /** Drops all. */
  forget(): void;
  /** Drops those that went up under another bundle. */
  forgetOthers(bundle: string): void;
}

/** The main conversation, a few subagents and the client's small helpers. */
const MAX_KEPT = 8;
/** Bytes kept for one session, what came and what went up; the newest is kept whatever its size. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** The conversations of one session that were seen last. */
export function conversations(): Conversations {
  let kept: Conversation[] = [];
  let size = 0;
  return {
    startOf: (bytes) => {
      let best: KnownStart | null = null;
      let bestEnd = 0;
      for (const conversation of kept) {
        const common = commonLength(conversation.raw, bytes);
        const messages = messagesWithin(conversation.boundaries, common);
        const end = conversation.boundaries[messages - 1]?.rawEnd ?? 0;
        if (end > bestEnd) [best, bestEnd] = [{ conversation, messages }, end];
      }
      return best;
    },
    keep: (conversation) => {
      // What this one goes on with will not come again by itself.
      const others = kept.filter(({ raw, boundaries }) => {
        const end = boundaries.at(-2)?.rawEnd ?? boundaries.at(-1)?.rawEnd ?? 0;
        return commonLength(raw, conversation.raw) < end;
      });
      kept = [conversation];
      size = sizeOf(conversation);
      for (const other of others) {
        const more = sizeOf(other);
        if (kept.length >= MAX_KEPT || size + more > MAX_KEPT_BYTES) continue;
        size += more;
        kept.push(other);
      }
    },
    get size() {
      return size;
    },
    forget: () => {
      kept = [];
      size = 0;
    },
    forgetOthers: (bundle) => {
      kept = kept.filter((conversation) => conversation.bundle === bundle);
      size = kept.reduce((sum, conversation) => sum + sizeOf(conversation), 0);
    },
  };
}

function sizeOf({ raw, written }: Conversation): number {
  return written.reduce((sum, piece) => sum + piece.length, raw.length);
}

const STEP = 64 * 1024;

/** How many bytes two buffers begin with in common: blocks are compared at once, the last one by halves. */
export function commonLength(a: Buffer, b: Buffer): number {
  const limit = Math.min(a.length, b.length);
  let at = 0;
  while (at < limit) {
    const end = Math.min(limit, at + STEP);
    if (a.compare(b, at, end, at, end) !== 0) break;
    at = end;
  }
  let end = Math.min(limit, at + STEP);
  while (at < end) {
    const middle = (at + end + 1) >>> 1;
    if (a.compare(b, at, middle, at, middle) === 0) at = middle;
    else end = middle - 1;
  }
  return at;
}

/** How many messages end before the bytes differ. A message is an object, so behind its bracket nothing of it goes on. */
function messagesWithin(boundaries: readonly Boundary[], common: number): number {
  let [from, to] = [0, boundaries.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((boundaries[middle]?.rawEnd ?? 0) <= common) from = middle + 1;
    else to = middle;
  }
  return from;
}
