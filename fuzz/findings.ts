import { isUtf8 } from 'node:buffer';
import type { Finding } from '../src/core/finding.ts';
import { promise } from './entry.ts';

const FIELDS = 'confidence,detectorId,endByte,endUtf16,startByte,startUtf16';

/** Checks that findings are what `Scanner.scan` promises of them, for bytes that are not UTF-16. */
export function promiseFindings(
  bytes: Uint8Array,
  findings: readonly Finding[],
  ids: ReadonlySet<string> | null,
): void {
  let before: Finding | null = null;
  const isText = isUtf8(bytes);
  for (const each of findings) {
    promise(Object.keys(each).sort().join(',') === FIELDS, 'a finding has other fields');
    if (ids !== null) promise(ids.has(each.detectorId), 'a finding is of an unknown detector');
    promise(each.confidence > 0 && each.confidence <= 1, `${each.detectorId}: its confidence is out of range`);
    promise(isRange(each.startByte, each.endByte, bytes.length), `${each.detectorId}: its bytes are out of range`);
    promise(before === null || before.startByte <= each.startByte, 'findings are out of order');
    if (isText) {
      const isWhole = !isWithinCharacter(bytes, each.startByte) && !isWithinCharacter(bytes, each.endByte);
      promise(isWhole, `${each.detectorId}: its place is within a character`);
    }
    before = each;
  }
  promiseUnits(bytes, findings);
}

function isRange(start: number, end: number, length: number): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end && end <= length;
}

function isWithinCharacter(bytes: Uint8Array, at: number): boolean {
  return at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80;
}

/** Findings whose places in UTF-16 are counted anew: each costs as much as what stands in front of it. */
const COUNTED = 8;

/** What the decoder of the platform makes of what stands in front is what positions count. */
function promiseUnits(bytes: Uint8Array, findings: readonly Finding[]): void {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const { startByte, startUtf16, endByte, endUtf16, detectorId } of findings.slice(0, COUNTED)) {
    for (const [byte, unit] of [
      [startByte, startUtf16],
      [endByte, endUtf16],
    ] as const) {
      if (isWithinCharacter(bytes, byte)) continue;
      const units = decoder.decode(bytes.subarray(0, byte)).length;
      promise(units === unit, `${detectorId}: its place in UTF-16 is another than that in bytes`);
    }
  }
}
