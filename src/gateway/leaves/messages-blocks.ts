import type { Gathering, OpenBlock, Where } from './gathering.ts';
import type { JsonMembers, JsonObjectNode } from './json-node.ts';
import { addMedia, messagesMedia } from './media.ts';
import {
  content,
  fieldRules,
  inDocument,
  inResult,
  inSame,
  quoted,
  readFields,
  record,
  sealed,
  spoken,
  token,
  toolInput,
  unknown,
  unread,
  untouched,
} from './rules.ts';
import type { FieldRules, Fields, Rule, Within } from './rules.ts';
import { addToolUse } from './tool-use-head.ts';

/** Reads one content block of the Messages protocol. */
export function readMessagesBlock(to: Gathering, node: JsonObjectNode, where: Where): void {
  const type = to.string(node.members.get('type')?.value) ?? '';
  const block: OpenBlock = { span: node, type, where };
  noteContent(to, block, node.members);
  const rules =
    BLOCKS.get(type) ?? (where.holder === 'assistant' ? (FROM_SERVICE.get(type) ?? serverResult(type)) : undefined);
  readFields(to, block, node.members, rules ?? UNKNOWN_BLOCK);
}

function noteContent(to: Gathering, block: OpenBlock, members: JsonMembers): void {
  switch (block.type) {
    case 'image':
    case 'document':
      return addMedia(to, block, messagesMedia(to, block.type, members));
    case 'container_upload':
      return to.addOpaque(block, { kind: 'file', mediaType: null, data: null });
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return addToolUse(to, block, members, 'id');
  }
}

/** Tools that the service itself runs; their results carry proofs of their own, and never were on the client's machine. */
const SERVER_RESULT = /^[a-z0-9_]+_tool_result$/;

function serverResult(type: string): FieldRules | undefined {
  return SERVER_RESULT.test(type) ? SERVER_RESULT_FIELDS : undefined;
}

const anyContent = (within: Within): Rule => content(readMessagesBlock, within);

/** Fields that any block may have. */
const COMMON: Fields = { type: token, cache_control: token };

function block(fields: Fields): FieldRules {
  return fieldRules({ ...COMMON, ...fields });
}

const CITATION: Fields = {
  type: token,
  cited_text: spoken,
  document_title: spoken,
  title: spoken,
  source: spoken,
  url: spoken,
  encrypted_index: sealed,
};

const SOURCES: ReadonlyMap<string, Rule> = new Map([
  ['text', record({ type: token, media_type: token, data: quoted })],
  ['content', record({ type: token, content: anyContent(inDocument) })],
  ['base64', record({ type: token, media_type: token, data: untouched })],
  ['url', record({ type: token, url: quoted })],
  ['file', record({ type: token, file_id: token })],
]);

const source: Rule = (to, open, node, siblings) => {
  const type = node.kind === 'object' ? to.string(node.members.get('type')?.value) : null;
  const rule = SOURCES.get(type ?? '') ?? unknown;
  rule(to, open, node, siblings);
};

const CALL: Fields = { id: token, name: token, caller: token, toolset_name: token, input: toolInput('id', 'name') };

const RESULT: Fields = { tool_use_id: token, toolset_name: token, content: anyContent(inResult('tool_use_id')) };

const tabs = record({ tab_id: token, title: spoken, url: spoken });

const changes = record({ type: token, tab_id: token, download_id: token, url: spoken, path: spoken, error: spoken });

/** A tool's definition is a schema. */
const TOOL_CHANGE: Fields = { tool: record({ type: token, name: token, server_name: token, definition: unread }) };

const BLOCKS: ReadonlyMap<string, FieldRules> = new Map([
  ['text', block({ text: spoken, citations: record(CITATION) })],
  ['image', block({ source, transformations: token })],
  ['document', block({ source, title: quoted, context: quoted, citations: token })],
  ['search_result', block({ source: quoted, title: quoted, content: anyContent(inDocument), citations: token })],
  ['tool_use', block(CALL)],
  ['server_tool_use', block(CALL)],
  ['mcp_tool_use', block({ ...CALL, server_name: token })],
  ['tool_result', block(RESULT)],
  ['mcp_tool_result', block(RESULT)],
  ['tool_reference', block({ tool_name: token })],
  ['browser_state', block({ tabs, state_changes: changes })],
  ['container_upload', block({ file_id: token })],
  ['tool_addition', block(TOOL_CHANGE)],
  ['tool_removal', block(TOOL_CHANGE)],
]);

/** What only the service makes. Elsewhere than in an assistant message it is nothing that we know. */
const FROM_SERVICE: ReadonlyMap<string, FieldRules> = new Map([
  ['thinking', block({ thinking: untouched, signature: sealed })],
  ['redacted_thinking', block({ data: sealed })],
  [
    'compaction',
    block({ content: spoken, encrypted_content: sealed, signature: sealed, tool_changes: anyContent(inSame) }),
  ],
  ['mcp_tool_listing', block({ mcp_server_name: token, tools: unread })],
  ['fallback', block({ from: token, to: token, trigger: token })],
]);

const SERVER_RESULT_FIELDS = block({ tool_use_id: token, caller: token, content: unread });

const UNKNOWN_BLOCK = block({});
