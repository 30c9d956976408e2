import type { Detector } from '../scan/detector.ts';
import { companyFaults } from '../../core/company-faults.ts';
import type { CompanyLists } from '../../core/company-lists.ts';
import { patternDetector } from './company-patterns.ts';
import { wordDetectors } from './company-words.ts';

export { companyFaults } from '../../core/company-faults.ts';
export type { CompanyLists, CompanyPattern, WordList } from '../../core/company-lists.ts';

/**
 * Finds a company's own words and numbers, beside all other detectors and in the same pass.
 *
 * @throws {TypeError} for lists with faults: ask {@link companyFaults} first.
 */
export function companyDetectors(lists: CompanyLists): readonly Detector[] {
  const [fault] = companyFaults(lists);
  if (fault !== undefined) throw new TypeError(fault);
  return [...lists.words.flatMap(wordDetectors), ...lists.patterns.map(patternDetector)];
}
