import { rewriteText } from '../../mask/index.ts';
import type { MaskMemory } from '../../mask/index.ts';
import { jsonString } from '../leaves/index.ts';
import type { Edit } from '../leaves/index.ts';
import type { MessageFormat } from '../message-format.ts';
import { isReplacedByText } from './decide-opaque.ts';
import type { Decided } from './decide-texts.ts';
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
  memory: MaskMemory,
  decided: Pick<Decided, 'documents' | 'decisions' | 'isLookedAt'>,
): readonly Edit[] {
  const edits: Edit[] = [];
  let replacedTo = 0;
  for (const part of message.parts) {
    const span = part.kind === 'text' ? part.leaf.span : part.block.span;
    // What stands within a block that is replaced goes with it.
    if (span.start < replacedTo) continue;
    const by = part.kind === 'opaque' ? blockFor(message, part, format, memory, decided) : null;
    if (part.kind === 'opaque') {
      if (by === null) continue;
      edits.push({ span, by });
      replacedTo = span.end;
      continue;
    }
    const decision = decided.decisions.get(part.key);
    if (decision === undefined && decided.isLookedAt) throw new Error('a text was not decided on');
    const places = decision?.places ?? [];
    if (places.length > 0) edits.push({ span, by: jsonString(rewriteText(part.leaf.text, places, memory)) });
  }
  return edits;
}

function blockFor(
  { bytes }: MessageTexts,
  { block, key }: KeyedOpaque,
  format: MessageFormat,
  memory: MaskMemory,
  { documents, decisions }: Pick<Decided, 'documents' | 'decisions'>,
): Buffer | null {
  const decision = decisions.get(key);
  if (decision === undefined || decision.places.length === 0) return null;
  const text = documents.get(key);
  if (!isReplacedByText(decision) || text === undefined) return textBlock(bytes, block, format, strippedNote(block));
  const masked = rewriteText(text, decision.places, memory);
  return textBlock(bytes, block, format, `[Sallyport: the text of a document, in its place]\n${masked}`);
}
