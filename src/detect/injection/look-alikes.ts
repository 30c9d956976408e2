import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { isOrder } from './order-words.ts';
import { SURE } from './thresholds.ts';

const ID = detectorId('injection/look-alike-letters');

/** How far from a letter that is not what it seems the text is read as people read it. */
const AROUND_BYTES = 160;

/**
 * Letters that only look like ASCII ones, or that stand in ASCII words as nothing visible: full-width and mathematical
 * letters, Cyrillic and Greek ones beside Latin ones, zero-width characters and soft hyphens between letters.
 */
const DISGUISED =
  /\xef\xbc[\xa1-\xba]|\xef\xbd[\x81-\x9a]|\xf0\x9d[\x90-\x9f][\x80-\xbf]|\xf0\x9f\x85[\x80-\xbf]|[A-Za-z](?:[\xce\xcf\xd0\xd1][\x80-\xbf]|\xe2\x80[\x8b-\x8d]|\xc2\xad|\xe2\x81\xa0|\xcc[\x80-\xbf])|\xd0[\xb0-\xbf][A-Za-z]/g;

/** Orders to a model in letters that filters do not read and models do. */
export const LOOK_ALIKES: PassDetector = {
  how: 'pass',
  ids: [ID],
  reachBytes: 2 * AROUND_BYTES,
  matches({ bytes, latin1, isAscii }) {
    if (isAscii) return [];
    const found: KindMatch[] = [];
    for (const { index } of latin1.matchAll(DISGUISED)) {
      const start = Math.max(0, index - AROUND_BYTES);
      const end = Math.min(bytes.length, index + AROUND_BYTES);
      if (isOrder(asRead(latin1.slice(start, end)))) found.push({ id: ID, start, end, confidence: SURE });
    }
    return found;
  },
};

function asRead(latin1: string): string {
  return Buffer.from(latin1, 'latin1')
    .toString('utf8')
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '')
    .replaceAll(/[\u0370-\u04ff]/g, (letter) => LATIN_OF[letter] ?? letter);
}

const LATIN_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from(
    'аaеeоoрpсcуyхxіiјjѕsһhԁdӏlкkмmтtвbнnгrАAВBЕEКKМMНHОOРPСCТTХXІIΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaεeιiκkνvοoρpτtυu',
  )
    .map((letter, at, all) => [letter, all[at + 1] ?? ''] as const)
    .filter((_, at) => at % 2 === 0),
);
