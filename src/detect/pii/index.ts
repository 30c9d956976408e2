import type { Detector } from '../scan/detector.ts';
import { EMAIL_DETECTOR } from './email.ts';
import { LABELLED } from './labelled.ts';
import { NUMBERS } from './numbers.ts';
import { LOWER_CASE_NAME } from './prose/lower-case-name.ts';
import { PROSE } from './prose/prose.ts';

/** Everything that finds personal data. */
export const PII_DETECTORS: readonly Detector[] = [EMAIL_DETECTOR, ...LABELLED, NUMBERS, PROSE, LOWER_CASE_NAME];
