import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { canaryReply } from './canary-reply.ts';
import type { ReplyForm } from './canary-reply.ts';
import { CONVERSE_CODEC } from './converse-codec.ts';
import { converseAsMessage } from './converse-reply.ts';
import { EVENT_STREAM_CODEC } from './event-stream-codec.ts';
import { replyWatch, toolUsesIn } from './reply-watch.ts';
import { SSE_CODEC } from './sse-codec.ts';

const CALL = { toolUseId: 'toolu_sallyport_1', tool: 'Bash', model: 'm' } as const;
const FORMS = [
  { form: { protocol: 'anthropic', format: 'messages' }, codec: SSE_CODEC, type: 'text/event-stream; charset=utf-8' },
  { form: { protocol: 'vertex', format: 'messages' }, codec: SSE_CODEC, type: 'text/event-stream; charset=utf-8' },
  {
    form: { protocol: 'bedrock', format: 'messages' },
    codec: EVENT_STREAM_CODEC,
    type: 'application/vnd.amazon.eventstream',
  },
  {
    form: { protocol: 'bedrock', format: 'converse' },
    codec: CONVERSE_CODEC,
    type: 'application/vnd.amazon.eventstream',
  },
] satisfies readonly { form: ReplyForm; codec: unknown; type: string }[];

for (const { form, codec, type } of FORMS) {
  test(`a canary is one call in the form that was asked for: ${form.protocol}, ${form.format}`, () => {
    const streamed = canaryReply(CALL, form, true);
    assert.equal(streamed.headers['content-type'], type);
    const splitter = codec.splitter(100_000);
    const watch = replyWatch(100_000);
    const steps = splitter.push(streamed.body).map((unit) => watch.see(codec.read(unit, false) ?? {}));
    const calls = steps.flatMap((step) => (step.kind === 'completes' ? step.toolUses : []));
    assert.deepEqual([splitter.rest().length, watch.summary().stopReason], [0, 'tool_use']);

    const whole = JSON.parse(canaryReply(CALL, form, false).body.toString()) as JsonObject;
    const message = form.format === 'converse' ? converseAsMessage(whole) : whole;
    assert.deepEqual(toolUsesIn(message), calls, 'whole and streamed are the same call');
    assert.deepEqual(
      calls.map(({ id, name }) => [id, name]),
      [['toolu_sallyport_1', 'Bash']],
    );
  });
}

test('a canary in Converse has all that an SDK wants of a reply', () => {
  const form = { protocol: 'bedrock', format: 'converse' } as const;
  assert.deepEqual(JSON.parse(canaryReply(CALL, form, false).body.toString()), {
    output: {
      message: {
        role: 'assistant',
        content: [
          {
            toolUse: {
              toolUseId: 'toolu_sallyport_1',
              name: 'Bash',
              input: { command: 'sallyport-canary toolu_sallyport_1', description: 'Sallyport liveness check' },
            },
          },
        ],
      },
    },
    stopReason: 'tool_use',
    usage: { inputTokens: 0, cacheWriteInputTokens: 0, cacheReadInputTokens: 0, outputTokens: 0, totalTokens: 0 },
    metrics: { latencyMs: 0 },
  });
});
