import { readFileSync } from 'node:fs';
import type { AuditRecord } from '../src/core/audit.ts';

/** One record of each shape that daemons, sessions with the real client and rehearsals left; places and names are changed. */
export const RECORDED: readonly AuditRecord[] = readFileSync(
  new URL('./fixtures/records.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as AuditRecord);
