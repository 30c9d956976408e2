import type { DetectorId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import type { DecidedPlace, KnownValue } from '../../mask/index.ts';

/** Names one text at its place in a conversation: a hash over it and all texts before it. */
export type ChainKey = string;

/** What was decided for a text when it first went up. It holds from then on, so that what was sent stays as it was. */
export interface LeafDecision {
  /** None: it goes as it is. */
  readonly places: readonly DecidedPlace[];
  /** Digest of the bundle that was in force. */
  readonly bundle: string;
}

/** What one request adds to what its session keeps. */
export interface JournalEntry {
  readonly bundle: string;
  readonly decisions: ReadonlyMap<ChainKey, readonly DecidedPlace[]>;
  readonly known: readonly KnownValue[];
}

/** An entry as one line of JSON. It holds values that were masked, so whoever keeps it seals it. */
export function printEntry({ bundle, decisions, known }: JournalEntry): string {
  const clean: ChainKey[] = [];
  const written: Json[] = [];
  for (const [key, places] of decisions) {
    if (places.length === 0) clean.push(key);
    else written.push([key, ...places.map(({ start, end, action, detectorId }) => [start, end, action, detectorId])]);
  }
  return JSON.stringify({
    bundle,
    clean,
    written,
    known: known.map(({ value, detectorId, action }) => [value, detectorId, action]),
  });
}

/** Reads what {@link printEntry} wrote; null for anything else. */
export function parseEntry(text: string): JournalEntry | null {
  const entry = parsed(text);
  if (!isJsonObject(entry)) return null;
  const { bundle, clean, written, known } = entry;
  if (typeof bundle !== 'string' || !Array.isArray(clean) || !Array.isArray(written) || !Array.isArray(known))
    return null;
  const decisions = new Map<ChainKey, readonly DecidedPlace[]>();
  for (const key of clean) {
    if (typeof key !== 'string') return null;
    decisions.set(key, []);
  }
  for (const row of written) {
    const places = Array.isArray(row) ? row.slice(1).map(placeOf) : [null];
    const key: Json | undefined = Array.isArray(row) ? row[0] : undefined;
    if (typeof key !== 'string' || places.includes(null)) return null;
    decisions.set(
      key,
      places.filter((place) => place !== null),
    );
  }
  const values = known.map(knownOf);
  if (values.includes(null)) return null;
  return { bundle, decisions, known: values.filter((value) => value !== null) };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function placeOf(value: Json): DecidedPlace | null {
  if (!Array.isArray(value)) return null;
  const [start, end, action, detectorId] = value;
  if (typeof start !== 'number' || typeof end !== 'number' || typeof detectorId !== 'string') return null;
  if (action !== 'mask' && action !== 'redact') return null;
  return { start, end, action, detectorId: detectorId as DetectorId };
}

function knownOf(row: Json): KnownValue | null {
  if (!Array.isArray(row)) return null;
  const [value, detectorId, action] = row;
  if (typeof value !== 'string' || typeof detectorId !== 'string') return null;
  if (action !== 'mask' && action !== 'redact') return null;
  return { value, detectorId: detectorId as DetectorId, action };
}
