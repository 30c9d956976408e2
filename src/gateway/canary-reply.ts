import type { ModelProvider } from '../core/session.ts';
import type { JsonObject } from '../core/json.ts';
import { CANARY_ID_PREFIX } from './canary-cut.ts';
import { CONVERSE_CODEC } from './converse-codec.ts';
import { usageOf } from './converse-payloads.ts';
import { EVENT_STREAM_CODEC } from './event-stream-codec.ts';
import type { MessageFormat } from './message-format.ts';

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

/** In which form a request was asked. */
export interface ReplyForm {
  readonly protocol: ModelProvider;
  readonly format: MessageFormat;
}

/** A whole reply of the model whose only content is the canary call, in the form that was asked for. */
export function canaryReply(call: CanaryCall, form: ReplyForm, isStream: boolean): CanaryReply {
  const suffix = call.toolUseId.slice(CANARY_ID_PREFIX.length);
  const isBedrock = form.protocol === 'bedrock';
  const requestId = { [isBedrock ? 'x-amzn-requestid' : 'request-id']: `req_sallyport_${suffix}` };
  if (!isStream) {
    const reply = form.format === 'converse' ? converseMessage(call) : wholeMessage(call);
    const body = Buffer.from(JSON.stringify(reply), 'utf8');
    return { headers: { 'content-type': 'application/json', ...requestId }, body };
  }
  const events = messageEvents(call);
  if (isBedrock) {
    const codec = form.format === 'converse' ? CONVERSE_CODEC : EVENT_STREAM_CODEC;
    return {
      headers: { 'content-type': 'application/vnd.amazon.eventstream', ...requestId },
      body: Buffer.concat(events.map((event) => codec.write(event))),
    };
  }
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...requestId },
    body: Buffer.from(text, 'utf8'),
  };
}

const USAGE = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };

function wholeMessage(call: CanaryCall): JsonObject {
  return { ...messageHead(call), content: [toolUseBlock(call)], stop_reason: 'tool_use', usage: USAGE };
}

function converseMessage(call: CanaryCall): JsonObject {
  const toolUse = { toolUseId: call.toolUseId, name: call.tool, input: canaryInput(call) };
  return {
    output: { message: { role: 'assistant', content: [{ toolUse }] } },
    stopReason: 'tool_use',
    usage: usageOf(USAGE),
    metrics: { latencyMs: 0 },
  };
}

function messageEvents(call: CanaryCall): readonly (JsonObject & { readonly type: string })[] {
  const block = toolUseBlock(call);
  return [
    { type: 'message_start', message: { ...messageHead(call), content: [], stop_reason: null, usage: USAGE } },
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
}

function messageHead(call: CanaryCall): JsonObject {
  return {
    id: `msg_sallyport_${call.toolUseId.slice(CANARY_ID_PREFIX.length)}`,
    type: 'message',
    role: 'assistant',
    model: call.model,
    stop_sequence: null,
  };
}

function toolUseBlock(call: CanaryCall): {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
} {
  return { type: 'tool_use', id: call.toolUseId, name: call.tool, input: canaryInput(call) };
}

function canaryInput(call: CanaryCall): JsonObject {
  return call.tool === 'Bash'
    ? { command: `sallyport-canary ${call.toolUseId}`, description: 'Sallyport liveness check' }
    : { file_path: `/sallyport-canary/${call.toolUseId}` };
}
