import { areasOf, contentRulesOf } from '../core/content-rules.ts';
import {
  allowedHash,
  companyDetectors,
  scanner,
  SECRET_DETECTORS,
  streamScanner,
  withoutContained,
} from '../detect/index.ts';
import type { KindMatch, ScannerParts } from '../detect/index.ts';
import type { WordArea, WordScan, WordScanner } from '../gateway/index.ts';
import type { Policy } from '../policy/index.ts';

/**
 * Bytes of a reply that are gathered before they are looked through where nothing waits for it. Text made to be slow takes
 * about a second for each MB, and a second more for each company pattern: no other call is to wait that long.
 */
const GATHER_BYTES = 32 * 1024;
const GATHER_BYTES_WITH_PATTERNS = 4 * 1024;

/** The words of the model, which come from nobody's file. */
const SCENE = { source: 'model-output', path: null } as const;

/**
 * Looks through replies for what a policy has an opinion on; null where that is nothing that replies are looked through for.
 *
 * @throws {TypeError} for lists of company words that no detector can be made of.
 */
export function wordScanner(policy: Pick<Policy, 'dlp' | 'injection' | 'company'>): WordScanner | null {
  const heeded = areasOf(contentRulesOf(policy));
  const areas = WORD_AREAS.filter((area) => heeded.includes(area));
  if (areas.length === 0) return null;
  const parts = scanner([
    ...(areas.includes('secret') ? SECRET_DETECTORS : []),
    ...(areas.includes('company') ? companyDetectors(policy.company) : []),
  ]);
  const lazyBytes = policy.company.patterns.length > 0 ? GATHER_BYTES_WITH_PATTERNS : GATHER_BYTES;
  const isMeant = meantBy(policy.dlp.allowed);
  return {
    areas,
    // Each scan reads four times the reach in addition: with fewer bytes it would do little else.
    scan: (isPrompt) => wordScan(parts, isPrompt ? parts.reachBytes : lazyBytes, isMeant),
  };
}

const WORD_AREAS: readonly WordArea[] = ['secret', 'company'];

function wordScan(
  parts: ScannerParts,
  gatherBytes: number,
  isMeant: (bytes: Uint8Array, match: KindMatch) => boolean,
): WordScan {
  const stream = streamScanner(parts, { scene: SCENE, gatherBytes, isMeant });
  /** Where each piece ends that is not certain. */
  let ends: number[] = [];
  let [given, certainPieces] = [0, 0];
  const seen = (matches: readonly KindMatch[]): ReturnType<WordScan['push']> => {
    const firstUncertain = ends.findIndex((end) => end > stream.toldTo);
    const more = firstUncertain === -1 ? ends.length : firstUncertain;
    certainPieces += more;
    if (more > 0) ends = ends.slice(more);
    return { found: withoutContained(matches).map(({ id }) => id), certainPieces };
  };
  return {
    push(piece) {
      const bytes = Buffer.from(piece, 'utf8');
      given += bytes.length;
      ends.push(given);
      return seen(stream.push(bytes));
    },
    end: () => seen(stream.end()),
  };
}

/** Whether a match is none of the values that the company has reviewed and accepts. */
function meantBy(allowed: Policy['dlp']['allowed']): (bytes: Uint8Array, match: KindMatch) => boolean {
  if (allowed === null) return () => true;
  const salt = Buffer.from(allowed.salt, 'hex');
  const hashes = new Set(allowed.hashes);
  return (bytes, { start, end }) => !hashes.has(allowedHash(salt, bytes.subarray(start, end)));
}
