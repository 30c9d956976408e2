import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import type { JsonObject } from '../../core/json.ts';
import { tokenSum, tokensOfBytes, usageMeter } from './usage-meter.ts';
import type { UsageMeter } from './usage-meter.ts';

const START: JsonObject = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    usage: { input_tokens: 10, cache_creation_input_tokens: 20, cache_read_input_tokens: 300, output_tokens: 1 },
  },
};
const delta = (text: string): JsonObject => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
});
const END: JsonObject = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 45 } };

interface Case {
  readonly name: string;
  readonly tell: (meter: UsageMeter) => void;
  readonly tokens: number;
  readonly isReported: boolean;
}

const CASES: readonly Case[] = [
  { name: 'a request that was not sent costs nothing', tell: () => undefined, tokens: 0, isReported: true },
  {
    name: 'a request that no service took costs nothing',
    tell: (meter) => {
      meter.sending();
      meter.notTaken();
    },
    tokens: 0,
    isReported: true,
  },
  {
    name: 'input, cache and output are counted as the service reports them',
    tell: (meter) => {
      meter.sending();
      for (const event of [START, delta('x'.repeat(4000)), END]) meter.see(event);
    },
    tokens: 10 + 20 + 300 + 45,
    isReported: true,
  },
  {
    name: 'a reply cut before its end counts what it began with and what came of it',
    tell: (meter) => {
      meter.sending();
      for (const event of [START, delta('x'.repeat(4000)), delta('é')]) meter.see(event);
    },
    tokens: 10 + 20 + 300 + 1001,
    isReported: false,
  },
  {
    name: 'a call that was cut counts by its input',
    tell: (meter) => {
      meter.sending();
      meter.see(START);
      meter.see({
        type: 'content_block_delta',
        index: 1,
        delta: { type: 'input_json_delta', partial_json: 'x'.repeat(40) },
      });
    },
    tokens: 330 + 10,
    isReported: false,
  },
  {
    name: 'signatures are not what the model wrote',
    tell: (meter) => {
      meter.sending();
      meter.see(START);
      meter.see({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'signature_delta', signature: 'x'.repeat(4000) },
      });
    },
    tokens: 330 + 1,
    isReported: false,
  },
  {
    name: 'a reply cut before its first event counts the request by its bytes',
    tell: (meter) => meter.sending(),
    tokens: 101 + 1,
    isReported: false,
  },
  {
    name: 'a whole reply is counted as it reports',
    tell: (meter) => {
      meter.sending();
      meter.saw({ input_tokens: 7, output_tokens: 5 }, 4000);
    },
    tokens: 12,
    isReported: true,
  },
  {
    name: 'a whole reply without counts is counted by bytes',
    tell: (meter) => {
      meter.sending();
      meter.saw({}, 4000);
    },
    tokens: 101 + 1000,
    isReported: false,
  },
  {
    name: 'later counts replace earlier ones, and are never taken back',
    tell: (meter) => {
      meter.sending();
      meter.see(START);
      meter.see({ ...END, usage: { input_tokens: 12, output_tokens: 45 } });
      meter.see({ ...END, usage: { input_tokens: 1, output_tokens: 2 } });
    },
    tokens: 12 + 20 + 300 + 45,
    isReported: true,
  },
  {
    name: 'counts that are none are not believed',
    tell: (meter) => {
      meter.sending();
      meter.see({ type: 'message_start', message: { usage: { input_tokens: -5, output_tokens: 'many' } } });
      meter.see({ type: 'message_delta', usage: { output_tokens: 1e300 } });
      meter.see({ type: 'message_delta', usage: { output_tokens: 0.5 } });
      meter.see({ type: 'message_delta', usage: [1] });
    },
    tokens: 101 + 1,
    isReported: false,
  },
  {
    name: 'a reply that reports nothing at all costs one token',
    tell: (meter) => {
      meter.sending();
      meter.saw({ input_tokens: 0, output_tokens: 0 }, 10);
    },
    tokens: 1,
    isReported: true,
  },
];

for (const { name, tell, tokens, isReported } of CASES) {
  test(name, () => {
    const meter = usageMeter(401);
    tell(meter);
    const reading = meter.reading();
    assert.equal(tokenSum(reading.tokens), tokens);
    assert.equal(reading.isReported, isReported);
  });
}

test('whatever events come, a request that went out costs at least one token and a whole number of them', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.nat(), (events, bytes) => {
      const meter = usageMeter(bytes);
      meter.sending();
      for (const event of events) {
        meter.see({ type: 'message_start', message: { usage: event } } as JsonObject);
        meter.see({ type: 'message_delta', usage: event } as JsonObject);
        meter.see({ type: 'content_block_delta', delta: event } as JsonObject);
      }
      const tokens = tokenSum(meter.reading().tokens);
      assert.ok(Number.isSafeInteger(tokens) && tokens >= 1, String(tokens));
    }),
  );
});

test('bytes are tokens rounded up, and never none', () => {
  assert.deepEqual([0, 1, 4, 5].map(tokensOfBytes), [1, 1, 1, 2]);
});
