import type { EvaluatedArea } from './areas.ts';
import type { LabelledRow } from './labelled-row.ts';
import { NO_TALLY } from './tally.ts';
import type { Tally } from './tally.ts';

/** Labels that say that a row holds what its area looks for. Every other label says that it does not. */
const WANTED: Readonly<Record<Exclude<EvaluatedArea, 'pii'>, ReadonlySet<string>>> = {
  secrets: new Set(['secret']),
  injection: new Set(['injection']),
  commands: new Set(['dangerous']),
};

/** Counts a row by whether anything at all was found in it. */
export function rowTally(area: Exclude<EvaluatedArea, 'pii'>, { label }: LabelledRow, isFlagged: boolean): Tally {
  if (WANTED[area].has(label)) return isFlagged ? { ...NO_TALLY, rows: 1, tp: 1 } : { ...NO_TALLY, rows: 1, fn: 1 };
  return isFlagged ? { ...NO_TALLY, rows: 1, fp: 1, alarmedRows: 1 } : { ...NO_TALLY, rows: 1, tn: 1 };
}

/**
 * Why a row is counted apart and not in the whole: a text that is an attack only where it stands, a command whose danger
 * depends on the folder, and reconnaissance, which is no danger by itself. Null where it counts like any other.
 */
export function apartReason({ label, kind, note }: LabelledRow): string | null {
  if (kind.startsWith('instruction-only')) return 'instruction-only';
  if (note !== null && /\bdepends-on-cwd\b/.test(note)) return 'depends-on-cwd';
  return label === 'recon' ? 'recon' : null;
}
