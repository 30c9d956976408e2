import type { ModelProvider } from '../core/session.ts';
import type { JsonObject } from '../core/json.ts';
import { CANARY_ID_PREFIX } from './canary-cut.ts';
import { chunkFrame } from './event-stream-codec.ts';

/** The tools by which a canary can be called, best first. */
export const CANARY_TOOLS = ['Bash', 'Read'] as const;
export type CanaryTool = (typeof CANARY_TOOLS)[number];

export interface CanaryCall {
  readonly toolUseId: string;
  readonly tool: CanaryTool;
  /** The model that the client asked for, which the reply names. */
  readonly model: string;
}

export interface CanaryReply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A whole reply of the model whose only content is the canary call, in the form that was asked for. */
export function canaryReply(call: CanaryCall, protocol: ModelProvider, isStream: boolean): CanaryReply {
  const suffix = call.toolUseId.slice(CANARY_ID_PREFIX.length);
  const requestId = { [protocol === 'bedrock' ? 'x-amzn-requestid' : 'request-id']: `req_sallyport_${suffix}` };
  const head = {
    id: `msg_sallyport_${suffix}`,
    type: 'message',
    role: 'assistant',
    model: call.model,
    stop_sequence: null,
  };
  const block = { type: 'tool_use', id: call.toolUseId, name: call.tool, input: canaryInput(call) };
  if (!isStream) {
    const message = { ...head, content: [block], stop_reason: 'tool_use', usage: USAGE };
    const body = Buffer.from(JSON.stringify(message), 'utf8');
    return { headers: { 'content-type': 'application/json', ...requestId }, body };
  }
  const events: readonly (JsonObject & { readonly type: string })[] = [
    { type: 'message_start', message: { ...head, content: [], stop_reason: null, usage: USAGE } },
    { type: 'content_block_start', index: 0, content_block: { ...block, input: {} } },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
    },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 0 } },
    { type: 'message_stop' },
  ];
  if (protocol === 'bedrock') {
    return {
      headers: { 'content-type': 'application/vnd.amazon.eventstream', ...requestId },
      body: Buffer.concat(events.map(chunkFrame)),
    };
  }
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...requestId },
    body: Buffer.from(text, 'utf8'),
  };
}

const USAGE = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };

function canaryInput(call: CanaryCall): JsonObject {
  return call.tool === 'Bash'
    ? { command: `sallyport-canary ${call.toolUseId}`, description: 'Sallyport liveness check' }
    : { file_path: `/sallyport-canary/${call.toolUseId}` };
}
