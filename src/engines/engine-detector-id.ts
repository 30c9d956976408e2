import type { DetectionArea } from '../core/finding.ts';
import { detectorId } from '../core/ids.ts';
import type { DetectorId } from '../core/ids.ts';

/** What is left of an id for the name of a rule, behind the area and the engine. */
const MAX_RULE_LENGTH = 40;

/**
 * The id of what an engine's rule finds: `secret/gitleaks-github-pat`. A name that cannot be one, or stands in what was
 * found, gives the engine's alone: a report is not trusted to keep the text out of its names.
 *
 * @param engine lower-case letters, digits and hyphens, at most 15.
 * @param found what the rule matched, or the whole text where the report does not tell it.
 */
export function engineDetectorId(area: DetectionArea, engine: string, rule: unknown, found: string): DetectorId {
  const plain = detectorId(`${area}/${engine}`);
  if (typeof rule !== 'string' || rule.length > MAX_RULE_LENGTH || found.includes(rule)) return plain;
  const name = rule
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_RULE_LENGTH);
  return name === '' ? plain : detectorId(`${area}/${engine}-${name}`);
}
