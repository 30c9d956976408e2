import type { SealedCall, SealPlace, SeenCall } from '../core/seen-call.ts';
import { openContent, sealContent } from './content-box.ts';
import type { ContentKey } from './content-box.ts';
import { parseSeenCall, printSeenCall } from './seen-call-text.ts';

/**
 * Longest content that is sealed, in bytes of canonical JSON: as base64 a third of the longest record, so that the other
 * fields always have room. Commands that people and agents write are below a tenth of it.
 */
export const MAX_CONTENT_BYTES = 16_384;

/** A call that was opened, or why it could not be. */
export type OpenedCall =
  | { readonly ok: true; readonly text: string; readonly call: () => SeenCall | null }
  | { readonly ok: false; readonly problem: 'malformed' | 'altered' };

/**
 * Seals a call for its record. What the file system said is left out where it alone makes the content too long. Never
 * throws for anything an agent does.
 *
 * @param key null where the session has none.
 * @param nonce 12 fresh random bytes.
 */
export function sealCall(key: ContentKey | null, place: SealPlace, call: SeenCall, nonce: Uint8Array): SealedCall {
  if (key === null) return { sealed: null, why: 'no-key' };
  for (const kept of call.facts === null ? [call] : [call, { ...call, facts: null }]) {
    const text = printed(kept);
    if (text === null) return { sealed: null, why: 'not-text' };
    if (Buffer.byteLength(text) <= MAX_CONTENT_BYTES) return { sealed: sealContent(key, place, text, nonce) };
  }
  return { sealed: null, why: 'too-large' };
}

function printed(call: SeenCall): string | null {
  try {
    return printSeenCall(call);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Opens the content of a record. `text` names equal calls equally; `call` reads it, and gives null where it is none.
 */
export function openCall(key: ContentKey, place: SealPlace, sealed: string): OpenedCall {
  const opened = openContent(key, place, sealed);
  if (!opened.ok) return opened;
  return { ok: true, text: opened.text, call: () => parseSeenCall(opened.text) };
}
