import type { SourceKind } from '../scan/detector.ts';

/** How sure a sign of injection is. */
export const SURE = 0.9;
/** Said by attackers, and now and then by a colleague or a handbook. */
export const LIKELY = 0.75;

/** Fit for a prompt, out of place in anything that comes from outside. */
export const OUT_OF_PLACE = 0.7;

/**
 * From which confidence on something is reported. Files of the repository, what the agent writes and what the model says
 * are full of orders that nobody smuggled in; what comes from outside should hold none at all.
 */
export const THRESHOLDS: Readonly<Record<SourceKind, number>> = {
  'user-prompt': 0.72,
  'tool-result': 0.7,
  'web-page': 0.7,
  'mcp-result': 0.7,
  'issue-text': 0.7,
  'repository-file': 0.85,
  'tool-input': 0.85,
  'model-output': 0.85,
};
