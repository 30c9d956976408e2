import { digitAt, isMonthDay, passesMod1110 } from '../checksums.ts';
import { VAT } from './european-context.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

/** Numbers of people and companies in Germany. */
export const GERMAN_IDS: readonly IdRule[] = [
  idRule({
    name: 'de-tax-id',
    pattern: '[1-9]\\d{1,2}[ /]?\\d{3}[ /]?\\d{3}[ /]?\\d{2,3}',
    firstRun: [2, 3, 11],
    check: passesMod1110,
    // Of the first ten digits exactly one comes twice or three times.
    shape: (compact) => compact.length === 11 && [8, 9].includes(new Set(compact.slice(0, 10)).size),
    context: /steuer|\bidnr\b|\btin\b|tax.?id/,
  }),
  idRule({
    name: 'de-id-card',
    pattern: '[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\\d?D?',
    firstRun: [9, 10, 11],
    check: passesDocument,
    context: /personalausweis|ausweis|\bid.?card|\bperso\b|reisepass|\bpass\b|\bpass-|passport|identity/,
  }),
  idRule({
    name: 'de-id-card',
    pattern: '[CFGHJKLMNPRTVWXYZT]\\d{8}',
    firstRun: [9],
    context: /personalausweis|ausweis|\bid.?card|reisepass|\bpass\b|\bpass-|passport/,
    check: passesDocument,
  }),
  idRule({
    name: 'de-social-security',
    pattern: '\\d{2} ?\\d{6} ?[A-Z] ?\\d{3}',
    firstRun: [2, 12],
    shape: (compact) => isMonthDay(`${compact.slice(4, 6)}${compact.slice(2, 4)}`),
    check: passesRvnr,
    context: /\brvnr\b|sozialversicherung|rentenversicherung|\bsvnr\b/,
    bare: 'text',
  }),
  idRule({
    name: 'de-health-insurance',
    pattern: '[A-Z]\\d{9}',
    firstRun: [10],
    check: passesKvnr,
    context: /\bkvnr\b|kranken|versicher|\begk\b/,
    bare: 'text',
  }),
  idRule({
    name: 'de-vat-id',
    pattern: 'DE[ .]?[1-9]\\d{2}[ .-]?\\d{3}[ .-]?\\d{3}',
    firstRun: [2, 5, 11],
    check: (compact) => passesMod1110(compact.slice(2)),
    context: VAT,
    bare: 'text',
    anyCase: true,
  }),
  idRule({
    name: 'de-tax-number',
    pattern: '\\d{2,3}/\\d{3,4}/\\d{4,5}',
    firstRun: [2, 3],
    context: /steuer|st\.?-?nr|finanzamt|\btax\b/,
  }),
  idRule({
    name: 'de-driving-licence',
    pattern: '[A-Z][A-Z0-9]{2}\\d{6}[A-Z0-9]{2}',
    firstRun: [11],
    context: /f\u00c3?\u00bc?hrerschein|fuehrerschein|fahrerlaubnis|driv(?:ing|er)/,
    anyCase: true,
  }),
  idRule({
    name: 'de-doctor-number',
    pattern: '\\d{9}',
    firstRun: [9],
    context: /\blanr\b|\bbsnr\b|arztnummer|betriebsst/,
  }),
];

/** The last digit of a document's number by weights 7, 3, 1 (ICAO 9303), after 8 or 9 characters. */
function passesDocument(compact: string): boolean {
  const number = compact.replace(/D$/, '');
  let sum = 0;
  for (let at = 0; at < number.length - 1; at += 1)
    sum += ([7, 3, 1][at % 3] ?? 0) * Number.parseInt(number.charAt(at), 36);
  return sum % 10 === digitAt(number, number.length - 1);
}

/** Letters count as two digits, A being 01; each product by its cross sum. */
function passesRvnr(compact: string): boolean {
  const letter = String(compact.charCodeAt(8) - 64).padStart(2, '0');
  const digits = compact.slice(0, 8) + letter + compact.slice(9, 11);
  const products = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].map((weight, at) => weight * digitAt(digits, at));
  return (
    products.reduce((sum, product) => sum + Math.floor(product / 10) + (product % 10), 0) % 10 === digitAt(compact, 11)
  );
}

function passesKvnr(compact: string): boolean {
  const letter = String(compact.charCodeAt(0) - 64).padStart(2, '0');
  const digits = letter + compact.slice(1, 9);
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const product = (at % 2 === 0 ? 1 : 2) * digitAt(digits, at);
    sum += product > 9 ? product - 9 : product;
  }
  return sum % 10 === digitAt(compact, 9);
}
