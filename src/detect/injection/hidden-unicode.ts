import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { SURE } from './thresholds.ts';

const TAGS = detectorId('injection/tag-characters');
const ZERO_WIDTH = detectorId('injection/zero-width-run');
const SELECTORS = detectorId('injection/variation-selectors');
const BIDI = detectorId('injection/bidi-override');

/** Longer runs are told of in parts, so that a place is judged by what lies near it. */
const MAX_RUN_BYTES = 256;

/**
 * Characters that no one sees and a model reads. A run counts from a length on that honest text does not have: one
 * joiner in an emoji, one selector behind a sign, the tags of a regional flag are left alone.
 */
export const HIDDEN_UNICODE: PassDetector = {
  how: 'pass',
  ids: [TAGS, ZERO_WIDTH, SELECTORS, BIDI],
  reachBytes: 2 * MAX_RUN_BYTES,
  matches({ bytes, latin1, isAscii }) {
    if (isAscii) return [];
    const found: KindMatch[] = [];
    for (const lead of LEADS) {
      let at = latin1.indexOf(lead);
      while (at >= 0) {
        const run = runAt(bytes, at);
        if (run !== null && run.characters >= run.kind.atLeast && !(run.kind.id === TAGS && followsFlag(bytes, at)))
          found.push({ id: run.kind.id, start: at, end: run.end, confidence: SURE });
        at = latin1.indexOf(lead, run?.end ?? at + 1);
      }
    }
    return found;
  },
};

/** Every hidden character begins with one of these bytes: few texts hold them, and a search for one byte is fast. */
const LEADS = ['\xe2', '\xef', '\xf3'];

function runAt(bytes: Uint8Array, start: number): { kind: HiddenKind; end: number; characters: number } | null {
  const kind = kindAt(bytes, start);
  if (kind === null) return null;
  const limit = Math.min(bytes.length, start + MAX_RUN_BYTES);
  let end = start;
  let characters = 0;
  while (end < limit && kindAt(bytes, end) === kind) {
    end += kind.bytes(bytes, end);
    characters += 1;
  }
  return { kind, end: Math.min(end, bytes.length), characters };
}

interface HiddenKind {
  readonly id: typeof TAGS;
  readonly atLeast: number;
  bytes(bytes: Uint8Array, at: number): number;
}

const TAG_RUN: HiddenKind = { id: TAGS, atLeast: 3, bytes: () => 4 };
const ZERO_WIDTH_RUN: HiddenKind = { id: ZERO_WIDTH, atLeast: 4, bytes: () => 3 };
const SELECTOR_RUN: HiddenKind = { id: SELECTORS, atLeast: 3, bytes: (bytes, at) => (bytes[at] === 0xf3 ? 4 : 3) };
const BIDI_RUN: HiddenKind = { id: BIDI, atLeast: 1, bytes: () => 3 };

function kindAt(bytes: Uint8Array, at: number): HiddenKind | null {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2] ?? 0];
  if (first === 0xf3 && second === 0xa0) {
    // U+E0000 to U+E007F mirror ASCII; U+E0100 to U+E01EF are the variation selectors of the supplement.
    if (third === 0x80 || third === 0x81) return TAG_RUN;
    return third >= 0x84 && third <= 0x87 ? SELECTOR_RUN : null;
  }
  if (first === 0xef) {
    if (second === 0xb8 && third >= 0x80 && third <= 0x8f) return SELECTOR_RUN;
    return second === 0xbb && third === 0xbf ? ZERO_WIDTH_RUN : null;
  }
  if (first !== 0xe2) return null;
  if (second === 0x80) {
    if (third >= 0x8b && third <= 0x8d) return ZERO_WIDTH_RUN;
    // U+202D and U+202E turn the direction of all letters; embeddings and isolates have honest uses.
    return third === 0xad || third === 0xae ? BIDI_RUN : null;
  }
  return second === 0x81 && third >= 0xa0 && third <= 0xa4 ? ZERO_WIDTH_RUN : null;
}

/** U+1F3F4, the black flag: tags behind it name a region. */
function followsFlag(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start - 4] === 0xf0 && bytes[start - 3] === 0x9f && bytes[start - 2] === 0x8f && bytes[start - 1] === 0xb4
  );
}
