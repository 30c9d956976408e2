import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stringField } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ReplyUnit } from '../reply/index.ts';
import { tokenSum, usageMeter } from './usage-meter.ts';
import { observingStage } from './observing-stage.ts';
import { SSE_CODEC } from '../sse-codec.ts';

const EVENTS: readonly JsonObject[] = [
  {
    type: 'message_start',
    message: { id: 'msg_1', content: [], usage: { input_tokens: 3, cache_read_input_tokens: 90, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'twelve bytes' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"command":"ls"}' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 40 } },
  { type: 'message_stop' },
];
const STREAM = Buffer.from(
  EVENTS.map((event) => `event: ${stringField(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
);

test('a stream cut at any byte counts no less than it began with, never less than one cut before, and in the end what it says', () => {
  let before = 0;
  for (let at = 0; at <= STREAM.length; at += 1) {
    const meter = usageMeter(40);
    meter.sending();
    const splitter = SSE_CODEC.splitter(1 << 20);
    const stage = observingStage((event) => meter.see(event));
    let isFirst = true;
    for (const bytes of splitter.push(STREAM.subarray(0, at))) {
      const unit: ReplyUnit = { bytes, event: SSE_CODEC.read(bytes, isFirst) };
      isFirst = false;
      assert.deepEqual(stage.push(unit), [unit]);
    }
    assert.deepEqual(stage.end(), []);
    const reading = meter.reading();
    const tokens = tokenSum(reading.tokens);
    assert.ok(tokens >= before && tokens >= 1, `${tokens} after ${before} at ${at}`);
    before = tokens;
    assert.equal(reading.isReported, tokens === 3 + 90 + 40, String(at));
  }
  assert.equal(before, 3 + 90 + 40);
});
