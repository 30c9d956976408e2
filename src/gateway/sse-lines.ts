import type { Span } from './json-spans.ts';

/** A line of server-sent events whose field is `data`. */
export interface DataLine {
  readonly start: number;
  readonly value: Span;
  /** Behind its line end. */
  readonly next: number;
}

const [LF, CR, COLON, BLANK] = [0x0a, 0x0d, 0x3a, 0x20];
const FIELD = Buffer.from('data', 'latin1');
const BOM = Buffer.from('\ufeff', 'utf8');

/** The data lines of one event, in order. Lines end in LF, CR or both. */
export function dataLines(unit: Buffer): readonly DataLine[] {
  const lines: DataLine[] = [];
  for (let start = isAt(unit, BOM, 0) ? BOM.length : 0; start < unit.length;) {
    const end = lineEnd(unit, start);
    const next = end + (unit[end] === CR && unit[end + 1] === LF ? 2 : 1);
    const fieldEnd = start + FIELD.length;
    if (isAt(unit, FIELD, start) && fieldEnd <= end && (fieldEnd === end || unit[fieldEnd] === COLON)) {
      const valueAt = Math.min(end, fieldEnd + (unit[fieldEnd + 1] === BLANK ? 2 : 1));
      lines.push({ start, value: { start: valueAt, end }, next: Math.min(next, unit.length) });
    }
    start = next;
  }
  return lines;
}

/** The event with one data line in the place of the first, and without the others. All other bytes stay. */
export function withDataLine(unit: Buffer, lines: readonly DataLine[], data: Buffer): Buffer {
  const [first, ...others] = lines;
  if (first === undefined) return unit;
  const head = first.value.start > first.start + FIELD.length ? unit.subarray(0, first.value.start) : null;
  const pieces = head === null ? [unit.subarray(0, first.start), Buffer.from('data: ')] : [head];
  pieces.push(data);
  let at = first.value.end;
  for (const { start, next } of others) {
    pieces.push(unit.subarray(at, start));
    at = next;
  }
  return Buffer.concat([...pieces, unit.subarray(at)]);
}

function lineEnd(unit: Buffer, from: number): number {
  let at = from;
  while (at < unit.length && unit[at] !== LF && unit[at] !== CR) at += 1;
  return at;
}

function isAt(unit: Buffer, bytes: Buffer, at: number): boolean {
  return unit.subarray(at, at + bytes.length).equals(bytes);
}
