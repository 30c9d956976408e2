import { detectorId } from '../../core/ids.ts';
import type { DetectorId } from '../../core/ids.ts';
import type { RiskClass } from '../../core/risk-class.ts';
import type { CommandSpan } from '../../decide/index.ts';

/** One thing that is risky about a command line. Quotes nothing of it. */
export interface CommandRisk {
  readonly risk: RiskClass;
  /** `command/<name>`. Stable. */
  readonly id: DetectorId;
  /** One sentence for the developer. */
  readonly reason: string;
  /** The command that does it, or that runs what does it. */
  readonly span: CommandSpan;
}

/** What is known to be risky, as a row of a table. */
export interface RiskFact<View> {
  readonly risk: RiskClass;
  readonly id: DetectorId;
  readonly reason: string;
  /** Names of the programs that it is about, in lower case; null for any. */
  readonly programs: readonly string[] | null;
  readonly holds: (view: View) => boolean;
}

/** Makes the facts of one class. `programs` are names divided by blanks, or `*` for any. */
export function factsOf<View>(
  risk: RiskClass,
  rows: readonly (readonly [name: string, programs: string, reason: string, holds: (view: View) => boolean])[],
): readonly RiskFact<View>[] {
  return rows.map(([name, programs, reason, holds]) => ({
    risk,
    id: detectorId(`command/${name}`),
    reason,
    programs: programs === '*' ? null : programs.trim().split(/\s+/),
    holds,
  }));
}
