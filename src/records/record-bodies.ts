import type { z } from 'zod';
import type { AuditRecord } from '../core/audit.ts';
import { stringField } from '../core/json.ts';
import { DELIVERY_BODIES } from './delivery-bodies.ts';
import { FINDING_BODIES } from './finding-bodies.ts';
import { HOOK_BODIES } from './hook-bodies.ts';
import { HOST_BODIES } from './host-bodies.ts';
import { LOG_BODIES } from './log-bodies.ts';
import { MODEL_BODIES } from './model-bodies.ts';
import type { RecordBody } from './record-body.ts';

/** The shape of every record that this program writes, by kind and event. */
export const RECORD_BODIES: readonly RecordBody[] = [
  ...HOOK_BODIES,
  ...MODEL_BODIES,
  ...HOST_BODIES,
  ...FINDING_BODIES,
  ...LOG_BODIES,
  ...DELIVERY_BODIES,
];

/** Whether a record is one that this version knows, and else where it differs. `problem` names fields and no value. */
export type CheckedRecord =
  { readonly isKnown: true; readonly shape: RecordBody } | { readonly isKnown: false; readonly problem: string };

/**
 * Compares the body of a record with the schema of its kind and event: every field known, none missing, each of its type.
 * Never throws. A record of a later version is not known; readers keep such a record and show it as it is.
 */
export function checkRecord({ kind, body }: Pick<AuditRecord, 'kind' | 'body'>): CheckedRecord {
  const event = stringField(body, 'event');
  if (event === null) return { isKnown: false, problem: `a record of kind ${kind} has no event` };
  const shapes = [event, '*'].flatMap((name) => BY_NAME.get(`${kind} ${name}`) ?? []);
  if (shapes.length === 0)
    return { isKnown: false, problem: `a record of kind ${kind} has an event that is not known` };
  let problem = '';
  for (const shape of shapes) {
    const checked = shape.schema.safeParse(body);
    if (checked.success) return { isKnown: true, shape };
    problem ||= problemOf(shape, checked.error);
  }
  return { isKnown: false, problem };
}

const BY_NAME = new Map(RECORD_BODIES.map((shape) => [`${shape.kind} ${shape.event}`, shape]));

function problemOf({ kind, event }: RecordBody, { issues }: z.ZodError): string {
  const [first] = issues;
  const unknown = first?.code === 'unrecognized_keys' ? ` ${first.keys.join(', ')}` : '';
  const place = first === undefined || first.path.length === 0 ? 'body' : first.path.join('.');
  return `${kind} ${event}: ${place}: ${first?.code ?? 'not of this shape'}${unknown}`;
}
