import { digitAt, isMonthDay, passesLuhn, remainder, weightedSum } from '../checksums.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

/** Numbers of people and companies in Poland and the Nordic countries. */
export const NORTHERN_IDS: readonly IdRule[] = [
  idRule({
    name: 'pl-pesel',
    pattern: '\\d{11}',
    firstRun: [11],
    shape: (compact) =>
      isMonthDay(`${String(Number(compact.slice(2, 4)) % 20).padStart(2, '0')}${compact.slice(4, 6)}`),
    check: (compact) => weightedSum(compact, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    context: /pesel|ewidencyjny/,
    bare: 'text',
  }),
  idRule({
    name: 'pl-nip',
    pattern: '\\d{3}-?\\d{2,3}-?\\d{2}-?\\d{2,3}',
    firstRun: [3, 10],
    check: (compact) =>
      compact.length === 10 && weightedSum(compact, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(compact, 9),
    context: /\bnip\b|podatk/,
  }),
  idRule({
    name: 'fi-hetu',
    pattern: '\\d{6}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]',
    firstRun: [6, 11],
    shape: (compact) => isMonthDay(`${compact.slice(2, 4)}${compact.slice(0, 2)}`),
    check: (compact) =>
      '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(remainder(compact.slice(0, 6) + compact.slice(-4, -1), 31)) ===
      compact.slice(-1),
    context: /hetu|henkil|identity code|personal id/,
    bare: 'text',
  }),
  idRule({
    name: 'se-personnummer',
    pattern: '(?:(?:18|19|20)?\\d{6})[-+]\\d{4}',
    firstRun: [6, 8],
    shape: isSwedishBirth,
    check: (compact) => passesLuhn(compact.slice(-10)),
    context: /personnummer|\bpnr\b|personal (?:id|number)|samordning/,
    bare: 'text',
  }),
  idRule({
    name: 'se-personnummer',
    pattern: '(?:19|20)\\d{10}',
    firstRun: [12],
    shape: isSwedishBirth,
    check: (compact) => passesLuhn(compact.slice(-10)),
    context: /personnummer|\bpnr\b/,
    bare: 'text',
  }),
  idRule({
    name: 'se-organisationsnummer',
    pattern: '[1-9]\\d[2-9]\\d{3}-\\d{4}',
    firstRun: [6],
    check: passesLuhn,
    context: /orgnr|orgnummer|organi[sz]ation|company/,
    bare: 'text',
  }),
  idRule({
    name: 'dk-cpr',
    pattern: '\\d{6}[- ]?\\d{4}',
    firstRun: [6, 10],
    shape: (compact) => isMonthDay(`${compact.slice(2, 4)}${compact.slice(0, 2)}`),
    context: /\bcpr\b|personnummer/,
  }),
  idRule({
    name: 'no-fodselsnummer',
    pattern: '\\d{6} ?\\d{5}',
    firstRun: [6, 11],
    shape: (compact) =>
      isMonthDay(`${compact.slice(2, 4)}${String(Number(compact.slice(0, 2)) % 40).padStart(2, '0')}`),
    check: (compact) =>
      weightedSum(compact, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weightedSum(compact, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    context: /dselsnummer|personnummer|\bfnr\b/,
    bare: 'text',
  }),
];

/** Month and day of the number; a day above 60 is a coordination number. */
function isSwedishBirth(compact: string): boolean {
  const [month, day] = [compact.slice(-8, -6), Number(compact.slice(-6, -4))];
  return isMonthDay(month + String(day > 60 ? day - 60 : day).padStart(2, '0'));
}
