import type { DetectionArea } from './finding.ts';
import { DETECTION_AREAS } from './finding.ts';
import type { DetectorId } from './ids.ts';
import type { TaintRules } from './taint.ts';
import { taintRulesOf } from './taint.ts';

/** What is done with text that should not go on, weakest first. */
export const CONTENT_ACTIONS = ['allow', 'alert', 'mask', 'redact', 'block'] as const;
export type ContentAction = (typeof CONTENT_ACTIONS)[number];

/** What follows a suspicious instruction, weakest first. */
export const INJECTION_ACTIONS = ['alert', 'ask', 'deny'] as const;
export type InjectionAction = (typeof INJECTION_ACTIONS)[number];

/** What a policy says about the content of prompts, tool inputs and tool results. */
export interface ContentRules {
  /** By the area of a finding; null where the policy says nothing of it. */
  readonly secret: ContentAction | null;
  readonly pii: ContentAction | null;
  readonly company: ContentAction | null;
  readonly injection: InjectionAction | null;
  readonly taint: TaintRules;
}

/** The parts of a policy that are about content. */
export interface ContentSections {
  readonly dlp: {
    readonly secret: ContentAction | null;
    readonly personal: ContentAction | null;
    readonly company: ContentAction | null;
  };
  readonly injection: { readonly onFinding: InjectionAction | null; readonly taint: boolean | 'any-untrusted' };
}

export function contentRulesOf({ dlp, injection }: ContentSections): ContentRules {
  return {
    secret: dlp.secret,
    pii: dlp.personal,
    company: dlp.company,
    injection: injection.onFinding,
    taint: taintRulesOf(injection),
  };
}

/** The areas whose findings change anything or are recorded. None: content is not looked at. */
export function areasOf(rules: ContentRules): readonly DetectionArea[] {
  return DETECTION_AREAS.filter((area) =>
    area === 'injection' ? rules.injection !== null || rules.taint.by !== 'nothing' : isHeeded(rules[area]),
  );
}

function isHeeded(action: ContentAction | null): boolean {
  return action !== null && action !== 'allow';
}

/** The area of a detector, by the first part of its id; null for a family of its own. */
export function areaOf(id: DetectorId): DetectionArea | null {
  return DETECTION_AREAS.find((area) => id.startsWith(`${area}/`)) ?? null;
}
