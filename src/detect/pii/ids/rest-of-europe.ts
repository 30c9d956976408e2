import { digitAt, isMonthDay, remainder, weightedSum } from '../checksums.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

/** Numbers of people in the other countries of Europe, and in Türkiye. */
export const OTHER_EUROPEAN_IDS: readonly IdRule[] = [
  idRule({
    name: 'be-national-number',
    pattern: '\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}',
    firstRun: [2],
    check: passesBelgian,
    context: /rijksregister|registre national|national number/,
    bare: 'anywhere',
  }),
  idRule({
    name: 'be-national-number',
    pattern: '\\d{11}',
    firstRun: [11],
    check: passesBelgian,
    context: /rijksregister|registre national|national (?:register )?number/,
  }),
  idRule({
    name: 'ch-ahv',
    pattern: '756\\.?\\d{4}\\.?\\d{4}\\.?\\d{2}',
    firstRun: [3, 13],
    check: (compact) => weightedSum(compact, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    context: /\bahv\b|\bavs\b|sozialversicherung/,
    bare: 'text',
  }),
  idRule({
    name: 'at-svnr',
    pattern: '[1-9]\\d{3} ?\\d{6}',
    firstRun: [4, 10],
    check: (compact) => weightedSum(compact, [3, 7, 9, -1, 5, 8, 4, 2, 1, 6]) % 11 === 0,
    context: /sozialversicherung|svnr|versicherungsnummer/,
  }),
  idRule({
    name: 'pt-nif',
    pattern: '[1-35689]\\d{2} ?\\d{3} ?\\d{3}',
    firstRun: [3, 9],
    check: (compact) =>
      ((11 - (weightedSum(compact, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digitAt(compact, 8),
    context: /\bnif\b|contribuinte/,
  }),
  idRule({
    name: 'cz-birth-number',
    pattern: '\\d{6}/\\d{4}',
    firstRun: [6],
    shape: (compact) =>
      isMonthDay(`${String(Number(compact.slice(2, 4)) % 50).padStart(2, '0')}${compact.slice(4, 6)}`),
    check: (compact) => remainder(compact, 11) === 0,
    context: /rodn/,
    bare: 'text',
  }),
  idRule({
    name: 'ro-cnp',
    pattern: '[1-8]\\d{12}',
    firstRun: [13],
    shape: (compact) => isMonthDay(compact.slice(3, 7)),
    check: (compact) => (weightedSum(compact, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11) % 10 === digitAt(compact, 12),
    context: /\bcnp\b|cod numeric/,
  }),
  idRule({
    name: 'tr-national-id',
    pattern: '[1-9]\\d{10}',
    firstRun: [11],
    check: passesTurkish,
    context: /\btc(?:kn)?\b|t\.c\.|kimlik|turkish/,
    bare: 'text',
  }),
];

/** The key counts the birth year's century: a 2 goes before the number for those born since 2000. */
function passesBelgian(digits: string): boolean {
  const key = Number(digits.slice(9));
  return [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((body) => 97 - remainder(body, 97) === key);
}

function passesTurkish(digits: string): boolean {
  const odd = weightedSum(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weightedSum(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const sum = weightedSum(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  return (((7 * odd - even) % 10) + 10) % 10 === digitAt(digits, 9) && sum % 10 === digitAt(digits, 10);
}
