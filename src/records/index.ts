export { eventTable } from './event-table.ts';
export { recordJsonSchema } from './json-schema.ts';
export { checkRecord, RECORD_BODIES } from './record-bodies.ts';
export type { CheckedRecord } from './record-bodies.ts';
export type { RecordBody } from './record-body.ts';
