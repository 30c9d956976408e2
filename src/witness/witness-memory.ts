/** What a witness remembers: for each log the newest checkpoint that it cosigned, as a signed note. */
export interface WitnessMemory {
  /** Null where the log was never seen. @throws {Error} where what is stored cannot be read: never null for that. */
  latest(origin: string): string | null;
  /**
   * Implementations MUST NOT return before the note would survive a power cut, and leave the old or the new note behind,
   * never a part.
   *
   * @throws {Error} where it cannot be made durable.
   */
  remember(origin: string, note: string): void;
}
