import type { Finding } from '../core/finding.ts';
import type { DetectorId } from '../core/ids.ts';

/** A part of the text as an engine's report means it. Half-open, in bytes. */
export interface EngineSpan {
  readonly detectorId: DetectorId;
  readonly startByte: number;
  readonly endByte: number;
  readonly confidence: number;
}

/** An engine's word alone: nothing of it was verified here. */
export const ENGINE_CONFIDENCE = 0.8;

/**
 * Findings of the spans: within the text, widened to whole characters, each once, ordered by place. A span that is empty
 * or lies outside becomes the whole text, because a finding that cannot be placed must not be lost.
 */
export function spanFindings(bytes: Uint8Array, spans: readonly EngineSpan[]): readonly Finding[] {
  const placed = spans.map((span) => {
    const isInside =
      Number.isSafeInteger(span.startByte) &&
      Number.isSafeInteger(span.endByte) &&
      span.startByte >= 0 &&
      span.startByte < span.endByte &&
      span.endByte <= bytes.length;
    if (!isInside) return { ...span, startByte: 0, endByte: bytes.length };
    return { ...span, startByte: characterStart(bytes, span.startByte), endByte: characterEnd(bytes, span.endByte) };
  });
  const unique = new Map(placed.map((span) => [`${span.detectorId} ${span.startByte} ${span.endByte}`, span]));
  const sorted = [...unique.values()].sort((a, b) => a.startByte - b.startByte || a.endByte - b.endByte);
  const units = utf16Places(
    bytes,
    sorted.flatMap((span) => [span.startByte, span.endByte]),
  );
  return sorted.map((span) => ({
    detectorId: span.detectorId,
    startByte: span.startByte,
    endByte: span.endByte,
    startUtf16: units.get(span.startByte) ?? 0,
    endUtf16: units.get(span.endByte) ?? 0,
    confidence: span.confidence,
  }));
}

/** UTF-16 code units in front of places that lie between characters. */
function utf16Places(bytes: Uint8Array, places: readonly number[]): ReadonlyMap<number, number> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const units = new Map<number, number>();
  let [at, count] = [0, 0];
  for (const place of [...new Set(places)].sort((a, b) => a - b)) {
    count += decoder.decode(bytes.subarray(at, place)).length;
    at = place;
    units.set(place, count);
  }
  return units;
}

/** A sequence has at most three bytes behind its first. */
const MAX_CONTINUATION_BYTES = 3;

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function characterStart(bytes: Uint8Array, place: number): number {
  for (let back = 0; back <= MAX_CONTINUATION_BYTES; back += 1) {
    if (!isContinuation(bytes[place - back])) return Math.max(0, place - back);
  }
  return place;
}

function characterEnd(bytes: Uint8Array, place: number): number {
  for (let on = 0; on <= MAX_CONTINUATION_BYTES; on += 1) {
    if (!isContinuation(bytes[place + on])) return place + on;
  }
  return place;
}
