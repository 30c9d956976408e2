export { mappingTable } from './mapping-table.ts';
export { OCSF_CLASSES, OCSF_VERSION } from './ocsf-class.ts';
export type { OcsfClass, OcsfClassName } from './ocsf-class.ts';
export type { OcsfEvent, OcsfSource, PlacedRecord } from './ocsf-event.ts';
export { MAPPINGS, ocsfOf } from './ocsf-of.ts';
