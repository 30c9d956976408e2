import type { Sha256 } from '../../core/ids.ts';
import { newMessages } from './body-view.ts';
import type { BodyView } from './body-view.ts';
import { writtenRef } from './kept-pieces.ts';
import type { WrittenRef } from './kept-pieces.ts';
import type { SessionContents } from './content-store.ts';
import { commonSegments, EMPTY_TAPE, joinedTapes, segmentsOf, startOfTape } from './tape.ts';
import type { Keeping, Tape } from './tape.ts';

/** The messages of a body that is kept, and where the list of its pieces lies. */
export interface KeptBody {
  readonly ref: WrittenRef;
  readonly tape: Tape;
}

export interface ManifestPorts extends Keeping {
  readonly contents: SessionContents;
  /** The body of before in this conversation, where it is known. */
  readonly before: KeptBody | null;
  /** Bodies that were kept lately, in any conversation of the session. */
  readonly recent: readonly KeptBody[];
}

/**
 * Keeps what is new in a body, and a list from which the whole body can be put together byte by byte: the messages that it
 * has in common with one kept before are named by that one and their length.
 *
 * @param sha256 of the whole body.
 */
export function keptBody(
  view: BodyView,
  sha256: Sha256,
  ports: ManifestPorts,
): { readonly body: KeptBody; readonly previous: KeptBody | null } {
  const { bytes, messages, frame } = view;
  const { tape, previous, kept } = tapeOf(view, ports);
  const before = frame.filter(({ start }) => start < messages.start);
  const behind = frame.filter(({ start }) => start > messages.start);
  const manifest = {
    v: 1,
    previous: previous?.ref ?? null,
    kept: previous === null ? 0 : (tape.ends[kept - 1] ?? 0),
    head: segmentsOf(bytes, { start: 0, end: messages.start }, before, ports).segments,
    messages: tape.segments.slice(kept),
    tail: segmentsOf(bytes, { start: messages.end, end: bytes.length }, behind, ports).segments,
    sha256,
  };
  const { form, isSealed, contents } = ports;
  const ref = writtenRef(contents.add({ kind: 'request', form, isSealed, text: JSON.stringify(manifest) }));
  return { body: { ref, tape }, previous };
}

interface TapeOfBody {
  readonly tape: Tape;
  readonly previous: KeptBody | null;
  /** How many segments it has in common with the tape of `previous`. */
  readonly kept: number;
}

function tapeOf(view: BodyView, ports: ManifestPorts): TapeOfBody {
  const { bytes, messages, knownBytes } = view;
  const known = ports.before === null || knownBytes === 0 ? null : startOfTape(ports.before.tape, knownBytes);
  const from = known === null ? 0 : knownBytes;
  // What cannot be told apart is kept as one.
  const parts = newMessages({ ...view, knownBytes: from }) ?? [];
  const tape = joinedTapes(
    known ?? EMPTY_TAPE,
    segmentsOf(bytes, { ...messages, start: messages.start + from }, parts, ports),
  );
  if (known !== null) return { tape, previous: ports.before, kept: known.segments.length };
  let [previous, kept]: [KeptBody | null, number] = [null, 0];
  for (const body of ports.recent) {
    const common = commonSegments(body.tape, tape);
    // The bracket alone ties nothing.
    if (common > Math.max(kept, 1)) [previous, kept] = [body, common];
  }
  return { tape, previous, kept };
}
