import { engineDetectorId } from './engine-detector-id.ts';
import { secretLocator } from './locate-secret.ts';
import { MAX_REPORTED, isObject, readJson } from './read-json.ts';
import { ENGINE_CONFIDENCE } from './span-findings.ts';
import type { EngineSpan } from './span-findings.ts';

/**
 * Reads TruffleHog's report, one JSON object to a line, about a text.
 *
 * It says which secret was found but not where, so every place of the secret is a finding; a secret that stands nowhere in
 * the text, because it was decoded or put together, makes the whole text one.
 *
 * @returns null where the report is none.
 */
export function readTrufflehogReport(text: Uint8Array, report: Uint8Array): readonly EngineSpan[] | null {
  const lines = report.length === 0 ? [] : splitLines(report);
  if (lines.length > MAX_REPORTED) return null;
  const locator = secretLocator(text);
  const spans: EngineSpan[] = [];
  for (const line of lines) {
    const entry = readJson(line);
    if (!isObject(entry)) return null;
    const [rule, secret] = [entry['DetectorName'], entry['Raw']];
    if (typeof rule !== 'string' || typeof secret !== 'string') return null;
    const detectorId = engineDetectorId('secret', 'trufflehog', locator.holds(rule) ? null : rule, secret);
    const places = locator.everywhere(secret);
    for (const place of places.length === 0 ? [{ startByte: 0, endByte: text.length }] : places) {
      spans.push({ detectorId, ...place, confidence: ENGINE_CONFIDENCE });
    }
  }
  return spans;
}

/** The lines that hold anything, at most one more than are read. */
function splitLines(report: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < report.length && lines.length <= MAX_REPORTED;) {
    const found = report.indexOf(0x0a, start);
    const end = found === -1 ? report.length : found;
    if (end > start) lines.push(report.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
