import { GERMAN_IDS } from './germany.ts';
import type { IdRule } from './id-rule.ts';
import { NORTHERN_IDS } from './northern-europe.ts';
import { OTHER_EUROPEAN_IDS } from './rest-of-europe.ts';
import { BRITISH_IDS } from './united-kingdom.ts';
import { WESTERN_IDS } from './western-europe.ts';

/** Numbers of people and companies in Europe. Where several rules take the same digits, the first of them has them. */
export const EUROPEAN_IDS: readonly IdRule[] = [
  ...BRITISH_IDS,
  ...GERMAN_IDS,
  ...WESTERN_IDS,
  ...NORTHERN_IDS,
  ...OTHER_EUROPEAN_IDS,
];
