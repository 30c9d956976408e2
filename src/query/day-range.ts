/** Whole UTC days, from and to with both included; null for no bound. In milliseconds since the Unix epoch: `endMs` is the first one behind. */
export interface DayRange {
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** All days. */
export const ALL_DAYS: DayRange = { startMs: null, endMs: null };

const DAY_MS = 86_400_000;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** Reads two days as people write them, such as `2026-11-22`; null where one is no day, or they are the wrong way round. */
export function dayRange(from: string | null, to: string | null): DayRange | null {
  const startMs = from === null ? null : startOf(from);
  const lastMs = to === null ? null : startOf(to);
  if (Number.isNaN(startMs) || Number.isNaN(lastMs)) return null;
  const endMs = lastMs === null ? null : lastMs + DAY_MS;
  return startMs !== null && endMs !== null && startMs >= endMs ? null : { startMs, endMs };
}

/** Whether a moment lies in it. */
export function isWithin({ startMs, endMs }: DayRange, ms: number): boolean {
  return (startMs === null || ms >= startMs) && (endMs === null || ms < endMs);
}

function startOf(day: string): number {
  const ms = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // 30 February would be the second of March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day ? Number.NaN : ms;
}
