import { hash } from 'node:crypto';
import type { Finding } from '../../core/finding.ts';
import type { ScanScene } from './detector.ts';
import type { Scanner } from './scanner.ts';

/** Scans what it has not seen before, so that a conversation costs its new parts and not all that was said. */
export interface ScanCache {
  /** The same as the scanner's own answer. */
  scan(bytes: Uint8Array, scene: ScanScene): readonly Finding[];
  /** How many answers were given from memory and how many were found out, and what is held now. */
  stats(): ScanCacheStats;
}

export interface ScanCacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
}

export interface ScanCacheLimits {
  readonly maxEntries: number;
  /** Most memory that entries take, by a cautious estimate. */
  readonly maxBytes: number;
}

/** What an entry takes in a map with its key, and each of its findings. */
const ENTRY_BYTES = 256;
const FINDING_BYTES = 128;

/** One in so many entries is dropped when they are too many. */
const SPARE_SHARE = 16;

/**
 * Keeps the latest answers of a scanner by the SHA-256 of the bytes and by the scene, and neither text nor bytes: an
 * answer for one text can be had for no other. What was not asked for longest goes first.
 *
 * @throws {TypeError} for limits that are no positive whole numbers.
 */
export function scanCache(scanner: Pick<Scanner, 'scan'>, { maxEntries, maxBytes }: ScanCacheLimits): ScanCache {
  if (![maxEntries, maxBytes].every((limit) => Number.isSafeInteger(limit) && limit > 0))
    throw new TypeError('the limits of a cache are positive whole numbers');
  // INVARIANT: in the order in which entries were asked for last, and `heldBytes` is the sum of their sizes.
  const entries = new Map<string, readonly Finding[]>();
  let [heldBytes, hits, misses] = [0, 0, 0];
  const spareEntries = Math.floor(maxEntries / SPARE_SHARE);
  const drop = (key: string, findings: readonly Finding[]): void => {
    entries.delete(key);
    heldBytes -= sizeOf(findings);
  };
  // Many at once: a map is walked from its first entry on, past all that were dropped before.
  const makeRoom = (): void => {
    for (const [key, findings] of entries) {
      if (entries.size <= maxEntries - spareEntries && heldBytes <= maxBytes) break;
      drop(key, findings);
    }
  };
  return {
    scan(bytes, scene) {
      const key = keyOf(bytes, scene);
      const known = entries.get(key);
      if (known !== undefined) {
        hits += 1;
        entries.delete(key);
        entries.set(key, known);
        return known;
      }
      misses += 1;
      const findings = Object.freeze([...scanner.scan(bytes, scene)]);
      entries.set(key, findings);
      heldBytes += sizeOf(findings);
      if (entries.size > maxEntries || heldBytes > maxBytes) makeRoom();
      return findings;
    },
    stats: () => ({ hits, misses, entries: entries.size, bytes: heldBytes }),
  };
}

function sizeOf(findings: readonly Finding[]): number {
  return ENTRY_BYTES + FINDING_BYTES * findings.length;
}

/** The digest has one length, and no source holds a blank: two scenes never give one key. */
function keyOf(bytes: Uint8Array, { source, path }: ScanScene): string {
  return `${hash('sha256', bytes, 'base64url')}${source} ${path ?? '\0'}`;
}
