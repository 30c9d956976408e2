/**
 * The moment at which a written expiry has come: milliseconds since the Unix epoch, or null where there is no such day or
 * time. A date alone ends with its day in UTC; a time carries its zone.
 */
export function expiryMs(text: string): number | null {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? [];
  const startMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // `Date` takes the 30th of February for the 2nd of March.
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return null;
  if (!text.includes('T')) return startMs + DAY_MS;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

const DAY_MS = 86_400_000;
