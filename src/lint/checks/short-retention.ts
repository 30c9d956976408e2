import type { FieldPath } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import { valueAt } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';
import { sinkEntry } from '../sink-entry.ts';
import type { EntryPlace } from '../sink-entry.ts';

/** Seven years, without their leap days: what an archive for auditors is commonly asked to keep. */
const ARCHIVE_DAYS = 2_555;

/** Finds archives that calls wait for and that keep records for less than seven years. */
export function shortRetention(context: LintContext): readonly LintFault[] {
  const { retentionDays, deliver } = context.policy.audit;
  const archives = deliver.filter(({ to, required }) => required && (to === 's3' || to === 'file'));
  if (archives.length === 0) return [];
  const locks = archives.flatMap((sink): readonly LintFault[] => {
    if (sink.to !== 's3' || sink.objectLock === null || sink.objectLock.days >= ARCHIVE_DAYS) return [];
    return [shortOf(sinkEntry(context, sink.name), ['object_lock', 'days'], sink.objectLock.days)];
  });
  if (retentionDays >= ARCHIVE_DAYS) return locks;
  const path = ['audit', 'retention_days'];
  const document =
    context.documents.findLast(({ document: one }) => valueAt(one?.value, path) !== undefined) ?? context.base;
  return [...locks, shortOf({ document, path }, [], retentionDays)];
}

function shortOf({ document, path }: EntryPlace, rest: FieldPath, days: number): LintFault {
  return {
    code: 'lint/short-retention',
    document,
    path: [...path, ...rest],
    message: `a required archive keeps its records for ${days} days, which is less than seven years`,
    hint: 'seven years are 2557 days; leave it as it is where nobody asks for them',
  };
}
