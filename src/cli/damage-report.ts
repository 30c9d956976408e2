import type { AuditCorrupt } from '../core/error.ts';

/** Damaged places that are named; a log with more is for `audit verify`. */
const MAX_NAMED = 10;

/** Names on stderr what could not be read of a log, while the rest of it is printed. */
export interface DamageReport {
  readonly count: number;
  readonly add: (damage: AuditCorrupt) => void;
  /** Says what was left out and what to do; nothing where nothing was damaged. */
  end(): void;
}

/** A report without any damage yet. */
export function damageReport(): DamageReport {
  let count = 0;
  const named = new Set<string>();
  return {
    get count() {
      return count;
    },
    add(damage) {
      // Whoever follows a log comes by the damage at its end a second time.
      if (named.has(damage.message)) return;
      count += 1;
      if (count > MAX_NAMED) return;
      named.add(damage.message);
      process.stderr.write(`error: ${damage.message} [${damage.code}]\n`);
    },
    end() {
      if (count === 0) return;
      if (count > MAX_NAMED) process.stderr.write(`error: ${count - MAX_NAMED} more damaged places are not named\n`);
      process.stderr.write('hint: keep the folder of the log as it is, and see `sallyport audit verify`\n');
    },
  };
}
