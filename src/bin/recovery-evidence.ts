import type { Sha256 } from '../core/ids.ts';

/** One thing that keeps a day from being restored or proven. */
export interface RecoveryFault {
  /** Key of the object that it is about; null where it is about none. */
  readonly object: string | null;
  /** First and last record that it is about; null where it is about no record. */
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  /** One line, quoting nothing of the records. */
  readonly problem: string;
}

/** An object that was read. */
export interface ReadObject {
  readonly key: string;
  readonly bytes: number;
  /** Of the bytes as they came from the store. */
  readonly sha256: Sha256;
  readonly records: number;
}

/** A file that was written. */
export interface RestoredFile {
  /** From the folder that was restored into. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: Sha256;
  readonly firstIndex: number;
  readonly lastIndex: number;
}

/** What a test of recovery leaves: who did what when, what was found, and digests by which it can be checked again. */
export interface RecoveryEvidence {
  readonly formatVersion: 1;
  readonly kind: 'recovery-test';
  readonly outcome: 'restored' | 'failed';
  readonly tool: { readonly name: 'sallyport'; readonly version: string };
  readonly by: string;
  readonly host: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The folder, or `s3://bucket/prefix`. */
  readonly store: string;
  /** Origin of the log; null where no key could be read. */
  readonly logId: string | null;
  /** Whether the key came from elsewhere; one that lies in the store proves nothing against who can write there. */
  readonly key: { readonly vkey: string; readonly isTrusted: boolean } | null;
  /** UTC day; null where the store holds none. */
  readonly day: string | null;
  /** Days that it was chosen from, and the seed that chose it; null where it was named. */
  readonly chosen: {
    readonly days: number;
    readonly firstDay: string;
    readonly lastDay: string;
    readonly seed: string;
  } | null;
  /** The newest checkpoint of the store, if its signature holds. */
  readonly checkpoint: { readonly size: number; readonly rootHash: string } | null;
  /** Checkpoints from the time of the day that were compared with the newest one. */
  readonly earlierCheckpoints: number;
  readonly records: {
    /** As the names of the day's objects say. */
    readonly named: number;
    /** Written and read back. */
    readonly restored: number;
    /** Shown to be under the checkpoint, each at its place. */
    readonly proven: number;
  };
  readonly objects: readonly ReadObject[];
  readonly files: readonly RestoredFile[];
  readonly faults: readonly RecoveryFault[];
}
