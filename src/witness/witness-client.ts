import {
  consistencyProof,
  openNote,
  parseTreeSize,
  rootAt,
  verifyConsistency,
  type Checkpoint,
  type NoteVerifier,
  type TileReader,
} from '../tlog/index.ts';
import { TileUnusable } from '../core/error.ts';
import { boundedText } from './bounded-text.ts';
import { formatAddCheckpoint, SIZE_TYPE } from './add-checkpoint.ts';

/** Milliseconds for one question to a witness. */
export const WITNESS_TIMEOUT_MS = 10_000;
/** Longest answer that is read: a few signatures. */
const MAX_ANSWER_BYTES = 1 << 16;
/** Questions for one cosignature: one to learn the size that the witness knows, one to be answered, one in hand for a race. */
const MAX_QUESTIONS = 3;

/** A checkpoint that the log signed, with what proves it. */
export interface SignedHead {
  /** The signed note. */
  readonly note: string;
  /** What the log signed in it. */
  readonly text: string;
  readonly checkpoint: Checkpoint;
  /** Tiles of the log, of this checkpoint's size or a larger one that holds them. */
  readonly tiles: TileReader;
}

/** What came of asking a witness. */
export type Cosigning =
  | { readonly kind: 'cosigned'; readonly line: string; readonly timestampS: number }
  /** It has seen a larger tree of this log than ours: our log was put back, or runs twice. */
  | { readonly kind: 'ahead'; readonly size: number }
  /** It remembers less than it cosigned for us before. It was caught up, and cosigned. */
  | { readonly kind: 'put-back'; readonly size: number; readonly line: string; readonly timestampS: number }
  /** It has seen a tree of this log that ours does not begin with. */
  | { readonly kind: 'inconsistent'; readonly size: number }
  /** It does not answer, or not as a witness must; a later try may do. */
  | { readonly kind: 'failed'; readonly problem: string };

/** Asks one witness. Keeps the size that it cosigned last, so that one question is enough mostly. */
export interface WitnessClient {
  readonly name: string;
  /** Never throws but for our own tiles. @throws {TileUnusable} where they do not hold what the checkpoint says. */
  cosign(head: SignedHead): Promise<Cosigning>;
}

/** What a client is made from. */
export interface WitnessPlace {
  /** The submission prefix, without a final slash. */
  readonly url: string;
  readonly verifier: NoteVerifier;
  /** Size that it is known to have cosigned, from a note that was kept; 0 where none was. */
  readonly knownSize?: number;
  readonly fetch?: typeof fetch;
}

/** A client of one witness that speaks https://c2sp.org/tlog-witness. */
export function witnessClient(place: WitnessPlace): WitnessClient {
  let knownSize = place.knownSize ?? 0;
  return {
    name: place.verifier.name,
    cosign: async (head) => {
      const outcome = await cosign(place, head, knownSize);
      if (outcome.kind === 'cosigned' || outcome.kind === 'put-back') knownSize = head.checkpoint.size;
      return outcome;
    },
  };
}

async function cosign(place: WitnessPlace, head: SignedHead, knownSize: number): Promise<Cosigning> {
  const { size } = head.checkpoint;
  let oldSize = Math.min(knownSize, size);
  let isPutBack = false;
  for (let question = 1; question <= MAX_QUESTIONS; question += 1) {
    const body = formatAddCheckpoint({ oldSize, proof: await provenProof(head, oldSize), note: head.note });
    const answer = await ask(place, body);
    switch (answer.kind) {
      case 'failed':
        return answer;
      case 'refused':
        return { kind: 'inconsistent', size: oldSize };
      case 'lines': {
        const signed = ownCosignature(place.verifier, head.text, answer.lines);
        if (signed === null) return { kind: 'failed', problem: 'answered without a good signature of its key' };
        return isPutBack ? { kind: 'put-back', size: oldSize, ...signed } : { kind: 'cosigned', ...signed };
      }
      case 'size':
        if (answer.size > size) return { kind: 'ahead', size: answer.size };
        if (answer.size === oldSize) return { kind: 'failed', problem: 'asks for the size that it was given' };
        isPutBack ||= answer.size < knownSize;
        oldSize = answer.size;
    }
  }
  return { kind: 'failed', problem: `names another size each time, ${MAX_QUESTIONS} times` };
}

/** A proof that we have checked ourselves: what a witness then refuses is its view of the log against ours, not a broken tile. */
async function provenProof({ checkpoint, tiles }: SignedHead, oldSize: number): Promise<readonly Uint8Array[]> {
  const { size: newSize, root: newRoot } = checkpoint;
  const proof = await consistencyProof(tiles, oldSize, newSize);
  const oldRoot = oldSize === newSize ? newRoot : await rootAt(tiles, oldSize, newSize);
  if (!verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof })) {
    throw new TileUnusable(`tiles of the log do not lead from ${oldSize} to its checkpoint of ${newSize} entries`);
  }
  return proof;
}

type Answer =
  | { readonly kind: 'lines'; readonly lines: string }
  | { readonly kind: 'size'; readonly size: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly problem: string };

async function ask({ url, fetch: ownFetch = fetch }: WitnessPlace, body: string): Promise<Answer> {
  try {
    const response = await ownFetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      // The address is the policy's; a witness has no say in where checkpoints go.
      redirect: 'error',
      signal: AbortSignal.timeout(WITNESS_TIMEOUT_MS),
    });
    const text = await boundedText(response, MAX_ANSWER_BYTES);
    if (text === null) return { kind: 'failed', problem: 'answered with no text, or too much' };
    if (response.status === 200) return { kind: 'lines', lines: text };
    if (response.status === 422) return { kind: 'refused' };
    if (response.status === 404)
      return { kind: 'failed', problem: 'answered 404: it was not told of this log, or is no witness' };
    if (response.status === 403) return { kind: 'failed', problem: 'answered 403: it has another key for this log' };
    if (response.status !== 409) return { kind: 'failed', problem: `answered ${response.status}` };
    if (response.headers.get('content-type') !== SIZE_TYPE) return { kind: 'refused' };
    const size = text.endsWith('\n') ? parseTreeSize(text.slice(0, -1)) : null;
    return size === null ? { kind: 'failed', problem: 'named no size' } : { kind: 'size', size };
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) };
  }
}

function ownCosignature(
  verifier: NoteVerifier,
  text: string,
  lines: string,
): { readonly line: string; readonly timestampS: number } | null {
  const found = openNote(`${text}\n${lines}`, [verifier])?.verified[0];
  if (found === undefined || found.timestampS === null) return null;
  return { line: found.line, timestampS: found.timestampS };
}

function problemOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `did not answer in ${WITNESS_TIMEOUT_MS} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return `cannot be reached${code}`;
}
