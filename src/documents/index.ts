export { documentReader } from './document-reader.ts';
export type { DocumentReader } from './document-reader.ts';
export { DOCUMENT_LIMITS } from './document-limits.ts';
export type { DocumentLimits } from './document-limits.ts';
export type { DocumentText, UnreadableReason } from './document-text.ts';
