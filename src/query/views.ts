import { CALL_VIEWS } from './call-views.ts';
import { EGRESS } from './egress-view.ts';
import { FINDINGS } from './findings-view.ts';
import { GAPS } from './gap-view.ts';
import { RECORD_VIEWS } from './record-views.ts';
import { SESSIONS } from './session-view.ts';
import type { Column, View } from './view.ts';

/** All views over the log, each behind those that it reads. */
export const VIEWS: readonly View[] = [...RECORD_VIEWS, ...CALL_VIEWS, FINDINGS, EGRESS, GAPS, SESSIONS];

/** What is known of the log beside its records: tables in DuckDB, views over raw lines in Athena. */
export interface SideTable {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly Column[];
}

/** Lines that are no record as it was written. */
export const DAMAGED: SideTable = {
  name: 'damaged',
  about: 'A line that is no record as it was written, and so is in no other view.',
  columns: [
    { name: 'file', type: 'varchar', about: 'the segment or object' },
    { name: 'line', type: 'bigint', about: 'number of the line, from 1; NULL in Athena' },
    { name: 'problem', type: 'varchar', about: 'what is wrong with it' },
  ],
};

/** Checkpoints that lie beside the records. Their signatures are for `audit verify`. */
export const CHECKPOINTS: SideTable = {
  name: 'checkpoints',
  about: 'A signed statement about the log that lies beside it, not verified here.',
  columns: [
    { name: 'file', type: 'varchar', about: 'its file or object' },
    { name: 'size', type: 'bigint', about: 'records that it covers' },
    { name: 'root', type: 'varchar', about: 'root of the Merkle tree over them, base64' },
  ],
};
