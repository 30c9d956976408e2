import { digitAt, isMonthDay, passesLuhn, weightedSum } from '../checksums.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

const SSN = /\bssns?\b|social.{0,3}security|soc\.? sec|\btax.?payer|\btin\b/;
const MEDICARE = /medicare|\bmbi\b|beneficiary/;

/** Numbers of people and companies in the Americas. */
export const AMERICAN_IDS: readonly IdRule[] = [
  idRule({
    name: 'us-ssn',
    // Area 000, 666 and 900 to 999, group 00 and serial 0000 were never given out.
    pattern: '(?!000|666|9)\\d{3}([-.])(?!00)\\d{2}\\1(?!0000)\\d{4}',
    firstRun: [3],
    context: SSN,
    bare: 'anywhere',
  }),
  idRule({
    name: 'us-ssn',
    pattern: '(?!000|666|9)\\d{3} ?(?!00)\\d{2} ?(?!0000)\\d{4}',
    firstRun: [3, 9],
    context: SSN,
  }),
  idRule({
    name: 'us-itin',
    pattern: '9\\d{2}[- ]?(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-24-9])[- ]?\\d{4}',
    firstRun: [3, 9],
    context: /\bitin\b|tax.{0,14}\b(?:id|number|no)\b|taxpayer/,
  }),
  idRule({
    name: 'us-itin',
    pattern: '9\\d{2}-(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-24-9])-\\d{4}',
    firstRun: [3],
    context: SSN,
    bare: 'text',
  }),
  idRule({ name: 'us-ein', pattern: '\\d{2}-\\d{7}', firstRun: [2], context: /\bf?ein\b|employer.{0,3}id|tax.?id/ }),
  idRule({
    name: 'us-npi',
    pattern: '[12]\\d{3}[- ]?\\d{3}[- ]?\\d{3}',
    firstRun: [4, 10],
    // The check digit counts the prefix that marks a health application in the United States.
    check: (compact) => passesLuhn(`80840${compact}`),
    context: /\bnpi\b|national provider|provider.{0,3}(?:id|number)/,
  }),
  idRule({
    name: 'us-mbi',
    pattern:
      '[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\\d-?[AC-HJKMNP-RT-Y]{2}\\d{2}',
    firstRun: [4, 11],
    context: MEDICARE,
    bare: 'text',
    anyCase: true,
  }),
  idRule({
    name: 'us-aba-routing',
    pattern: '(?:0\\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\\d{2}-?\\d{4}-?\\d',
    firstRun: [4, 9],
    check: (compact) => weightedSum(compact, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
    context: /\baba\b|routing|\brtn\b|\bbank|\btransit/,
  }),
  idRule({
    name: 'us-passport',
    pattern: '(?:[A-Z]\\d{8}|\\d{9})',
    firstRun: [9],
    context: /passport|travel (?:document|card)/,
    anyCase: true,
  }),
  idRule({
    name: 'us-dea',
    pattern: '[ABCDEFGHJKLMPRSTUX][A-Z9]\\d{7}',
    firstRun: [9],
    check: (compact) => {
      const [odd, even] = [
        weightedSum(compact.slice(2), [1, 0, 1, 0, 1]),
        weightedSum(compact.slice(2), [0, 1, 0, 1, 0, 1]),
      ];
      return (odd + 2 * even) % 10 === digitAt(compact, 8);
    },
    context: /\bdea\b|medical|licen[cs]e|certificate|registrant|prescri/,
    bare: 'text',
  }),
  idRule({
    name: 'ca-sin',
    pattern: '(?!000|8)\\d{3}([- ])\\d{3}\\1\\d{3}',
    firstRun: [3],
    check: passesLuhn,
    context: /\bsin\b|social insurance|\bnas\b/,
    bare: 'text',
  }),
  idRule({
    name: 'ca-sin',
    pattern: '(?!000|8)\\d{9}',
    firstRun: [9],
    check: passesLuhn,
    context: /\bsin\b|social insurance|\bnas\b/,
  }),
  idRule({
    name: 'br-cpf',
    pattern: '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}',
    firstRun: [3],
    check: passesCpf,
    context: /\bcpf\b/,
    bare: 'anywhere',
  }),
  idRule({ name: 'br-cpf', pattern: '\\d{11}', firstRun: [11], check: passesCpf, context: /\bcpf\b|pessoa/ }),
  idRule({
    name: 'br-cnpj',
    pattern: '\\d{2}\\.\\d{3}\\.\\d{3}/\\d{4}-\\d{2}',
    firstRun: [2],
    check: passesCnpj,
    context: /\bcnpj\b/,
    bare: 'anywhere',
  }),
  idRule({ name: 'br-cnpj', pattern: '\\d{14}', firstRun: [14], check: passesCnpj, context: /\bcnpj\b|empresa/ }),
  idRule({
    name: 'mx-curp',
    pattern: '[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\\d',
    firstRun: [18],
    shape: (compact) => isMonthDay(compact.slice(6, 10)),
    context: /\bcurp\b/,
    bare: 'anywhere',
  }),
  idRule({
    name: 'mx-rfc',
    pattern: '[A-Z&]{4}\\d{6}[A-Z0-9]{2}[0-9A]',
    firstRun: [13],
    shape: (compact) => isMonthDay(compact.slice(6, 10)),
    context: /\brfc\b|contribuyente/,
    bare: 'text',
  }),
  idRule({ name: 'ar-dni', pattern: '\\d{2}\\.\\d{3}\\.\\d{3}', firstRun: [2], context: /\bdni\b|documento/ }),
  idRule({
    name: 'ar-cuit',
    pattern: '(?:2[03478]|3[034])-\\d{8}-\\d',
    firstRun: [2],
    check: (compact) => weightedSum(compact, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    context: /\bcui[tl]\b/,
    bare: 'text',
  }),
  idRule({
    name: 'cl-rut',
    pattern: '\\d{1,2}\\.\\d{3}\\.\\d{3}-[\\dKk]',
    firstRun: [1, 2],
    check: passesRut,
    context: /\bru[tn]\b/,
    bare: 'anywhere',
  }),
  idRule({
    name: 'cl-rut',
    pattern: '\\d{7,8}-?[\\dKk]',
    firstRun: [7, 8, 9],
    check: passesRut,
    context: /\bru[tn]\b/,
  }),
  idRule({
    name: 'co-cedula',
    pattern: '\\d{1,3}\\.?\\d{3}\\.?\\d{3}',
    firstRun: [1, 2, 3, 8, 9, 10],
    context: /\bc[e\u00c3].{0,2}dula\b/,
  }),
];

/** Two check digits by weights that fall to 2, each 0 where the remainder is below 2. */
function passesCpf(digits: string): boolean {
  if (isOneDigit(digits)) return false;
  return [9, 10].every((at) => {
    const weights = Array.from({ length: at }, (_, place) => at + 1 - place);
    return ((weightedSum(digits, weights) * 10) % 11) % 10 === digitAt(digits, at);
  });
}

function passesCnpj(digits: string): boolean {
  if (isOneDigit(digits)) return false;
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  return [12, 13].every((at) => {
    const rest = weightedSum(digits, weights.slice(13 - at)) % 11;
    return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, at);
  });
}

function passesRut(compact: string): boolean {
  const body = compact.slice(0, -1);
  let sum = 0;
  for (let at = body.length - 1, weight = 2; at >= 0; at -= 1, weight = weight === 7 ? 2 : weight + 1)
    sum += weight * digitAt(body, at);
  const rest = (11 - (sum % 11)) % 11;
  return compact.endsWith(rest === 10 ? 'K' : String(rest));
}

function isOneDigit(digits: string): boolean {
  return digits === digits.charAt(0).repeat(digits.length);
}
