import type { DetectorId } from '../../core/ids.ts';
import type { GatewayRules, OpaqueAction, OpaqueKind } from '../../core/gateway-rules.ts';
import { objectMembers } from '../json-spans.ts';
import { jsonString } from '../leaves/index.ts';
import type { OpaqueBlock } from '../leaves/index.ts';
import type { MessageFormat } from '../message-format.ts';

/** Reads the text of a document; null where it is none that can be read. The same bytes always give the same. */
export type ReadDocument = (
  bytes: Uint8Array,
  mediaType: string | null,
) => Promise<{ readonly text: string; readonly isWhole: boolean } | null>;

/** Stands in a decision for content that goes up no more. */
export const STRIPPED = 'dlp/opaque' as DetectorId;

/** What the policy says of content that nobody looked at. */
export function opaqueAction(rules: GatewayRules, block: OpaqueBlock): OpaqueAction {
  return rules.opaque[opaqueKind(block)];
}

/** Under which name a policy speaks of a block. */
export function opaqueKind({ kind }: OpaqueBlock): OpaqueKind {
  switch (kind) {
    case 'image':
    case 'media':
    case 'unknown':
      return kind;
    case 'pdf':
    case 'document':
    case 'file':
    case 'url':
      return 'document';
  }
}

/** The bytes of a block's inline data; null where it has none that is plain base64. */
export function opaqueData(bytes: Buffer, { data }: OpaqueBlock): Buffer | null {
  if (data === null) return null;
  const text = bytes.toString('latin1', data.start + 1, data.end - 1);
  return /^[A-Za-z0-9+/=_\-\s]*$/.test(text) ? Buffer.from(text, 'base64') : null;
}

/** A text block in the place of another; a mark of the prompt cache stays where it was. */
export function textBlock(bytes: Buffer, block: OpaqueBlock, format: MessageFormat, text: string): Buffer {
  const said = jsonString(text).toString('latin1');
  if (format === 'converse') return Buffer.from(`{"text":${said}}`, 'latin1');
  const mark = objectMembers(bytes, block.span)?.get('cache_control');
  const kept = mark === undefined ? '' : `,"cache_control":${bytes.toString('latin1', mark.start, mark.end)}`;
  return Buffer.from(`{"type":"text","text":${said}${kept}}`, 'latin1');
}

const NOUNS: Readonly<Record<OpaqueKind, string>> = {
  image: 'an image',
  document: 'a document',
  media: 'sound or video',
  unknown: 'content of an unknown kind',
};

/** What the model reads in the place of content that is left out. */
export function strippedNote(block: OpaqueBlock): string {
  return `[removed by Sallyport: ${NOUNS[opaqueKind(block)]} that could not be checked]`;
}

/** What the developer reads of content that is not let up. */
export function opaqueRefusal(block: OpaqueBlock, action: 'ask' | 'deny'): string {
  const noun = NOUNS[opaqueKind(block)];
  return action === 'ask'
    ? `Sallyport held this request back: it holds ${noun} that could not be checked. Send again to let it go; it is recorded that you did.`
    : `Sallyport refused this request: it holds ${noun} that could not be checked. From now on it is left out.`;
}
