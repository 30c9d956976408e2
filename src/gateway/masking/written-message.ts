import { rewriteText } from '../../mask/index.ts';
import { jsonString } from '../leaves/index.ts';
import type { Edit } from '../leaves/index.ts';
import type { MessageFormat } from '../message-format.ts';
import { isReplacedByText } from './decide-opaque.ts';
import type { Decided } from './decide-texts.ts';
import type { ChainKey } from './leaf-decision.ts';
import type { MaskSession } from './mask-session.ts';
import type { KeyedOpaque, MessageTexts } from './message-texts.ts';
import { strippedNote, textBlock } from './opaque.ts';

/**
 * What each decision makes of a message; only its decided texts change.
 *
 * @throws {Error} where texts are looked at, and of one it is not known what to do.
 */
export function editsOf(
  message: MessageTexts,
  format: MessageFormat,
  session: MaskSession,
  { documents, leftOut, isLookedAt }: Omit<Decided, 'refusal' | 'injections'>,
): readonly Edit[] {
  const edits: Edit[] = [];
  let replacedTo = 0;
  for (const part of message.parts) {
    const span = part.kind === 'text' ? part.leaf.span : part.block.span;
    // What stands within a block that is replaced goes with it.
    if (span.start < replacedTo) continue;
    const by = part.kind === 'opaque' ? blockFor(message, part, format, session, documents) : null;
    if (part.kind === 'opaque') {
      if (by === null) continue;
      edits.push({ span, by });
      replacedTo = span.end;
      continue;
    }
    const decision = leftOut.get(part.key) ?? session.decisionOf(part.key);
    // More texts in one request than are remembered: what nobody knows of any more must not go up as it is.
    if (decision === null && isLookedAt) throw new Error('a text was not decided on');
    const places = decision?.places ?? [];
    if (places.length > 0) edits.push({ span, by: jsonString(rewriteText(part.leaf.text, places, session.memory)) });
  }
  return edits;
}

function blockFor(
  { bytes }: MessageTexts,
  { block, key }: KeyedOpaque,
  format: MessageFormat,
  session: MaskSession,
  documents: ReadonlyMap<ChainKey, string>,
): Buffer | null {
  const decision = session.decisionOf(key);
  if (decision === null || decision.places.length === 0) return null;
  const text = documents.get(key);
  if (!isReplacedByText(decision) || text === undefined) return textBlock(bytes, block, format, strippedNote(block));
  const masked = rewriteText(text, decision.places, session.memory);
  return textBlock(bytes, block, format, `[Sallyport: the text of a document, in its place]\n${masked}`);
}
