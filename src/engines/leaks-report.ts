import { engineDetectorId } from './engine-detector-id.ts';
import { lineBases, secretLocator } from './locate-secret.ts';
import type { ByteRange } from './locate-secret.ts';
import { isObject, objectList } from './read-json.ts';
import type { JsonObject } from './read-json.ts';
import { ENGINE_CONFIDENCE } from './span-findings.ts';
import type { EngineSpan } from './span-findings.ts';

/**
 * Reads the JSON report of Gitleaks or Betterleaks about a text.
 *
 * Lines count from 1. Columns count bytes from the line break in front. A secret that does not stand where the report says
 * is looked for in the whole text; where it is nowhere, as when it was decoded, the reported place stands.
 *
 * @param text what the program read.
 * @returns null where the report is none.
 */
export function readLeaksReport(engine: string, text: Uint8Array, report: unknown): readonly EngineSpan[] | null {
  const entries = objectList(report);
  if (entries === null) return null;
  const bases = lineBases(text);
  const locator = secretLocator(text);
  const spans: EngineSpan[] = [];
  for (const entry of entries) {
    const leak = readLeak(entry);
    if (leak === null) return null;
    // A report with an empty secret could name its rule after the text.
    const rule = locator.holds(leak.rule) ? null : leak.rule;
    const detectorId = engineDetectorId('secret', engine, rule, leak.secret);
    const range = reportedRange(bases, leak);
    const exact = locator.within(range, leak.secret);
    const places = exact === null ? locator.everywhere(leak.secret) : [exact];
    for (const place of places.length === 0 ? [range] : places) {
      spans.push({ detectorId, ...place, confidence: ENGINE_CONFIDENCE });
    }
  }
  return spans;
}

interface Leak {
  readonly rule: string;
  readonly secret: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
}

/** Betterleaks from version 2 on writes the same in lower camel case, with the place in an object of its own. */
function readLeak(entry: JsonObject): Leak | null {
  const place = isObject(entry['location']) ? entry['location'] : entry;
  const rule = entry['RuleID'] ?? entry['ruleID'];
  const secret = entry['Secret'] ?? entry['secret'];
  const [startLine, endLine] = [place['StartLine'] ?? place['startLine'], place['EndLine'] ?? place['endLine']];
  const [startColumn, endColumn] = [
    place['StartColumn'] ?? place['startColumn'],
    place['EndColumn'] ?? place['endColumn'],
  ];
  if (typeof rule !== 'string' || typeof secret !== 'string') return null;
  if (typeof startLine !== 'number' || typeof endLine !== 'number') return null;
  if (typeof startColumn !== 'number' || typeof endColumn !== 'number') return null;
  return { rule, secret, startLine, endLine, startColumn, endColumn };
}

function reportedRange(bases: readonly number[], leak: Leak): ByteRange {
  const [first, last] = [bases[leak.startLine - 1], bases[leak.endLine - 1]];
  if (first === undefined || last === undefined) return { startByte: 0, endByte: 0 };
  return { startByte: first + leak.startColumn - 1, endByte: last + leak.endColumn };
}
