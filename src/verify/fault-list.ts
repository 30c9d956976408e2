/** One thing that is not as it was written. */
export interface LogFault {
  /** Name of the file, from the folder of the log or the prefix of the store. */
  readonly file: string;
  /** From 1; 0 where the fault is the file itself. */
  readonly line: number;
  /** Where the line starts in the file, before any packing. */
  readonly byteOffset: number;
  /** Record that is or should be there, or null where it is about no record. */
  readonly index: number | null;
  /** Last record that it is about: above `index` where the records from there on share the fault. */
  readonly lastIndex: number | null;
  /** One line, quoting nothing of the log. */
  readonly problem: string;
}

/** Most faults that a report lists; a log with more is past repair and the first ones tell where it began. */
export const MAX_FAULTS = 100;

/** Most faults that are kept before the first of them in the order of the log are listed. */
const MAX_KEPT = 1_000;

/** The faults of a log: those of records one after another with the same problem become one. */
export class FaultList {
  readonly #faults: LogFault[] = [];
  #dropped = 0;

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** Adds what is wrong with a file as a whole. */
  file(file: string, problem: string, index: number | null = null): void {
    this.add({ file, line: 0, byteOffset: 0, index, lastIndex: index, problem });
  }

  add(fault: LogFault): void {
    const last = this.#faults.at(-1);
    if (last !== undefined && last.problem === fault.problem && follows(last, fault)) {
      this.#faults[this.#faults.length - 1] = { ...last, lastIndex: fault.lastIndex };
    } else if (this.#faults.length < MAX_KEPT) this.#faults.push(fault);
    else this.#dropped += 1;
  }

  /** Whether one of the faults is about that record. */
  names(index: number): boolean {
    return this.#faults.some(
      (fault) => fault.index !== null && fault.index <= index && index <= (fault.lastIndex ?? -1),
    );
  }

  /** The first {@link MAX_FAULTS} in the order of the log, files first; and how many more there are. */
  listed(): { readonly faults: readonly LogFault[]; readonly unlisted: number } {
    const sorted = this.#faults.toSorted((a, b) => (a.index ?? -1) - (b.index ?? -1));
    return { faults: sorted.slice(0, MAX_FAULTS), unlisted: this.#dropped + Math.max(0, sorted.length - MAX_FAULTS) };
  }
}

function follows(before: LogFault, after: LogFault): boolean {
  return before.lastIndex !== null && after.index === before.lastIndex + 1;
}
