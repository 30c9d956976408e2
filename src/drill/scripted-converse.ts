import type { JsonObject } from '../core/json.ts';
import { eventFrame, outputTokens, pieces } from './scripted-model-reply.ts';
import type { ReplyContext, ScriptedMessage, ScriptedToolUse } from './scripted-model-reply.ts';

/** The message as Converse answers it whole. */
export function converseJson(message: ScriptedMessage, context: ReplyContext): JsonObject {
  const calls = message.toolUses.map((use, nth) => ({ toolUse: { ...callHead(use, nth, context), input: use.input } }));
  const content = message.text === null ? calls : [{ text: message.text }, ...calls];
  return {
    metrics: { latencyMs: 5 },
    output: { message: { content, role: 'assistant' } },
    stopReason: stopReason(message),
    usage: usage(message, context),
  };
}

/**
 * The message as the frames of Converse, in the order in which the real service sends them: no frame opens a block of
 * text, and each has a member `p` that only fills it up.
 *
 * @param isCutAfterToolUse ends with the last `contentBlockStop`, as a connection that breaks there.
 */
export function converseStreamBytes(
  message: ScriptedMessage,
  context: ReplyContext,
  isCutAfterToolUse: boolean,
): Buffer {
  const frames: Buffer[] = [];
  let contentBlockIndex = 0;
  const add = (type: string, payload: JsonObject): void => {
    frames.push(eventFrame(type, { ...payload, p: 'abcdefghijklmnopqrstuvwxyz'.slice(0, 4 + (frames.length % 20)) }));
  };
  const endBlock = (): void => {
    add('contentBlockStop', { contentBlockIndex });
    contentBlockIndex += 1;
  };

  add('messageStart', { role: 'assistant' });
  if (message.text !== null) {
    for (const text of pieces(message.text)) add('contentBlockDelta', { contentBlockIndex, delta: { text } });
    endBlock();
  }
  message.toolUses.forEach((use, nth) => {
    add('contentBlockStart', { contentBlockIndex, start: { toolUse: callHead(use, nth, context) } });
    for (const input of ['', ...pieces(JSON.stringify(use.input))]) {
      add('contentBlockDelta', { contentBlockIndex, delta: { toolUse: { input } } });
    }
    endBlock();
  });
  if (!isCutAfterToolUse) {
    add('messageStop', { stopReason: stopReason(message) });
    add('metadata', { metrics: { latencyMs: 5 }, usage: usage(message, context) });
  }
  return Buffer.concat(frames);
}

function callHead(use: ScriptedToolUse, nth: number, context: ReplyContext): JsonObject {
  return { name: use.name, toolUseId: use.id ?? `tooluse_drill_${context.turn}_${nth}` };
}

function stopReason(message: ScriptedMessage): string {
  return message.toolUses.length > 0 ? 'tool_use' : 'end_turn';
}

function usage(message: ScriptedMessage, context: ReplyContext): JsonObject {
  const inputTokens = Math.ceil(context.requestBytes / 4);
  const counted = outputTokens(message);
  return { inputTokens, outputTokens: counted, totalTokens: inputTokens + counted };
}
