import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';

/** A number or a date that only the words before it tell. */
interface Label {
  readonly name: string;
  readonly keywords: readonly string[];
  /** From the keyword on, bounded; the value is the group `value`. */
  readonly pattern: string;
}

const IS = `(?:['"]?[ \\t]{0,3}(?:[:=#]|->|is|was|are|of)[ \\t]{0,3}){0,2}['"]?[ \\t]{0,2}`;
const NUMBER = `(?:[ _-]?(?:number|num|no\\.?|nr\\.?|#|id|code)){0,2}`;
const CODE = `(?<value>[A-Z]?\\d{2,6}(?:[ -]\\d{2,6}){1,4}|(?=[A-Z0-9-]{0,16}\\d[A-Z0-9-]{0,8}\\d)[A-Z0-9](?:-?[A-Z0-9]){4,18})`;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const DATE =
  `(?<value>\\d{1,2}[-/. ]\\d{1,2}[-/. ]\\d{2,4}|\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|` +
  `\\d{1,2}(?:st|nd|rd|th)?[ -](?:of )?${MONTH}\\.?,?[ -]\\d{2,4}|${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{2,4})`;

const LABELS: readonly Label[] = [
  {
    name: 'driver-licence',
    keywords: ['licence', 'license', 'driving permit'],
    pattern: `(?:licen[cs]e|driving permit)${NUMBER}${IS}${CODE}`,
  },
  { name: 'driver-licence', keywords: ['dl number', 'dl no', 'dln:'], pattern: `dl(?:n|${NUMBER})${IS}${CODE}` },
  { name: 'passport', keywords: ['passport'], pattern: `passport${NUMBER}${IS}${CODE}` },
  {
    name: 'bank-account',
    keywords: ['account', 'acct'],
    pattern: `(?:account|acct\\.?)${NUMBER}${IS}(?<value>\\d{4}[- ]?\\d{2,4}[- ]?\\d{2,4}(?:[- ]?\\d{1,5}){0,2})`,
  },
  {
    name: 'birth-date',
    keywords: ['birth', 'born', 'dob', 'd.o.b'],
    pattern: `(?:birth(?:day|date)?|born|d\\.?o\\.?b\\.?)(?:[ ?](?:on|in|it'?s)){0,2}[?.,]?(?: it'?s)?${IS}(?:on )?${DATE}`,
  },
  {
    name: 'postal-code',
    keywords: ['zip', 'postal code', 'postcode', 'post code', 'plz', 'postleitzahl', 'code postal'],
    pattern: `(?:zip(?:[ -]?code)?|postal code|post ?code|plz|postleitzahl|code postal)${NUMBER}${IS}(?<value>\\d{5}-\\d{4}|\\d{4,6}|\\d{2,3}[ -]\\d{2,3}|\\d{4} ?[A-Z]{2}|[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2})`,
  },
  {
    name: 'mac-address',
    keywords: ['mac addr', 'hardware addr', 'mac:', 'mac is'],
    pattern: `(?:mac|hardware)(?: addr(?:ess)?)?${IS}(?<value>[0-9a-f]{2}(?:-[0-9a-f]{2}){5})`,
  },
  {
    name: 'id-number',
    keywords: ['identity card', 'id card', 'national id', 'identification number'],
    pattern: `(?:id(?:entity)? card|national id(?:entity)?|identification)${NUMBER}${IS}${CODE}`,
  },
];

/** A value begins and has its first digit so near behind the words; asked first, for it spares most of the long patterns. */
const DIGIT_NEAR = /[^0-9]{0,128}[0-9]/y;

/** Licences, passports, accounts and dates of birth by the words before them. */
export const LABELLED: readonly KeywordDetector[] = LABELS.map(({ name, keywords, pattern }) => {
  const shape = new RegExp(`${pattern}(?![0-9a-z_])`, 'iy');
  // Only with it the engine notes where groups are, at many times the cost.
  const shapeWithPlaces = new RegExp(shape.source, 'diy');
  const isLicence = name === 'driver-licence';
  // Pairs of hexadecimal digits may all be letters.
  const needsDigit = name !== 'mac-address';
  return {
    how: 'keyword',
    id: detectorId(`pii/${name}`),
    keywords,
    reachBytes: 160,
    matchAt({ latin1 }, start, end) {
      DIGIT_NEAR.lastIndex = end;
      if (needsDigit && !DIGIT_NEAR.test(latin1)) return null;
      shape.lastIndex = start;
      if (!shape.test(latin1)) return null;
      shapeWithPlaces.lastIndex = start;
      const value = shapeWithPlaces.exec(latin1)?.indices?.groups?.['value'];
      if (value === undefined) return null;
      // Licences of software have numbers as well: `MIT License 2.0`.
      if (
        isLicence &&
        !/driv|dmv|\bdl\b|permit|motor|operator|licen[cs]e (?:number|num|no|#)/i.test(
          latin1.slice(Math.max(0, start - 32), start + 16),
        )
      )
        return null;
      return { start: value[0], end: value[1], confidence: 0.8 };
    },
  };
});
