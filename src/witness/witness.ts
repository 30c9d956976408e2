import {
  equalHashes,
  emptyRoot,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseSignatureLine,
  signNote,
  verifyConsistency,
  type Checkpoint,
  type NoteSigner,
  type NoteVerifier,
  type OpenCheckpoint,
} from '../tlog/index.ts';
import { parseAddCheckpoint, SIZE_TYPE, type AddCheckpoint } from './add-checkpoint.ts';
import type { WitnessMemory } from './witness-memory.ts';

/** What a witness answers, as HTTP says it. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422 | 500;
  readonly type: string;
  readonly body: string;
}

/** What its operator should know of. None of them is cosigned but `cosigned`. */
export type WitnessEvent =
  | { readonly kind: 'cosigned'; readonly origin: string; readonly size: number }
  /** A log asked to go on from another size than the last: after a restart mostly; `old` above `known` is no log's right. */
  | { readonly kind: 'stale'; readonly origin: string; readonly old: number; readonly known: number }
  /** The log signed two trees of which neither begins the other, or could not show that one does. */
  | { readonly kind: 'inconsistent'; readonly origin: string; readonly size: number; readonly known: number }
  /** A cosignature of this witness's own key is newer than what it remembers: its state was put back. */
  | { readonly kind: 'state-behind'; readonly origin: string; readonly size: number; readonly known: number }
  | { readonly kind: 'memory-failed'; readonly origin: string; readonly cause: unknown };

/** What a witness is made of. */
export interface WitnessParts {
  /** Keys of the logs that it cosigns; the name of a key is the origin of its log. A log may have several keys. */
  readonly logs: readonly NoteVerifier[];
  /** Its own key, for signing and for knowing its own signatures. */
  readonly signer: NoteSigner;
  readonly verifier: NoteVerifier;
  readonly memory: WitnessMemory;
  readonly report: (event: WitnessEvent) => void;
}

/**
 * A witness of transparency logs (https://c2sp.org/tlog-witness): cosigns a checkpoint only where it has been shown that its
 * tree begins with the one that it cosigned before.
 *
 * The look at what it remembers and the change of it are one step: nothing is awaited between them.
 */
export class Witness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** Answers one request. Never throws. */
  addCheckpoint(body: Uint8Array): WitnessAnswer {
    const request = parseAddCheckpoint(body);
    const unsigned = request === null ? null : openNote(request.note, []);
    const claimed = unsigned === null ? null : parseCheckpoint(unsigned.text);
    if (request === null || claimed === null) return answer(400, 'not a request to add a checkpoint');
    const keys = this.#parts.logs.filter((log) => log.name === claimed.origin);
    if (keys.length === 0) return answer(404, 'unknown log');
    const signed = this.#signedBy(request.note, keys);
    if (signed === null) return answer(403, 'not signed by a key of this log, or with a wrong signature');
    if (request.oldSize > claimed.size) return answer(400, 'old size is above the size of the checkpoint');
    return this.#decide(request, signed);
  }

  /**
   * The newest checkpoint that it cosigned of a log, as a signed note; null for a log that it never saw.
   *
   * @throws {Error} where what it remembers cannot be read, or does not carry its signature.
   */
  latest(origin: string): string | null {
    if (!this.#parts.logs.some((log) => log.name === origin)) return null;
    const note = this.#parts.memory.latest(origin);
    if (note !== null) this.#signedByUs(note, origin);
    return note;
  }

  #signedBy(note: string, keys: readonly NoteVerifier[]): OpenCheckpoint | null {
    // All keys of the log are known at once: a wrong signature of any of them makes the note a forged one.
    const opened = openNote(note, keys);
    if (opened === null) return null;
    const known = keys.find((key) => opened.verified.some(({ keyId }) => keyId === key.keyId));
    return known === undefined ? null : openCheckpoint(note, known);
  }

  #decide(request: AddCheckpoint, signed: OpenCheckpoint): WitnessAnswer {
    const { report } = this.#parts;
    const { origin, size } = signed.checkpoint;
    let known: Checkpoint;
    try {
      known = this.#remembered(origin);
    } catch (cause) {
      // INVARIANT: what cannot be read is never taken for a log that was not seen: that would cosign any history.
      report({ kind: 'memory-failed', origin, cause });
      return answer(500, 'what this witness remembers cannot be read');
    }
    if (size > known.size && this.#isOwn(signed)) report({ kind: 'state-behind', origin, size, known: known.size });
    if (request.oldSize !== known.size) {
      report({ kind: 'stale', origin, old: request.oldSize, known: known.size });
      return { status: 409, type: SIZE_TYPE, body: `${known.size}\n` };
    }
    const rest = { newSize: size, newRoot: signed.checkpoint.root, proof: request.proof };
    const isSame = size === known.size;
    if (isSame && !equalHashes(known.root, signed.checkpoint.root)) {
      report({ kind: 'inconsistent', origin, size, known: known.size });
      return answer(409, 'another root of that size was cosigned');
    }
    if (!verifyConsistency({ oldSize: known.size, oldRoot: known.root, ...rest })) {
      report({ kind: 'inconsistent', origin, size, known: known.size });
      return answer(422, 'the proof does not lead from what was cosigned to this checkpoint');
    }
    return this.#cosign(signed);
  }

  #cosign({ checkpoint: { origin, size }, text, logLine }: OpenCheckpoint): WitnessAnswer {
    const { signer, memory, report } = this.#parts;
    try {
      const note = signNote(text, [signer], [logLine]);
      const line = note.trimEnd().split('\n').at(-1) ?? '';
      memory.remember(origin, note);
      report({ kind: 'cosigned', origin, size });
      return answer(200, line);
    } catch (cause) {
      report({ kind: 'memory-failed', origin, cause });
      return answer(500, 'the checkpoint could not be remembered, so it is not cosigned');
    }
  }

  /** The checkpoint that was cosigned last; the empty tree where there is none. @throws {Error} where it is not what was written. */
  #remembered(origin: string): Checkpoint {
    const note = this.#parts.memory.latest(origin);
    return note === null ? { origin, size: 0, root: emptyRoot(), extensions: [] } : this.#signedByUs(note, origin);
  }

  #signedByUs(note: string, origin: string): Checkpoint {
    const opened = openNote(note, [this.#parts.verifier]);
    const checkpoint = opened === null || opened.verified.length === 0 ? null : parseCheckpoint(opened.text);
    if (checkpoint?.origin === origin) return checkpoint;
    throw new Error(`what is remembered of \`${origin}\` does not carry our signature`);
  }

  #isOwn({ text, unknown }: OpenCheckpoint): boolean {
    const { verifier } = this.#parts;
    return unknown.some((line) => {
      const parts = parseSignatureLine(line);
      if (parts === null || parts.name !== verifier.name || parts.keyId !== verifier.keyId) return false;
      return verifier.verify(text, parts.signature).ok;
    });
  }
}

function answer(status: WitnessAnswer['status'], line: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` };
}
