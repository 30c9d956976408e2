import type { DetectorId } from '../../core/ids.ts';
import { maskMemory, placeholders, tokenClassOf } from '../../mask/index.ts';
import type { KnownValue, MaskMemory } from '../../mask/index.ts';
import type { Refusal } from '../refusal.ts';
import type { ReadInjection } from './content-ports.ts';
import { conversations } from './conversations.ts';
import type { Conversations } from './conversations.ts';
import { parseEntry, printEntry } from './leaf-decision.ts';
import type { ChainKey, LeafDecision } from './leaf-decision.ts';
import type { KeptMasks } from './mask-store.ts';

/** What is known of one session's texts. */
export interface MaskSession {
  readonly memory: MaskMemory;
  readonly conversations: Conversations;
  decisionOf(key: ChainKey): LeafDecision | null;
  /** Holds from now on; kept with the next {@link keep}. */
  decide(key: ChainKey, decision: LeafDecision): void;
  /** Contents that were held back once under `ask`: seen again, they were sent on purpose. */
  readonly asked: Set<ChainKey>;
  /** Conversations that were refused for what is in them, by the key of their last text. */
  readonly refused: Map<ChainKey, RefusedConversation>;
  /** Instructions that were read and of which the session's taint does not last yet. */
  readonly unread: ReadInjection[];
  /** How often a text was looked at in vain. */
  readonly failures: Map<ChainKey, number>;
  /** Makes what was decided and learned last. @throws {Error} where it cannot be kept. */
  keep(bundle: string): void;
}

export interface RefusedConversation {
  readonly refusal: Refusal;
  /** Milliseconds that only go forward. */
  readonly atMs: number;
}

/** Texts whose decision is remembered; a text of which it was forgotten is looked at anew. */
const MAX_DECISIONS = 100_000;
const FORGOTTEN_AT_ONCE = 4_096;
/** A mark by which nothing was taken out, for what nobody looked at. */
export const UNCHECKED = 'dlp/unchecked' as DetectorId;

/** @throws {Error} where the memory cannot be rebuilt from what was kept. */
export function maskSession(kept: KeptMasks): MaskSession {
  const memory = maskMemory(placeholders(kept.key));
  const decisions = new Map<ChainKey, LeafDecision>();
  const learned = new Set<string>();
  let unkept = new Map<ChainKey, LeafDecision>();
  let unkeptValues: KnownValue[] = [];

  let clean: LeafDecision = { places: [], bundle: '' };
  /** In as little memory as it takes, for there may be {@link MAX_DECISIONS}: most texts hold nothing. */
  const lasting = ({ places, bundle }: LeafDecision): LeafDecision => {
    if (places.length > 0)
      return {
        places: places.map(({ start, end, action, detectorId }) => ({ start, end, action, detectorId })),
        bundle,
      };
    if (clean.bundle !== bundle) clean = { places: [], bundle };
    return clean;
  };
  const remember = (key: ChainKey, decision: LeafDecision): void => {
    decisions.set(key, lasting(decision));
    if (decisions.size <= MAX_DECISIONS) return;
    // Many at once: a map is walked from its first entry on, past all that were dropped before.
    for (const oldest of decisions.keys()) {
      if (decisions.size <= MAX_DECISIONS - FORGOTTEN_AT_ONCE) break;
      decisions.delete(oldest);
    }
  };
  const { known } = memory;
  for (const text of kept.entries) {
    const entry = parseEntry(text);
    if (entry === null) continue;
    for (const [key, places] of entry.decisions) remember(key, { places, bundle: entry.bundle });
    for (const value of entry.known) {
      learned.add(value.value);
      known.add(value);
      // A token that the model was given must come back as its value, also where no text of the request holds that.
      if (value.action === 'mask') memory.placeholders.tokenFor(tokenClassOf(value.detectorId), value.value);
      else memory.removedBy.add(value.detectorId);
    }
  }

  return {
    memory: {
      ...memory,
      known: {
        placesIn: (text, from, to) => known.placesIn(text, from, to),
        add: (value) => {
          const isKept = known.add(value);
          if (isKept && !learned.has(value.value)) {
            learned.add(value.value);
            unkeptValues.push(value);
          }
          return isKept;
        },
      },
    },
    conversations: conversations(),
    decisionOf: (key) => decisions.get(key) ?? null,
    decide: (key, decision) => {
      remember(key, decision);
      unkept.set(key, decision);
    },
    asked: new Set(),
    refused: new Map(),
    unread: [],
    failures: new Map(),
    keep: (bundle) => {
      if (unkept.size === 0 && unkeptValues.length === 0) return;
      const [decided, values] = [unkept, unkeptValues];
      kept.append(
        printEntry({
          bundle,
          decisions: new Map(Array.from(decided, ([key, { places }]) => [key, places])),
          known: values,
        }),
      );
      if (unkept === decided) unkept = new Map();
      if (unkeptValues === values) unkeptValues = [];
    },
  };
}
