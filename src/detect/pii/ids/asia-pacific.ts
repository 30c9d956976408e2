import { digitAt, isMonthDay, passesLuhn, passesVerhoeff, weightedSum } from '../checksums.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

const GST_STATE = '(?:0[1-9]|[12]\\d|3[0-8]|97)';

/** Numbers of people and companies in Asia, Australia and Africa. */
export const ASIAN_IDS: readonly IdRule[] = [
  idRule({
    name: 'in-aadhaar',
    pattern: '[2-9]\\d{3}([- ])\\d{4}\\1\\d{4}',
    firstRun: [4],
    check: passesVerhoeff,
    context: /aadh?aar|uidai/,
    bare: 'text',
  }),
  idRule({
    name: 'in-aadhaar',
    pattern: '[2-9]\\d{11}',
    firstRun: [12],
    check: passesVerhoeff,
    context: /aadh?aar|uidai|\buid\b/,
  }),
  idRule({
    name: 'in-pan',
    // The fourth letter says what holds the number: a person, a company, a trust.
    pattern: '[A-Z]{3}[ABCFGHLJPTKN][A-Z]\\d{4}[A-Z]',
    firstRun: [10],
    context: /\bpan\b|permanent account|income tax/,
    bare: 'text',
  }),
  idRule({
    name: 'in-pan',
    pattern: '[A-Z]{5}\\d{4}[A-Z]',
    firstRun: [10],
    context: /\bpan\b|permanent account/,
    anyCase: true,
  }),
  idRule({
    name: 'in-gstin',
    pattern: `${GST_STATE}[A-Z]{5}\\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]`,
    firstRun: [15],
    context: /gst/,
    bare: 'text',
  }),
  idRule({
    name: 'in-voter',
    pattern: '[A-Z]{3}\\d{7}',
    firstRun: [10],
    context: /\bvot(?:e|er|ing)|\bepic\b|election/,
    anyCase: true,
  }),
  idRule({ name: 'in-passport', pattern: '[A-Z][1-9]\\d{6}', firstRun: [8], context: /passport/, anyCase: true }),
  idRule({
    name: 'in-vehicle-registration',
    pattern: '[A-Z]{2} ?\\d{1,2} ?[A-Z]{1,3} ?\\d{4}',
    firstRun: [3, 4, 8, 9, 10, 11],
    context: /vehicle|registration|number plate|licen[cs]e plate/,
  }),
  idRule({
    name: 'au-tfn',
    pattern: '\\d{3} ?\\d{3} ?\\d{3}',
    firstRun: [3, 9],
    check: (compact) => weightedSum(compact, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    context: /\btfn\b|tax file/,
  }),
  idRule({
    name: 'au-abn',
    pattern: '\\d{2} \\d{3} \\d{3} \\d{3}',
    firstRun: [2],
    check: passesAbn,
    context: /\babn\b|business number/,
    bare: 'text',
  }),
  idRule({ name: 'au-abn', pattern: '\\d{11}', firstRun: [11], check: passesAbn, context: /\babn\b|business number/ }),
  idRule({
    name: 'au-acn',
    pattern: '\\d{3} ?\\d{3} ?\\d{3}',
    firstRun: [3, 9],
    check: (compact) => (10 - (weightedSum(compact, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digitAt(compact, 8),
    context: /\bacn\b|company number/,
  }),
  idRule({
    name: 'au-medicare',
    pattern: '[2-6]\\d{3} \\d{5} \\d',
    firstRun: [4],
    check: passesMedicare,
    context: /medicare/,
    bare: 'text',
  }),
  idRule({ name: 'au-medicare', pattern: '[2-6]\\d{9}', firstRun: [10], check: passesMedicare, context: /medicare/ }),
  idRule({
    name: 'sg-nric',
    pattern: '[STFGM]\\d{7}[A-Z]',
    firstRun: [9],
    check: passesNric,
    context: /nric|\bfin\b|singapore/,
    bare: 'text',
  }),
  idRule({
    name: 'sg-nric',
    pattern: '[STFGM]\\d{7}[A-Z]',
    firstRun: [9],
    context: /nric|\bfin\b|singapore/,
    anyCase: true,
  }),
  idRule({
    name: 'sg-uen',
    pattern: '(?:\\d{8}[A-Z]|(?:19|20)\\d{7}[A-Z]|[RST]\\d{2}[A-Z]{2}\\d{4}[A-Z])',
    firstRun: [9, 10],
    context: /\buen\b|entity number/,
  }),
  idRule({
    name: 'kr-rrn',
    pattern: '\\d{6}-[1-8]\\d{6}',
    firstRun: [6],
    shape: (compact) => isMonthDay(compact.slice(2, 6)),
    context: /\brrn\b|\bfrn\b|resident|korea/,
    bare: 'text',
  }),
  idRule({
    name: 'kr-rrn',
    pattern: '\\d{6}[1-8]\\d{6}',
    firstRun: [13],
    shape: (compact) => isMonthDay(compact.slice(2, 6)),
    context: /\brrn\b|\bfrn\b|resident reg|korea/,
  }),
  idRule({
    name: 'kr-brn',
    pattern: '\\d{3}-\\d{2}-\\d{5}',
    firstRun: [3],
    check: (compact) =>
      (10 - ((weightedSum(compact, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((digitAt(compact, 8) * 5) / 10)) % 10)) %
        10 ===
      digitAt(compact, 9),
    context: /\bbrn\b|business/,
    bare: 'text',
  }),
  idRule({
    name: 'kr-driving-licence',
    pattern: '(?:1[1-9]|2[0-8])([- ])\\d{2}\\1\\d{6}\\1\\d{2}',
    firstRun: [2],
    context: /licen[cs]e|driver/,
    bare: 'text',
  }),
  idRule({
    name: 'kr-passport',
    pattern: '[MSROD](?:\\d{3}[A-Z]\\d{4}|\\d{8})',
    firstRun: [9],
    context: /passport|\u00ec\u0097\u00ac\u00ea\u00b6\u008c/,
    anyCase: true,
  }),
  idRule({
    name: 'th-national-id',
    pattern: '[1-8]\\d{12}',
    firstRun: [13],
    check: passesThai,
    context:
      /\bthai|tnin|\u00e0\u00b8\u00a3\u00e0\u00b8\u00b0\u00e0\u00b8\u0088\u00e0\u00b8\u00b3\u00e0\u00b8\u0095\u00e0\u00b8\u00b1\u00e0\u00b8\u00a7/,
  }),
  idRule({
    name: 'th-national-id',
    pattern: '[1-8]-\\d{4}-\\d{5}-\\d{2}-\\d',
    firstRun: [1],
    check: passesThai,
    context: /\bthai/,
    bare: 'text',
  }),
  idRule({
    name: 'cn-resident-id',
    pattern: '[1-8]\\d{5}(?:19|20)\\d{9}[\\dXx]',
    firstRun: [18],
    shape: (compact) => isMonthDay(compact.slice(10, 14)),
    // ISO 7064, MOD 11-2.
    check: (compact) =>
      '10X98765432'.charAt(weightedSum(compact, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) ===
      compact.charAt(17),
    context: /resident|identity/,
    bare: 'anywhere',
  }),
  idRule({
    name: 'tw-national-id',
    pattern: '[A-Z][12]\\d{8}',
    firstRun: [10],
    check: (compact) => {
      const letter = 10 + 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(compact.charAt(0));
      const sum =
        Math.floor(letter / 10) + 9 * (letter % 10) + weightedSum(compact.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
      return sum % 10 === 0;
    },
    context: /taiwan|national id|identity/,
    bare: 'text',
  }),
  idRule({
    name: 'hk-id-card',
    pattern: '[A-Z]{1,2}\\d{6}\\([0-9A]\\)',
    firstRun: [7, 8],
    context: /hkid|hong kong|identity/,
    bare: 'text',
  }),
  idRule({
    name: 'jp-my-number',
    pattern: '\\d{4}[- ]?\\d{4}[- ]?\\d{4}',
    firstRun: [4, 12],
    check: passesMyNumber,
    context: /my.?number|individual number|\u00e3\u0083\u009e\u00e3\u0082\u00a4\u00e3\u0083\u008a/,
  }),
  idRule({ name: 'il-id', pattern: '\\d{9}', firstRun: [9], check: passesLuhn, context: /teudat|israeli? id/ }),
  idRule({
    name: 'za-id',
    pattern: '\\d{10}[012][89]?\\d{1,2}',
    firstRun: [13],
    shape: isSouthAfrican,
    check: passesLuhn,
    context: /south africa|\bid\b|identity|permanent resident/,
    bare: 'text',
  }),
  idRule({
    name: 'ph-tin',
    pattern: '\\d{3}-\\d{3}-\\d{3}(?:-\\d{3,5})?',
    firstRun: [3],
    check: passesPhilippine,
    context: /\btin\b|tax/,
    bare: 'text',
  }),
  idRule({
    name: 'ph-tin',
    pattern: '\\d{9}(?:\\d{3})?',
    firstRun: [9, 12],
    check: passesPhilippine,
    context: /\btin\b|tax.?id/,
  }),
];

function passesAbn(digits: string): boolean {
  return (weightedSum(digits, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0;
}

function passesMedicare(digits: string): boolean {
  return weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(digits, 8);
}

function passesNric(compact: string): boolean {
  const first = compact.charAt(0);
  const sum = weightedSum(compact.slice(1), [2, 7, 6, 5, 4, 3, 2]) + ({ T: 4, G: 4, M: 3 }[first] ?? 0);
  if (first === 'S' || first === 'T') return 'JZIHGFEDCBA'.charAt(sum % 11) === compact.charAt(8);
  if (first === 'M') return 'XWUTRQPNJLK'.charAt(10 - (sum % 11)) === compact.charAt(8);
  return 'XWUTRQPNMLK'.charAt(sum % 11) === compact.charAt(8);
}

function passesThai(digits: string): boolean {
  return (11 - (weightedSum(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(digits, 12);
}

function passesMyNumber(digits: string): boolean {
  const rest = weightedSum(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, 11);
}

function isSouthAfrican(digits: string): boolean {
  return isMonthDay(digits.slice(2, 6)) && digitAt(digits, 10) <= 2;
}

function passesPhilippine(digits: string): boolean {
  return weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 === digitAt(digits, 8);
}
