/** What one document may cost. */
export interface DocumentLimits {
  readonly maxBytes: number;
  /** UTF-16 code units of the text, that of documents within it included. */
  readonly maxCharacters: number;
  /** What all parts unpack to, those of documents within it included. */
  readonly maxUnpackedBytes: number;
  readonly maxParts: number;
  /** Documents within documents: 0 reads none. */
  readonly maxNesting: number;
  /** From its turn to its answer; the thread of one that takes longer is ended. */
  readonly timeoutMs: number;
  /** Of the thread's own objects, in MiB. */
  readonly maxHeapMiB: number;
  /** Of bytes that the thread holds outside of its objects. */
  readonly maxOutsideBytes: number;
  readonly maxWaiting: number;
}

const MEBI = 1024 * 1024;

/** 32 MB is the largest request of the Messages service; Bedrock takes 4.5 MB a document. */
export const DOCUMENT_LIMITS: DocumentLimits = {
  maxBytes: 32 * MEBI,
  maxCharacters: 8 * MEBI,
  maxUnpackedBytes: 128 * MEBI,
  maxParts: 4096,
  maxNesting: 2,
  timeoutMs: 4000,
  maxHeapMiB: 512,
  maxOutsideBytes: 512 * MEBI,
  maxWaiting: 16,
};
