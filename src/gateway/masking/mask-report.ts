import type { DetectorId } from '../../core/ids.ts';
import type { EngineReport } from '../../core/inspection.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Masked } from '../../mask/index.ts';

/** What became of the texts of one request, for its record: counts by detector, never what they saw. */
export interface MaskReport {
  /** Texts that went up for the first time, and those of which it was known what to do. */
  countText(isNew: boolean): void;
  wrote(masked: Masked): void;
  saw(what: 'alert' | 'injection' | 'blocked', ids: readonly DetectorId[]): void;
  ran(engines: readonly EngineReport[]): void;
  unchecked(reason: string): void;
  opaque(kind: string, deed: string): void;
  rewritten(): void;
  fields(): JsonObject;
}

export function maskReport(): MaskReport {
  const counts: Record<string, Record<string, number>> = {};
  const add = (group: string, name: string, by = 1): void => {
    const of = (counts[group] ??= {});
    of[name] = (of[name] ?? 0) + by;
  };
  const engines = new Map<string, EngineReport>();
  let [fresh, known, forgotten, again] = [0, 0, 0, 0];
  return {
    countText: (isNew) => {
      if (isNew) fresh += 1;
      else known += 1;
    },
    wrote: (masked) => {
      for (const { action, detectorId } of masked.used) add(action === 'mask' ? 'masked' : 'redacted', detectorId);
      forgotten += masked.forgotten;
    },
    saw: (what, ids) => {
      for (const id of ids) add(what === 'alert' ? 'alerts' : what === 'injection' ? 'injections' : 'blocked', id);
    },
    ran: (reports) => {
      for (const report of reports) {
        const before = engines.get(report.engine);
        if (before === undefined || before.outcome === 'ran') engines.set(report.engine, report);
      }
    },
    unchecked: (reason) => add('unchecked', reason),
    opaque: (kind, deed) => add('opaque', `${kind}: ${deed}`),
    rewritten: () => {
      again += 1;
    },
    fields: () => ({
      texts: { new: fresh, known, ...(again === 0 ? {} : { rewritten: again }) },
      ...counts,
      ...(forgotten === 0 ? {} : { forgotten }),
      ...(engines.size === 0 ? {} : { engines: [...engines.values()].map((report) => ({ ...report })) }),
    }),
  };
}
