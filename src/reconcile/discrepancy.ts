import { createHash } from 'node:crypto';
import type { SessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';

/** What two layers can disagree on. Public and stable: records, alarms and `docs/audit-reconcile.md` name them. */
export const DISCREPANCIES = [
  'tool-without-decision',
  'decision-without-hook',
  'denied-call-executed',
  'traffic-outside-gateway',
  'session-without-telemetry',
  'result-without-call',
  'input-changed',
  'memory-exceeded',
] as const;
export type DiscrepancyKind = (typeof DISCREPANCIES)[number];

/** Strongest first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One disagreement of layers, as its record holds it. */
export interface Discrepancy {
  readonly event: DiscrepancyKind;
  readonly severity: Severity;
  /** Same for the same facts, after any restart: 32 hex digits. */
  readonly id: string;
  readonly sessionId: SessionId;
  /** Of the fact that completed it, by the clock of the layer that saw it. */
  readonly factAtMs: number;
  /** Ids, digests, names, numbers; never content. */
  readonly about: JsonObject;
}

/** @param facts what makes it this one and no other: an id of a call, a process, an address. */
export function discrepancy(
  event: DiscrepancyKind,
  severity: Severity,
  { sessionId, atMs }: { readonly sessionId: SessionId; readonly atMs: number },
  facts: readonly (string | number)[],
  about: JsonObject,
): Discrepancy {
  const id = createHash('sha256')
    .update(JSON.stringify([event, sessionId, ...facts]), 'utf8')
    .digest('hex')
    .slice(0, 32);
  return { event, severity, id, sessionId, factAtMs: atMs, about };
}

/** The body of its record. */
export function discrepancyBody({ event, severity, id, factAtMs, about }: Discrepancy): JsonObject {
  return { ...about, event, severity, findingId: id, factAtMs };
}
