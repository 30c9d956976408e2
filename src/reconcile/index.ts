export { DISCREPANCIES, SEVERITIES, discrepancyBody } from './discrepancy.ts';
export type { Discrepancy, DiscrepancyKind, Severity } from './discrepancy.ts';
export type { Fact, HostFact } from './fact.ts';
export { factOf } from './read-fact.ts';
export type { PlacedRecord } from './read-fact.ts';
export { RECONCILE_LIMITS, reconciler } from './reconciler.ts';
export type { Reconciler, ReconcileLimits } from './reconciler.ts';
