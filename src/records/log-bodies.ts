import { z } from 'zod';
import { count, digest, word } from './field.ts';
import { fromTable } from './record-body.ts';
import type { RecordBody } from './record-body.ts';

const gap = {
  fromMs: z.int().describe('time of the last record before'),
  toMs: z.int(),
  seconds: z.number().nonnegative().nullable().describe('of which nothing is known; null where the clock went back'),
  cause: word.describe('`stopped`, `killed`, `clock-back`, `asleep`, `unwritten`'),
};

const everySeconds = z.number().positive().describe('of silence after which a heartbeat is due');

const moment = {
  upMs: z.number().describe('since the machine started'),
  boot: z.string().nullable().describe('which run of the machine that is; null where the system does not say'),
};

const opened = z.strictObject({
  event: z.literal('opened'),
  size: count.describe('records that were there'),
  head: digest.describe('hash of the last of them'),
  gap: z.strictObject(gap).nullable().describe('the time since the record before; null where there is none'),
  everySeconds,
  ...moment,
});

const tornTail = z.strictObject({
  event: z.literal('torn-tail'),
  file: z.string(),
  offset: count,
  bytes: count,
  sha256: digest.describe('of the bytes that were cut off'),
});

const writeFailed = z.strictObject({
  event: z.literal('write-failed'),
  step: word,
  code: z.string().describe('error code of the operating system'),
  refused: count.describe('records that were refused meanwhile'),
});

const heartbeat = z.strictObject({
  event: z.literal('heartbeat'),
  sequence: count.describe('from 0 at each opening, without gaps'),
  everySeconds,
  ...moment,
  refused: count.describe('records that were refused since the heartbeat before'),
});

const keyChanged = z.strictObject({
  event: z.literal('key-changed'),
  reason: z.string(),
  oldVkey: z.string().nullable().describe('verifier key of before; null where it was lost'),
  newVkey: z.string(),
  before: z
    .enum(['signed', 'unchecked', 'missing'])
    .describe('whether the newest checkpoint carried the old signature'),
  size: count.nullable().describe('of the log under that checkpoint'),
  root: digest.nullable(),
});

/** What the log says of itself. */
export const LOG_BODIES: readonly RecordBody[] = fromTable([
  ['log', 'opened', opened, 'A process began to write.'],
  ['log', 'closed', z.strictObject({ event: z.literal('closed'), ...moment }), 'It ended in order.'],
  ['log', 'torn-tail', tornTail, 'Bytes of a record that was never acknowledged were cut off.'],
  ['log', 'write-failed', writeFailed, 'The disk took nothing for a while; whatever waited was denied.'],
  ['log', 'heartbeat', heartbeat, 'The writer is alive, whether or not anything happens.'],
  [
    'log',
    'checkpoint-failed',
    z.strictObject({ event: z.literal('checkpoint-failed'), failures: count, code: z.string() }),
    'Checkpoints could not be written for a while; they are again.',
  ],
  ['log', 'key-changed', keyChanged, 'The log is signed with another key from here on.'],
  [
    'log',
    'tiles-rebuilt',
    z.strictObject({ event: z.literal('tiles-rebuilt'), size: count }),
    'The tree beside the records was missing or damaged and was made anew from them.',
  ],
  ['log', 'gap', z.strictObject({ event: z.literal('gap'), ...gap }), 'A time without records or heartbeats.'],
  [
    'log',
    'clock-jump',
    z.strictObject({ event: z.literal('clock-jump'), jumpMs: z.number(), ...moment }),
    'The clock of the machine was set.',
  ],
]);
