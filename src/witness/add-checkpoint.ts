import { base64, decodeNote, HASH_BYTES, parseBase64, parseTreeSize, type Hash } from '../tlog/index.ts';

/** Longest request that a witness reads: 63 hashes, and a checkpoint with a hundred signatures of the largest kind in use. */
export const MAX_REQUEST_BYTES = 1 << 19;
/** Most hashes of a consistency proof (https://c2sp.org/tlog-witness). */
export const MAX_PROOF_LINES = 63;
/** Type of the answer that tells which size a witness has seen. */
export const SIZE_TYPE = 'text/x.tlog.size';

/** What is asked of a witness: to cosign a checkpoint, given that it has seen the tree of `oldSize` entries. */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Hash[];
  /** The signed checkpoint. */
  readonly note: string;
}

/** The body of a request. */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${base64(hash)}\n`).join('')}\n${note}`;
}

/** Reads the body of a request. Null where it has another form. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | null {
  const text = decodeNote(body);
  const gap = text?.indexOf('\n\n') ?? -1;
  if (text === null || gap === -1) return null;
  // One line more than allowed is enough to refuse; a body of newlines must not become a list of its own length.
  const [first = '', ...lines] = text.slice(0, gap).split('\n', MAX_PROOF_LINES + 2);
  const oldSize = first.startsWith('old ') ? parseTreeSize(first.slice('old '.length)) : null;
  const proof = lines.map(parseBase64);
  if (oldSize === null || proof.length > MAX_PROOF_LINES || !proof.every(isHash)) return null;
  return { oldSize, proof, note: text.slice(gap + 2) };
}

function isHash(bytes: Uint8Array | null): bytes is Hash {
  return bytes?.length === HASH_BYTES;
}
