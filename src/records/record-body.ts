import type { z } from 'zod';
import type { RecordKind } from '../core/audit.ts';

/** The shape of the bodies of one event. */
export interface RecordBody {
  readonly kind: RecordKind;
  /** Value of the body's `event`; `*` stands for every event of the kind that has no shape of its own. */
  readonly event: string;
  readonly schema: z.ZodObject;
  /** What happened, in one sentence. */
  readonly about: string;
}

/** Shapes written as rows. */
export function fromTable(
  rows: readonly (readonly [kind: RecordKind, event: string, schema: z.ZodObject, about: string])[],
): readonly RecordBody[] {
  return rows.map(([kind, event, schema, about]) => ({ kind, event, schema, about }));
}
