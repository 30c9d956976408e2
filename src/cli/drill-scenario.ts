import type { Chain, Layer } from '../drill/index.ts';
import { loggedDecisions } from './drill-run.ts';
import type { ClientRun } from './drill-run.ts';
import type { Stage } from './drill-stage.ts';

/** What a scenario found: null where the expected layer stopped it, else what happened instead. */
export interface Attempt {
  readonly problem: string | null;
  readonly recordId: number | null;
}

/** An attack that takes more than one call: on the processes, on the settings, on the model's stream. */
export interface Scenario {
  readonly id: string;
  readonly chain: Chain;
  readonly title: string;
  readonly expected: Layer;
  attempt(stage: Stage, signal: AbortSignal): Promise<Attempt>;
}

/** A call that every policy worth the name denies. */
export const SUDO = { name: 'Bash', input: { command: 'sudo id', description: 'drill' } } as const;

/** Whether the guard denied the call, by its own record. */
export async function deniedByGuard(stage: Stage, run: ClientRun, toolUseId: string): Promise<Attempt> {
  const decision = (await loggedDecisions(stage, run.sessionId)).get(toolUseId) ?? null;
  if (decision === null) return { problem: `the guard has no record of it: ${run.output.slice(-200)}`, recordId: null };
  const problem = decision.verdict === 'deny' ? null : `the guard said ${decision.verdict}`;
  return { problem, recordId: decision.recordId };
}
