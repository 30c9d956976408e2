import { createHash } from 'node:crypto';

import { canonicalJson, isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Sha256 } from '../core/ids.ts';
import { MAX_JSON_DEPTH } from './json-spans.ts';
import { UnreadableReply } from './stream-codec.ts';

/** A call that the model makes, as the record names it. */
export interface ToolUse {
  /** `tool_use`, or the name of a call that the service runs itself, such as `server_tool_use`. */
  readonly blockType: string;
  readonly id: string;
  readonly name: string;
  /**
   * Over the canonical JSON of the input, so that a guard that sees the same input has the same digest; over the text as
   * it came where that is no JSON, as in a call that the token limit cut short.
   */
  readonly inputSha256: Sha256;
  /** Null where it is no JSON. */
  readonly input: Json;
}

/** What an event does to the calls of a message. */
export type Step =
  | { readonly kind: 'passes' }
  /** A block begins; `isToolUse` where it is a call. */
  | { readonly kind: 'starts'; readonly isToolUse: boolean }
  /** Once the client has this event it may run these calls. */
  | { readonly kind: 'completes'; readonly toolUses: readonly ToolUse[] };

/** What the record of a reply tells of it. */
export interface ReplySummary {
  readonly messageId: string | null;
  readonly stopReason: string | null;
  /** Token counts by the service's names. */
  readonly usage: JsonObject;
}

/** Follows the events of one message. Holds state; one per reply. */
export interface ReplyWatch {
  /** @throws {UnreadableReply} where the events do not make a message whose calls are certain. */
  see(event: JsonObject): Step;
  summary(): ReplySummary;
}

interface OpenCall {
  readonly block: JsonObject;
  readonly parts: string[];
  length: number;
}

/** @param maxInputBytes bound on the input of one call, in UTF-16 code units of its JSON. */
export function replyWatch(maxInputBytes: number): ReplyWatch {
  const open = new Map<Json | undefined, OpenCall>();
  let summary: ReplySummary = { messageId: null, stopReason: null, usage: {} };
  let begun: Json | undefined = null;

  const complete = (calls: readonly OpenCall[]): Step =>
    calls.length === 0 ? PASSES : { kind: 'completes', toolUses: calls.map(toolUseOf) };
  const completeAll = (): Step => {
    const calls = [...open.values()];
    open.clear();
    return complete(calls);
  };

  return {
    see: (event) => {
      switch (stringField(event, 'type')) {
        case 'content_block_delta': {
          const call = open.get(event['index']);
          if (call !== undefined) addInput(call, event['delta'], maxInputBytes);
          if (call !== undefined || event['index'] === begun) return PASSES;
          // Converse opens no block of text: its first piece does.
          begun = event['index'];
          return { kind: 'starts', isToolUse: false };
        }
        case 'content_block_start': {
          const block = event['content_block'];
          if (!isJsonObject(block)) throw new UnreadableReply('a block starts without content');
          if (!isToolUse(block)) {
            begun = event['index'];
            return { kind: 'starts', isToolUse: false };
          }
          if (!Number.isInteger(event['index'])) throw new UnreadableReply('a call has no index');
          if (open.has(event['index'])) throw new UnreadableReply('two calls are open under one index');
          open.set(event['index'], { block, parts: [], length: 0 });
          return { kind: 'starts', isToolUse: true };
        }
        case 'content_block_stop': {
          const call = open.get(event['index']);
          open.delete(event['index']);
          if (call !== undefined) return complete([call]);
          // A stop without a number stops what a client takes it to stop.
          return Number.isInteger(event['index']) ? PASSES : completeAll();
        }
        case 'message_start': {
          const message = isJsonObject(event['message']) ? event['message'] : {};
          summary = summaryOf(message);
          const toolUses = toolUsesIn(event);
          return toolUses.length === 0 ? PASSES : { kind: 'completes', toolUses };
        }
        case 'message_delta': {
          const delta = isJsonObject(event['delta']) ? event['delta'] : {};
          summary = {
            messageId: summary.messageId,
            stopReason: stringField(delta, 'stop_reason') ?? summary.stopReason,
            usage: { ...summary.usage, ...counts(event['usage']) },
          };
          return completeAll();
        }
        case 'message_stop':
          return completeAll();
        case null:
        default: {
          const toolUses = toolUsesIn(event);
          return toolUses.length === 0 ? PASSES : { kind: 'completes', toolUses };
        }
      }
    },
    summary: () => summary,
  };
}

