import type { JsonObject } from '../../core/json.ts';
import type { ToolUse } from '../reply-watch.ts';
import type { CallVerdict } from './call-ports.ts';

/** What a record tells of a call and of what the gateway decided about it. */
export function callFields(use: ToolUse, verdict: CallVerdict, requestIndex: number): JsonObject {
  return {
    requestIndex,
    toolUseId: use.id,
    name: use.name,
    blockType: use.blockType,
    inputSha256: use.inputSha256,
    verdict: verdict.verdict,
    ruleId: verdict.ruleId,
    bundle: verdict.bundle,
  };
}
