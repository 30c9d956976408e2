import type { SessionId, Sha256 } from '../../core/ids.ts';

/** What a piece holds: a message, a part of the system prompt or of the rest of a request, a block of a reply, or a list. */
export type PieceKind = 'message' | 'system' | 'frame' | 'block' | 'request' | 'reply';

/** The text as the model service had it, or as the client had it. */
export type PieceForm = 'masked' | 'original';

/** A text that is kept once. */
export interface Piece {
  readonly kind: PieceKind;
  readonly form: PieceForm;
  /** Whether only the holder of the session's key may read it. */
  readonly isSealed: boolean;
  readonly text: string;
}

/** Where a piece lies in the file of its session, and the digest of the bytes there. */
export interface PieceRef {
  readonly at: number;
  readonly bytes: number;
  readonly sha256: Sha256;
}

/** The contents of one session, open for more. */
export interface SessionContents {
  /** Puts a piece at the end. It is certain only once a later {@link flush} resolves. */
  add(piece: Piece): PieceRef;
  /**
   * Resolves when all that was added so far would survive a power cut.
   *
   * @throws {Error} where that failed. Nothing added since the last success counts, and this object takes no more.
   */
  flush(): Promise<void>;
}

/** Where the contents of sessions are kept. */
export interface ContentStore {
  /**
   * The contents of a session: the same object until it fails. Null where the session's key is gone.
   *
   * @throws {Error} where they cannot be opened.
   */
  open(sessionId: SessionId): Promise<SessionContents | null>;
}
