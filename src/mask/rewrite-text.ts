import type { MaskedPlace } from './mask-text.ts';
import { trueText } from './mask-text.ts';
import type { MaskMemory } from './mask-memory.ts';
import { removalMark } from './shields.ts';
import { tokenClassOf } from './token-class.ts';

/** A place of a text that was decided on before. Half-open, in UTF-16 code units. */
export type DecidedPlace = Pick<MaskedPlace, 'start' | 'end' | 'action' | 'detectorId'>;

/**
 * Writes a text as it was decided before: under the same key the same places give the same bytes, whatever has become
 * known since. Learns no values; gives tokens to those that stand in the places.
 *
 * @param places by start, none overlapping, within the text.
 */
export function rewriteText(text: string, places: readonly DecidedPlace[], memory: MaskMemory): string {
  let written = '';
  let behind = 0;
  for (const { start, end, action, detectorId } of places) {
    const token =
      action === 'redact'
        ? null
        : memory.placeholders.tokenFor(tokenClassOf(detectorId), trueText(text, start, end, memory));
    if (token === null) memory.removedBy.add(detectorId);
    written += text.slice(behind, start) + (token ?? removalMark(detectorId));
    behind = end;
  }
  return written + text.slice(behind);
}
