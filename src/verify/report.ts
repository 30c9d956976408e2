import type { GapReport } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';
import type { LogFault } from './fault-list.ts';
import type { Layout } from './inventory.ts';

/** What verifying found. */
export interface VerifyReport {
  /**
   * Whether every record is as it was written, as far as could be checked: no fault. `unchecked` says how far that is.
   * A torn last line behind the checkpoint alone leaves it true.
   */
  readonly ok: boolean;
  readonly place: string;
  readonly layout: Layout;
  /** Name of the log, from its signed checkpoint; null where none holds. */
  readonly origin: string | null;
  /** Records that are whole and in their place. */
  readonly records: number;
  /** Bytes of their lines. */
  readonly bytes: number;
  /** Hash of the last record. */
  readonly head: Sha256;
  /** The newest signed checkpoint, null where none holds. */
  readonly checkpoint: {
    readonly size: number;
    readonly root: Sha256;
    /** Whether the key that signed it came from elsewhere, and not from beside the log. */
    readonly isKeyTrusted: boolean;
  } | null;
  /** Records behind that checkpoint: read, decoded and linked, but not signed yet. */
  readonly uncoveredRecords: number;
  /** Cosignatures of the witnesses that were demanded, the newest of each. */
  readonly witnesses: readonly WitnessedHead[];
  /** What each anchor says. */
  readonly anchors: readonly AnchoredHead[];
  /** The first faults, in the order of the log, and how many more there are. */
  readonly faults: readonly LogFault[];
  readonly unlistedFaults: number;
  /** What could not be checked, one line each. */
  readonly unchecked: readonly string[];
  /** Whether the last line lacks its end: a write in progress, or one that was interrupted. */
  readonly torn: boolean;
  /** What the log says of times in which it was not written. */
  readonly silence: GapReport;
}

/** A tree head that a witness saw. */
export interface WitnessedHead {
  readonly name: string;
  readonly size: number;
  /** Milliseconds since the Unix epoch, by the clock of the witness. */
  readonly seenAtMs: number;
}

/** What an anchor kept. */
export interface AnchoredHead {
  readonly place: string;
  /** Checkpoints of this log that were found there. */
  readonly checkpoints: number;
  /** Size of the largest of them, null where there is none. */
  readonly size: number | null;
}

export interface VerifyProgress {
  /** Bytes of files read so far, packed as they lie there. */
  readonly bytes: number;
  /** Bytes that there were to read when verifying began. */
  readonly totalBytes: number;
  readonly records: number;
}
