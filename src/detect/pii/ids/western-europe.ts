import { passesLuhn, remainder, weightedSum } from '../checksums.ts';
import { PASSPORT, VAT } from './european-context.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

/** Numbers of people and companies in France, Spain, Italy and the Netherlands. */
export const WESTERN_IDS: readonly IdRule[] = [
  idRule({
    name: 'fr-nir',
    // Sex, year, month, department (with Corsica's letters), commune, order, key.
    pattern: '[1-478] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}',
    firstRun: [1, 15],
    check: (compact) => {
      const body = compact.slice(0, 13).replace('2A', '19').replace('2B', '18');
      return 97 - remainder(body, 97) === Number(compact.slice(13));
    },
    context: /s.{1,2}curit.{1,2} sociale|\bnir\b|insee|\bsecu\b/,
    bare: 'text',
  }),
  idRule({
    name: 'es-nif',
    pattern: '\\d{8}-?[A-HJ-NP-TV-Z]',
    firstRun: [8, 9],
    check: passesNif,
    context: /\bdni\b|\bnif\b|identidad/,
    bare: 'text',
    anyCase: true,
  }),
  idRule({
    name: 'es-nie',
    pattern: '[XYZ]-?\\d{7}-?[A-HJ-NP-TV-Z]',
    firstRun: [8, 9],
    check: (compact) => passesNif(compact.replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)))),
    context: /\bnie\b|extranjero/,
    bare: 'text',
    anyCase: true,
  }),
  idRule({ name: 'es-passport', pattern: '[A-Z]{2,3}\\d{6}', firstRun: [8, 9], context: PASSPORT, anyCase: true }),
  idRule({
    name: 'it-fiscal-code',
    // Digits may be letters where two people would share a code.
    pattern: '[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]',
    firstRun: [16],
    context: /codice fiscale|\bc\.?f\.?\b|fiscal/,
    bare: 'text',
  }),
  idRule({
    name: 'it-vat-code',
    pattern: '\\d{11}',
    firstRun: [11],
    shape: (compact) => !/^0{7}/.test(compact),
    check: passesLuhn,
    context: VAT,
  }),
  idRule({
    name: 'it-identity-card',
    pattern: '(?:[A-Z]{2}\\d{7}|[A-Z]{2}\\d{5}[A-Z]{2}|\\d{7}[A-Z]{2})',
    firstRun: [9],
    context: /carta d|identit|\bcie\b/,
    anyCase: true,
  }),
  idRule({ name: 'it-passport', pattern: '[A-Z]{2}\\d{7}', firstRun: [9], context: PASSPORT, anyCase: true }),
  idRule({
    name: 'it-driving-licence',
    pattern: '(?:[A-Z]{2}\\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z])',
    firstRun: [10],
    context: /patente|licen[cs]e/,
    anyCase: true,
  }),
  idRule({
    name: 'nl-bsn',
    pattern: '\\d{4}[. ]?\\d{2}[. ]?\\d{3}',
    firstRun: [4, 9],
    check: (compact) => weightedSum(compact, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    context: /\bbsn\b|burgerservice|sofi|citizen service/,
  }),
];

function passesNif(compact: string): boolean {
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(compact.slice(0, 8)) % 23) === compact.charAt(8);
}
