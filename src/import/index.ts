export { IMPORT_CODES, formatImportDiagnostic } from './diagnostic.ts';
export type { ImportCode, ImportDiagnostic } from './diagnostic.ts';
export { MAX_IMPORT_BYTES, importDocuments } from './import-documents.ts';
export type { ImportOptions, ImportResult, ImportSource } from './import-documents.ts';
export type { RuleReader, RuleReading } from './rule-port.ts';
