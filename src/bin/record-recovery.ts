import type { AuditSink } from '../core/audit.ts';
import { UsageError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { checkRecord } from '../records/index.ts';

/**
 * Records that a day was restored from a store and verified, or could not be.
 *
 * @param told what the one who tested says of it; who that was is not taken from there.
 * @returns the number of the record.
 * @throws {UsageError} for anything but the outcome of such a test; nothing is recorded.
 */
export async function recordRecovery(
  audit: AuditSink,
  occurredAtMs: number,
  by: string,
  told: JsonObject,
): Promise<{ readonly record: number }> {
  const body = { ...told, event: 'recovery-tested', by };
  const checked = checkRecord({ kind: 'admin', body });
  if (!checked.isKnown) throw new UsageError(`this is no outcome of a recovery test: ${checked.problem}`);
  const { index } = await audit.append({ kind: 'admin', occurredAtMs, sessionId: null, body });
  return { record: index };
}
