import { areasOf, contentRulesOf } from '../core/content-rules.ts';
import { companyDetectors, INJECTION_DETECTORS, PII_DETECTORS, scanner, SECRET_DETECTORS } from '../detect/index.ts';
import type { Scanner } from '../detect/index.ts';
import type { Policy } from '../policy/index.ts';

/** What a policy needs of our own detectors. */
export type ScannedSections = Pick<Policy, 'dlp' | 'injection' | 'company'>;

/**
 * Looks for what a policy has an opinion on; null where that is nothing.
 *
 * @throws {TypeError} for lists of company words that no detector can be made of.
 */
export function policyScanner(policy: ScannedSections): Scanner | null {
  const areas = areasOf(contentRulesOf(policy));
  if (areas.length === 0) return null;
  return scanner([
    ...(areas.includes('secret') ? SECRET_DETECTORS : []),
    ...(areas.includes('pii') ? PII_DETECTORS : []),
    ...(areas.includes('injection') ? INJECTION_DETECTORS : []),
    ...(areas.includes('company') ? companyDetectors(policy.company) : []),
  ]);
}
