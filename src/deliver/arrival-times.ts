/** Marks that are kept at most. Beyond, every other one goes: times then get coarser where they are old. */
const MAX_MARKS = 2_048;

interface Mark {
  /** Size of the log at that time. */
  readonly size: number;
  readonly atUptimeMs: number;
}

/**
 * Remembers by the clock that cannot jump when records came to the log, so that nobody is denied anything because the
 * time of day was set. As exact as {@link note} is called often.
 */
export class ArrivalTimes {
  #marks: Mark[] = [];

  /** Takes down that the log holds `size` records now. */
  note(size: number, uptimeMs: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && size <= last.size) return;
    this.#marks.push({ size, atUptimeMs: uptimeMs });
    if (this.#marks.length > MAX_MARKS) {
      const newest = this.#marks.length - 1;
      this.#marks = this.#marks.filter((_, at) => at % 2 === 0 || at === newest);
    }
  }

  /** Milliseconds since the record was seen in the log first; 0 where it was not yet seen. Never more than it is. */
  ageMs(index: number, uptimeMs: number): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle]?.size ?? 0) > index) high = middle;
      else low = middle + 1;
    }
    const mark = this.#marks[low];
    return mark === undefined ? 0 : Math.max(0, uptimeMs - mark.atUptimeMs);
  }
}
