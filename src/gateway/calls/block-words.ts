import type { DetectorId } from '../../core/ids.ts';
import { jsonRestorer, textRestorer } from '../../mask/index.ts';
import type { StreamRestorer, TokenLookup } from '../../mask/index.ts';
import type { WordScan, WordsSeen } from './call-ports.ts';
import { jsonUnescape } from './json-unescape.ts';

/** Looks through the words of one block as they come from the model. Holds state; one per block. */
export interface BlockWords {
  /** Takes the next words. `text` is as the model wrote it, `json` is a fragment of a call's input. */
  take(kind: 'text' | 'json', words: string): WordsSeen;
  end(): WordsSeen;
  /** How many pieces must be certain before the words taken last are; infinite as long as that cannot be told. */
  readonly lastPiece: number;
}

/**
 * Tokens that the lookup knows stand for values that the model never saw: they are left out, and what is restored in
 * their place is no finding.
 *
 * @param gatherLength words are looked at once there are so many UTF-16 code units of them: a stream brings few at a time.
 */
export function blockWords(scan: WordScan, lookup: TokenLookup, gatherLength = 0): BlockWords {
  const blank: TokenLookup = (token) => (lookup(token) === null ? null : BLANK);
  const restorers: Readonly<Record<'text' | 'json', StreamRestorer>> = {
    text: textRestorer(blank),
    json: jsonRestorer(blank),
  };
  const unescape = jsonUnescape();
  /** Half a character, which has no bytes of its own. */
  let half = '';
  let [pieces, certainPieces] = [0, 0];

  const push = (words: string): WordsSeen => {
    const text = half + words;
    half = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : '';
    pieces += 1;
    const seen = scan.push(half === '' ? text : text.slice(0, -1));
    certainPieces = seen.certainPieces;
    return seen;
  };
  let [gathered, gatheredAs]: [string, 'text' | 'json'] = ['', 'text'];
  const flush = (): readonly DetectorId[] => {
    if (gathered === '') return NONE;
    const restored = restorers[gatheredAs].push(gathered);
    const { found } = push(gatheredAs === 'json' ? unescape.push(restored) : restored);
    gathered = '';
    return found;
  };
  const isHolding = (): boolean => restorers.text.isHolding() || restorers.json.isHolding();
  return {
    take: (kind, words) => {
      const before = kind === gatheredAs ? NONE : flush();
      gatheredAs = kind;
      gathered += words;
      const found = gathered.length < gatherLength ? NONE : flush();
      return { found: before.length === 0 ? found : [...before, ...found], certainPieces };
    },
    end: () => {
      const before = flush();
      const [text, json] = [restorers.text.end(), unescape.push(restorers.json.end())];
      const last = push(text + json);
      const rest = scan.end();
      return { found: [...before, ...last.found, ...rest.found], certainPieces: Number.POSITIVE_INFINITY };
    },
    get lastPiece() {
      return isHolding() ? Number.POSITIVE_INFINITY : pieces;
    },
  };
}

const NONE: readonly DetectorId[] = [];
/** What stands in the place of a value, so that the words on both sides do not become one. */
const BLANK = ' ';

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
