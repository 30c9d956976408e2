import { digitAt, isMonthDay, passesLuhn, passesMod1110, remainder, weightedSum } from '../checksums.ts';
import { idRule } from './id-rule.ts';
import type { IdRule } from './id-rule.ts';

const PASSPORT = /passport|passeport|pasaporte|passaporto|reisepass|\bpass(?:port)?-?nr|paspoort|paszport|passnummer/;
const VAT = /\bvat\b|umsatzsteuer|\bust\b|\bust-|\btva\b|partita iva|p\.? ?iva|\bbtw\b|\bcif\b|\bnif\b/;

/** Numbers of people and companies in Europe, country by country. */
export const EUROPEAN_IDS: readonly IdRule[] = [
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

function passesNhs(digits: string): boolean {
  const rest = 11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return rest % 11 === digitAt(digits, 9) && rest !== 10;
}

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

function passesNif(compact: string): boolean {
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(compact.slice(0, 8)) % 23) === compact.charAt(8);
}

/** Month and day of the number; a day above 60 is a coordination number. */
function isSwedishBirth(compact: string): boolean {
  const [month, day] = [compact.slice(-8, -6), Number(compact.slice(-6, -4))];
  return isMonthDay(month + String(day > 60 ? day - 60 : day).padStart(2, '0'));
}

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
