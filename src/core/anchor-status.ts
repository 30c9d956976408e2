/** How one witness or anchor of the log is doing. */
export interface AnchorStatus {
  readonly name: string;
  /** Address or path; no secret. */
  readonly place: string;
  /** Milliseconds since the epoch of the last success, and the size of the checkpoint; null before the first. */
  readonly lastOkMs: number | null;
  readonly lastSize: number | null;
  /** Tries that failed since. */
  readonly failures: number;
  /** Of the last try; null where it succeeded, or none was made. */
  readonly problem: string | null;
}
