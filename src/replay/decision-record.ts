import type { AuditRecord } from '../core/audit.ts';
import { VERDICTS } from '../core/decision.ts';
import type { Verdict } from '../core/decision.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import { UNSEALED_REASONS } from '../core/seen-call.ts';
import type { SealPlace, UnsealedReason } from '../core/seen-call.ts';

/** What the record of a decision says about a call that was about to run. */
export interface DecisionRecord {
  readonly tool: string;
  readonly toolUseId: string | null;
  readonly verdict: Verdict;
  readonly ruleId: string;
  readonly occurredAtMs: number;
  readonly sessionId: SessionId | null;
  readonly content: RecordedContent;
}

/** The content that a record holds, or why it holds none. */
export type RecordedContent =
  | { readonly kind: 'sealed'; readonly sealed: string; readonly place: SealPlace }
  /** Decided by the state of the session or of the guard; a policy changes nothing about it. */
  | { readonly kind: 'not-by-policy' }
  /** Denied for what the input holds: that is not looked at again. */
  | { readonly kind: 'by-content' }
  | { readonly kind: 'unsealed'; readonly why: UnsealedReason | 'never-sealed' };

/** Reads the record of a decision; null for every other record. Permissions repeat a call and are left out. */
export function readDecision(record: AuditRecord): DecisionRecord | null {
  const { body, occurredAtMs, sessionId } = record;
  if (record.kind !== 'decision' || body['event'] !== 'PreToolUse') return null;
  const verdict = VERDICTS.find((one) => one === body['verdict']);
  const ruleId = stringField(body, 'ruleId');
  if (verdict === undefined || ruleId === null) return null;
  return {
    tool: stringField(body, 'tool') ?? 'unknown',
    toolUseId: stringField(body, 'toolUseId'),
    verdict,
    ruleId,
    occurredAtMs,
    sessionId,
    content: contentOf(record, ruleId),
  };
}

function contentOf({ body, sessionId }: AuditRecord, ruleId: string): RecordedContent {
  const bundle = stringField(body, 'bundle');
  const sealed = stringField(body, 'sealed');
  if (bundle === null || sessionId === null || body['kind'] === 'canary' || ruleId.startsWith('guard/'))
    return { kind: 'not-by-policy' };
  if (ruleId.startsWith('dlp/') || ruleId.startsWith('injection/')) return { kind: 'by-content' };
  if (sealed !== null)
    return { kind: 'sealed', sealed, place: { sessionId, toolUseId: stringField(body, 'toolUseId'), bundle } };
  return { kind: 'unsealed', why: UNSEALED_REASONS.find((one) => one === body['unsealed']) ?? 'never-sealed' };
}
