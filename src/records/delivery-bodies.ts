import { z } from 'zod';
import { count, recordIndex, sentence, word } from './field.ts';
import { fromTable } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

const common = {
  sink: z.string().describe('its name in the policy'),
  dropped: count.optional().describe('events about the delivery that were never recorded, because the log took none'),
};

function backlogBody(event: string): z.ZodObject {
  return z.strictObject({
    event: z.literal(event),
    ...common,
    required: z.boolean().describe('whether the policy denies decisions for it'),
    records: count.describe('that wait'),
    seconds: count.describe('that the oldest of them waits'),
    lastError: sentence.nullable(),
  });
}

function startBody(event: string, more: z.ZodRawShape = {}): z.ZodObject {
  return z.strictObject({
    event: z.literal(event),
    ...common,
    to: word.describe('kind of the sink'),
    required: z.boolean().describe('whether the policy denies decisions for it'),
    size: count.describe('records that the log has'),
    ...more,
  });
}

const acked = count.describe('records that it had taken');

const refused = z.strictObject({
  event: z.literal('delivery-refused'),
  ...common,
  records: count,
  firstIndex: recordIndex.describe('the first record that was refused'),
  reason: sentence.describe("in the receiver's words, one line"),
});

const refusedNoMore = z.strictObject({
  event: z.literal('delivery-refused-no-more'),
  ...common,
  records: count.describe('that were set aside in all'),
});

const sinkRemoved = z.strictObject({
  event: z.literal('delivery-sink-removed'),
  ...common,
  acked,
  behind: count.describe('records that it never got'),
});

/** What becomes of the records on their way to other places. */
export const DELIVERY_BODIES: readonly RecordBody[] = fromTable([
  ['log', 'delivery-behind', backlogBody('delivery-behind'), 'A sink is further behind than the policy wants.'],
  ['log', 'delivery-denies', backlogBody('delivery-denies'), 'It is so far behind that decisions are refused for it.'],
  [
    'log',
    'delivery-denies-no-more',
    backlogBody('delivery-denies-no-more'),
    'They are refused no more; it is still behind.',
  ],
  ['log', 'delivery-caught-up', backlogBody('delivery-caught-up'), 'It is within its limits again.'],
  ['log', 'delivery-refused', refused, 'The receiver refuses records for good; they are set aside.'],
  ['log', 'delivery-refused-no-more', refusedNoMore, 'It takes all records again.'],
  [
    'log',
    'delivery-sink-added',
    startBody('delivery-sink-added', { acked: acked.optional() }),
    'A sink is delivered to for the first time, or again.',
  ],
  [
    'log',
    'delivery-position-lost',
    startBody('delivery-position-lost'),
    'Nobody knows any more how much it had taken; it is sent all that may be missing.',
  ],
  [
    'log',
    'delivery-log-changed',
    startBody('delivery-log-changed', { before: z.string().describe('origin of the log that was delivered before') }),
    'Another log is delivered to it than before.',
  ],
  [
    'log',
    'delivery-target-changed',
    startBody('delivery-target-changed', { acked }),
    'The policy names another place for it than before.',
  ],
  ['log', 'delivery-sink-removed', sinkRemoved, 'A sink was taken out of the policy.'],
]);
