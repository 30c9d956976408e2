import { detectorId } from '../../core/ids.ts';
import type { KindMatch, ScanText } from '../scan/detector.ts';
import { remainder } from './checksums.ts';

export const IBAN = detectorId('pii/iban');

/** The account number that starts at a run of letters and digits, by its country's length and its check digits. */
export function ibanAt(text: ScanText, start: number): KindMatch | null {
  SHAPE.lastIndex = start;
  if (!SHAPE.test(text.latin1)) return null;
  const length = LENGTHS[text.latin1.slice(start, start + 2).toUpperCase()];
  if (length === undefined) return null;
  let compact = '';
  let at = start;
  for (const limit = start + 2 * length; compact.length < length && at < limit; at += 1) {
    const character = text.latin1.charAt(at);
    if (/[0-9A-Za-z]/.test(character)) compact += character.toUpperCase();
    else if (character !== ' ' && character !== '-') break;
  }
  const written = text.latin1.slice(start + 4, at);
  if (written !== written.toUpperCase() && written !== written.toLowerCase()) return null;
  if (compact.length < length || /[0-9A-Za-z_]/.test(text.latin1.charAt(at))) return null;
  // ISO 13616: the first four characters go to the end, and the remainder by 97 is 1.
  if (remainder(compact.slice(4) + compact.slice(0, 4), 97) !== 1) return null;
  return { id: IBAN, start, end: at, confidence: 1 };
}

const SHAPE = /[A-Z]{2}\d{2}[- ]?[0-9A-Z]{2,4}/iy;

/** Lengths by country, as the registry of ISO 13616 lists them. */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
};
