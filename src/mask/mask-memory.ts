import type { DetectorId } from '../core/ids.ts';
import { knownValues } from './known-values.ts';
import type { KnownValueLimits, KnownValues } from './known-values.ts';
import type { Placeholders } from './token-space.ts';

/**
 * What one conversation has masked so far. It grows text by text in the order in which they are masked, so the same texts
 * with the same findings in the same order have the same result in every process that holds the session's key.
 */
export interface MaskMemory {
  readonly placeholders: Placeholders;
  readonly known: KnownValues;
  /** By which detectors something was taken out for good: their marks are ours. */
  readonly removedBy: Set<DetectorId>;
}

/** A memory without values. Placeholders may be those of other conversations of the session. */
export function maskMemory(placeholders: Placeholders, limits: Partial<KnownValueLimits> = {}): MaskMemory {
  return { placeholders, known: knownValues(limits), removedBy: new Set() };
}
