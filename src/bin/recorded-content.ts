import type { SessionId } from '../core/ids.ts';
import type { SeenCall } from '../core/seen-call.ts';
import type { DecisionRecord, NotDecided } from '../replay/index.ts';
import { openCall } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';
import { readContentKey } from './content-keys.ts';

/** The content of a recorded call, or why there is none to be had. */
export type RecordedCall =
  | { readonly kind: 'call'; readonly text: string; readonly read: () => SeenCall | null }
  | { readonly kind: 'none'; readonly why: NotDecided };

/** Opens the content of records with the keys of a folder, each of which is read once. */
export function recordedContent(keysFolder: string): (decision: DecisionRecord) => RecordedCall {
  const keys = new Map<SessionId, ContentKey | null>();
  const keyOf = (id: SessionId): ContentKey | null => {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const key = readContentKey(keysFolder, id);
    keys.set(id, key);
    return key;
  };
  return ({ content }) => {
    if (content.kind === 'not-by-policy' || content.kind === 'by-content') return { kind: 'none', why: content.kind };
    if (content.kind === 'unsealed') return { kind: 'none', why: content.why };
    const key = keyOf(content.place.sessionId);
    if (key === null) return { kind: 'none', why: 'key-gone' };
    const opened = openCall(key, content.place, content.sealed);
    if (!opened.ok) return { kind: 'none', why: opened.problem };
    return { kind: 'call', text: opened.text, read: opened.call };
  };
}
