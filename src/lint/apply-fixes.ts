import { parseLayers } from '../policy/index.ts';
import type { LayerSource, Policy } from '../policy/index.ts';
import type { LintFinding, TextEdit } from './lint-finding.ts';

/** A document as it would be after the fixes. */
export interface FixedDocument {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** Findings that are mended in it. */
  readonly count: number;
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The documents that change when the fixes of the findings are applied. Text outside of the edits stays byte for byte.
 * Empty where nothing can be mended, and where the policy would come out saying something else: then nothing is changed.
 */
export function fixedDocuments(
  sources: readonly LayerSource[],
  findings: readonly LintFinding[],
  nowMs: number,
): readonly FixedDocument[] {
  const changed = sources.flatMap(({ file, bytes }): readonly FixedDocument[] => {
    const fixes = findings.flatMap(({ fix }) => (fix !== null && fix.some((edit) => edit.file === file) ? [fix] : []));
    if (fixes.length === 0) return [];
    const before = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const after = edited(before, fixes.flat());
    return after === null || after === before ? [] : [{ file, before, after, count: fixes.length }];
  });
  if (changed.length === 0) return [];
  const after = sources.map(({ file, bytes }) => {
    const text = changed.find((one) => one.file === file)?.after;
    return { file, bytes: text === undefined ? bytes : new TextEncoder().encode(text) };
  });
  const [old, next] = [parseLayers(sources, nowMs), parseLayers(after, nowMs)];
  // INVARIANT: a fix never changes what a policy means, whatever the layout of its text was.
  return old.ok && next.ok && meaning(old.policy) === meaning(next.policy) ? changed : [];
}

/** Applies edits from the end, so that offsets stay true; null where two of them overlap. */
function edited(written: string, edits: readonly TextEdit[]): string | null {
  const offset = written.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  let text = written;
  let limit = Number.POSITIVE_INFINITY;
  for (const { start, end, text: replacement } of edits.toSorted((a, b) => b.start - a.start)) {
    if (end > limit) return null;
    text = text.slice(0, start + offset) + replacement + text.slice(end + offset);
    limit = start;
  }
  return text;
}

/** A policy with each list of texts as the set that it is. */
function meaning(policy: Policy): string {
  return JSON.stringify(policy, (_name, value: unknown) => {
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return value;
    return [...new Set(value)];
  });
}
