import type { CheckpointRow } from './checkpoint-row.ts';
import type { LineFile } from './checked-file.ts';

/** Where lines come from: a log in its folder, or a store. */
export interface LineSource {
  /** Bytes that are to be read, for showing how far it is. */
  readonly totalBytes: number;
  readonly checkpoints: readonly CheckpointRow[];
  /** In the order of their records. What is fetched for it is there until the next one is asked for. */
  files(): AsyncGenerator<LineFile>;
}
