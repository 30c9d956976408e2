import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { isAlphanumeric, kindAt } from './character-kind.ts';
import { isMadeUp } from './placeholder.ts';

const ID = detectorId('secret/discord-token');
const TIME_LENGTH = 6;

/**
 * Tokens of Discord's bots: the number of the account in base64, a time and a signature between dots. Nothing in them is
 * fixed, so that they are looked for by the distance of the dots.
 */
export const DISCORD_TOKEN: PassDetector = {
  how: 'pass',
  ids: [ID],
  reachBytes: 120,
  matches({ latin1 }) {
    const found: KindMatch[] = [];
    for (let dot = latin1.indexOf('.'); dot >= 0; dot = latin1.indexOf('.', dot + 1)) {
      if (latin1.charCodeAt(dot + TIME_LENGTH + 1) !== 0x2e || !isAlphanumeric(kindAt(latin1, dot - 1))) continue;
      const match = tokenAround(latin1, dot);
      if (match !== null) found.push(match);
    }
    return found;
  },
};

const ACCOUNT = /(?<![A-Za-z0-9_-])[MNO][A-Za-z0-9_-]{22,25}$/;
const TIME_AND_SIGNATURE = /\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}/y;

function tokenAround(latin1: string, dot: number): KindMatch | null {
  const account = ACCOUNT.exec(latin1.slice(Math.max(0, dot - 30), dot));
  TIME_AND_SIGNATURE.lastIndex = dot;
  const rest = TIME_AND_SIGNATURE.exec(latin1);
  if (account === null || rest === null || isMadeUp(rest[0]) || !/\d/.test(rest[0])) return null;
  const isNumber = /^\d{15,20}$/.test(Buffer.from(account[0], 'base64').toString('latin1'));
  return { id: ID, start: dot - account[0].length, end: dot + rest[0].length, confidence: isNumber ? 0.9 : 0.7 };
}
