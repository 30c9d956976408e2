import { digitAt, isMonthDay, weightedSum } from '../checksums.ts';
import { PASSPORT } from './european-context.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

/** Numbers of people in the United Kingdom. */
export const BRITISH_IDS: readonly IdRule[] = [
  idRule({
    name: 'uk-nino',
    pattern: '(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?)\\d{2}\\1\\d{2}\\1\\d{2}\\1[A-D]',
    firstRun: [4, 9],
    context: /national insurance|\bnino?\b/,
    bare: 'text',
    anyCase: true,
  }),
  idRule({
    name: 'uk-nino',
    pattern: '(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \\d{2} \\d{2} \\d{2} [A-D]',
    firstRun: [2],
    context: /national insurance|\bnino?\b/,
    bare: 'text',
  }),
  idRule({
    name: 'uk-nhs',
    pattern: '\\d{3}([- ])\\d{3}\\1\\d{4}',
    firstRun: [3],
    check: passesNhs,
    context: /\bnhs\b|health service|patient/,
  }),
  idRule({ name: 'uk-nhs', pattern: '\\d{10}', firstRun: [10], check: passesNhs, context: /\bnhs\b|health service/ }),
  idRule({
    name: 'postal-code',
    pattern: '(?:GIR 0AA|[A-PR-UWYZ](?:\\d{1,2}|[A-HK-Y]\\d[\\dABEHMNPRV-Y]?|\\d[A-HJKPS-UW]) \\d[ABD-HJLNP-UW-Z]{2})',
    firstRun: [2, 3, 4],
    context: /post ?code|address|\buk\b|united kingdom/,
    bare: 'text',
  }),
  idRule({
    name: 'uk-driving-licence',
    // Five letters of the name, decade, month (with 50 added for women), day, year, initials.
    pattern: '[A-Z]{1,5}9{0,4}\\d[0156]\\d[0-3]\\d{2}[A-Z9]{2}[A-Z0-9]{2}[A-Z]{0,1}',
    firstRun: [15, 16],
    shape: (compact) => {
      const born = compact.slice(5, 11);
      return /^\d{6}$/.test(born) && isMonthDay(`${digitAt(born, 1) % 5}${born.slice(2, 5)}`);
    },
    context: /licen[cs]e|driving|\bdvla\b/,
    bare: 'text',
    anyCase: true,
  }),
  idRule({
    name: 'uk-passport',
    pattern: '(?:\\d{9}|[A-Z]{2}\\d{7})',
    firstRun: [9],
    context: PASSPORT,
    anyCase: true,
  }),
];

function passesNhs(digits: string): boolean {
  const rest = 11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return rest % 11 === digitAt(digits, 9) && rest !== 10;
}
