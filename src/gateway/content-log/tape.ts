import type { Span } from '../json-spans.ts';
import type { PieceForm, PieceKind } from './content-store.ts';
import type { KeptPieces, WrittenRef } from './kept-pieces.ts';

/** A part of a body: a few bytes as they are, or a piece that is kept elsewhere. */
export type Segment = string | WrittenRef;

/** The messages of one body as segments, from the bracket to the end of the last message. */
export interface Tape {
  readonly segments: readonly Segment[];
  /** Bytes of the tape up to the end of each segment. */
  readonly ends: readonly number[];
}

export const EMPTY_TAPE: Tape = { segments: [], ends: [] };

/** A part of a body that is kept as a piece. */
export interface Part extends Span {
  readonly kind: PieceKind;
}

/** How pieces of one body are kept. */
export interface Keeping {
  readonly pieces: KeptPieces;
  readonly form: PieceForm;
  readonly isSealed: boolean;
}

/** Bytes between parts that stand in a list as they are. More of them are blanks on purpose, and a piece of their own. */
const MAX_BETWEEN = 256;

/** Cuts a span into its parts and what stands between them. The parts stand in order and none overlaps another. */
export function segmentsOf(
  bytes: Buffer,
  within: Span,
  parts: readonly Part[],
  { pieces, form, isSealed }: Keeping,
): Tape {
  const segments: Segment[] = [];
  const ends: number[] = [];
  let at = within.start;
  const put = (end: number, kind: PieceKind | null): void => {
    if (end <= at) return;
    const text = bytes.toString('utf8', at, end);
    const isPiece = kind !== null || end - at > MAX_BETWEEN;
    segments.push(isPiece ? pieces.keep({ kind: kind ?? 'frame', form, isSealed, text }) : text);
    ends.push(end - within.start);
    at = end;
  };
  for (const { start, end, kind } of parts) {
    put(start, null);
    put(end, kind);
  }
  put(within.end, null);
  return { segments, ends };
}

/** The start of a tape up to so many bytes; null where none of its segments ends there. */
export function startOfTape(tape: Tape, bytes: number): Tape | null {
  if (bytes === 0) return EMPTY_TAPE;
  const last = tape.ends.lastIndexOf(bytes);
  return last === -1 ? null : { segments: tape.segments.slice(0, last + 1), ends: tape.ends.slice(0, last + 1) };
}

/** One tape behind another. */
export function joinedTapes(first: Tape, second: Tape): Tape {
  const length = first.ends.at(-1) ?? 0;
  return {
    segments: [...first.segments, ...second.segments],
    ends: [...first.ends, ...second.ends.map((end) => end + length)],
  };
}

/** How many segments two tapes begin with in common. */
export function commonSegments(a: Tape, b: Tape): number {
  const limit = Math.min(a.segments.length, b.segments.length);
  let count = 0;
  while (count < limit && isSameSegment(a.segments[count], b.segments[count])) count += 1;
  return count;
}

function isSameSegment(a: Segment | undefined, b: Segment | undefined): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a[0] === b[0] : a === b;
}