/** What the record tells of a message that came whole. */
export function summaryOf(message: JsonObject): ReplySummary {
  return {
    messageId: stringField(message, 'id'),
    stopReason: stringField(message, 'stop_reason'),
    usage: counts(message['usage']),
  };
}

/** All calls anywhere in a value, in the order in which they are met. */
export function toolUsesIn(value: Json): readonly ToolUse[] {
  const found: ToolUse[] = [];
  const left: Json[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === null || typeof next !== 'object') continue;
    if (isJsonObject(next) && isToolUse(next)) {
      found.push(toolUseOf({ block: next, parts: [], length: 0 }));
      continue;
    }
    left.push(...Object.values(next).toReversed());
  }
  return found;
}

const PASSES: Step = { kind: 'passes' };

function isToolUse(block: JsonObject): boolean {
  return stringField(block, 'type')?.endsWith('tool_use') === true;
}

function addInput(call: OpenCall, delta: Json | undefined, maxLength: number): void {
  const part = isJsonObject(delta) ? stringField(delta, 'partial_json') : null;
  if (part === null || part === '') return;
  call.length += part.length;
  if (call.length > maxLength) throw new UnreadableReply('the input of a call is too long');
  call.parts.push(part);
}

function toolUseOf(call: OpenCall): ToolUse {
  const id = stringField(call.block, 'id');
  const name = stringField(call.block, 'name');
  if (id === null || name === null) throw new UnreadableReply('a call has no id or no name');
  if (id.length > MAX_NAME_LENGTH || name.length > MAX_NAME_LENGTH)
    throw new UnreadableReply('a call has a name too long');
  return { blockType: stringField(call.block, 'type') ?? '', id, name, ...inputOf(call) };
}

/** Longer ids and names would fill the log; the service's are below 100. */
const MAX_NAME_LENGTH = 512;

function inputOf(call: OpenCall): Pick<ToolUse, 'input' | 'inputSha256'> {
  const joined = call.parts.join('');
  const input = joined === '' ? (call.block['input'] ?? {}) : parsed(joined);
  // Once in a transcript it would make every later request one that cannot be read.
  if (isDeeper(input ?? null, MAX_INPUT_DEPTH)) throw new UnreadableReply('the input of a call is nested too deeply');
  return { input: input ?? null, inputSha256: sha256(canonicalOr(input, joined)) };
}

/** What a request may nest, less what stands around the input of a call in it. */
const MAX_INPUT_DEPTH = MAX_JSON_DEPTH - 32;

function isDeeper(value: Json, most: number): boolean {
  let level: readonly Json[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((each) => (each === null || typeof each !== 'object' ? [] : Object.values(each)));
  }
  return false;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function canonicalOr(input: Json | undefined, joined: string): string {
  try {
    if (input !== undefined) return canonicalJson(input);
  } catch (error) {
    // Too deep for the stack: the caller cuts the reply.
    if (!(error instanceof TypeError)) throw error;
  }
  return joined === '' ? JSON.stringify(input) : joined;
}

function sha256(text: string): Sha256 {
  return createHash('sha256').update(text, 'utf8').digest('hex') as Sha256;
}

function counts(usage: Json | undefined): JsonObject {
  if (!isJsonObject(usage)) return {};
  return Object.fromEntries(COUNTED.flatMap((name) => (typeof usage[name] === 'number' ? [[name, usage[name]]] : [])));
}

const COUNTED = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'] as const;
