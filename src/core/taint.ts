import type { DetectorId } from './ids.ts';
import { isJsonObject } from './json.ts';
import type { Json } from './json.ts';

/** Where text comes from that other people may have written. The developer's own prompt taints nothing. */
export const TAINT_SOURCES = [
  'web-page',
  'mcp-result',
  'issue-text',
  'tool-result',
  'repository-file',
  'earlier-session',
] as const;
export type TaintSource = (typeof TAINT_SOURCES)[number];

/** That a session read a text after which it may be acting for whoever wrote that text. Holds nothing of the text. */
export interface Taint {
  readonly source: TaintSource;
  /** What a detector saw in it; null where the text counts by its source alone. */
  readonly detectorId: DetectorId | null;
  /** The call whose result it was; null where it was none. */
  readonly toolUseId: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly occurredAtMs: number;
}

/** What taints a session, and what an action with reach then meets. */
export interface TaintRules {
  /** `any-untrusted`: any text of {@link UNTRUSTED_SOURCES}, also one in which nothing was found. */
  readonly by: 'nothing' | 'findings' | 'any-untrusted';
  readonly verdict: 'ask' | 'deny';
}

/** Sources that taint a session by themselves where the policy says so: anyone on the internet can write there. */
export const UNTRUSTED_SOURCES: readonly TaintSource[] = ['web-page', 'mcp-result', 'issue-text'];

/** What a policy's `injection` section says about taint. */
export function taintRulesOf(injection: {
  readonly onFinding: 'alert' | 'ask' | 'deny' | null;
  readonly taint: boolean | 'any-untrusted';
}): TaintRules {
  const by = injection.taint === true ? 'findings' : injection.taint === false ? 'nothing' : injection.taint;
  return { by, verdict: injection.onFinding === 'deny' ? 'deny' : 'ask' };
}

/** A text that a session read. */
export interface ReadText {
  /** Kinds that are none of {@link TAINT_SOURCES} never taint. */
  readonly source: string;
  /** What detectors of injection saw in it. */
  readonly detectorIds: readonly DetectorId[];
  readonly toolUseId: string | null;
  readonly occurredAtMs: number;
}

/** Whether a text taints the session that read it; null where it does not. */
export function taintOf(rules: TaintRules, text: ReadText): Taint | null {
  const source = TAINT_SOURCES.find((known) => known === text.source);
  const [detectorId = null] = text.detectorIds;
  if (source === undefined || rules.by === 'nothing') return null;
  if (detectorId === null && !(rules.by === 'any-untrusted' && UNTRUSTED_SOURCES.includes(source))) return null;
  return { source, detectorId, toolUseId: text.toolUseId, occurredAtMs: text.occurredAtMs };
}

/** Whether a taint counts under a policy that may have come into force after it. */
export function tainted(rules: TaintRules, { source, detectorId }: Taint): boolean {
  if (rules.by === 'nothing') return false;
  // Of what an earlier session read nothing is known: it is no text in which nothing was found.
  return rules.by === 'any-untrusted' || detectorId !== null || source === 'earlier-session';
}

/** The taint that a session keeps when another comes: one with a finding says more, and else the first one. */
export function worseTaint(kept: Taint | null, next: Taint | null): Taint | null {
  if (kept === null) return next;
  return kept.detectorId === null && next !== null && next.detectorId !== null ? next : kept;
}

/** Reads a taint that was written as JSON; undefined for anything else. */
export function parseTaint(value: Json | undefined): Taint | null | undefined {
  if (value === null) return null;
  if (!isJsonObject(value)) return undefined;
  const { source, detectorId = null, toolUseId = null, occurredAtMs } = value;
  const known = TAINT_SOURCES.find((one) => one === source);
  if (known === undefined || typeof occurredAtMs !== 'number') return undefined;
  if (detectorId !== null && typeof detectorId !== 'string') return undefined;
  if (toolUseId !== null && typeof toolUseId !== 'string') return undefined;
  return { source: known, detectorId: detectorId as DetectorId | null, toolUseId, occurredAtMs };
}
