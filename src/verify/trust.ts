import { parseVkey, vkeyKind } from '../tlog/index.ts';
import type { NoteVerifier } from '../tlog/index.ts';

/** What whoever verifies knows from elsewhere. */
export interface Trust {
  /** Keys that may have signed the log. Empty: the key that lies beside the log, which proves nothing against its host. */
  readonly keys: readonly TrustedKey[];
  /** Witnesses whose cosignature is demanded. */
  readonly witnesses: readonly TrustedKey[];
  /** Checkpoints that were kept in other places. */
  readonly anchors: readonly Anchor[];
}

/** Trust in nothing but what lies beside the log. */
export const NO_TRUST: Trust = { keys: [], witnesses: [], anchors: [] };

/** A verifier key and its text. */
export interface TrustedKey {
  readonly vkey: string;
  readonly verifier: NoteVerifier;
}

/** A place that keeps checkpoints of logs, out of reach of their hosts. */
export interface Anchor {
  /** For messages. */
  readonly place: string;
  /** All checkpoints that it holds of that log, as they lie there: not trusted beyond the fact that they were kept. */
  readonly read: (origin: string) => AsyncIterable<AnchoredNote>;
}

export interface AnchoredNote {
  /** For messages: a path, object or commit. */
  readonly where: string;
  /** Null where what lies there is no text. */
  readonly note: string | null;
}

/** Reads a verifier key of that kind. Null where the text is none. */
export function trustedKey(text: string, kind: 'log' | 'witness'): TrustedKey | null {
  const vkey = text.trim();
  const verifier = parseVkey(vkey);
  return verifier === null || vkeyKind(vkey) !== kind ? null : { vkey, verifier };
}
