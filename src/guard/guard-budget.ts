import { allowance } from '../core/allowance.ts';
import type { Allowance } from '../core/allowance.ts';
import { MAX_BYTES_IN_FLIGHT, MAX_CONNECTIONS } from './limits.ts';

/** What a guard may hold at one time; may be shared, or have parts that are. */
export interface GuardBudget {
  /** Connections; one more is closed as it comes, and its call is refused by the hook client. */
  readonly connections: Allowance;
  /** Bytes of events that are being read or decided; a call beyond is refused at once. */
  readonly bytes: Allowance;
}

/** The budget of a guard that serves one user. */
export function guardBudget(): GuardBudget {
  return { connections: allowance(MAX_CONNECTIONS), bytes: allowance(MAX_BYTES_IN_FLIGHT) };
}
