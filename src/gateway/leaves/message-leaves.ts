import type { Span } from '../json-spans.ts';
import type { MessageFormat } from '../message-format.ts';
import { isBillingHeader } from './billing-header.ts';
import { readConverseBlock } from './converse-blocks.ts';
import { Gathering } from './gathering.ts';
import type { OpenBlock, Where } from './gathering.ts';
import { readJsonNode } from './json-node.ts';
import type { MessageLeaves } from './leaf.ts';
import { readMessagesBlock } from './messages-blocks.ts';
import { content, fieldRules, inSame, readContent, readFields, token } from './rules.ts';
import type { BlockReader, FieldRules, Fields } from './rules.ts';

/**
 * What one element of `messages` holds. Every string in it is a leaf, or content that is not text, or one that must not
 * be rewritten: names, ids and settings written as such are; thinking and results of the service's own tools in
 * assistant messages; signatures and encrypted content; schemas of tools.
 *
 * Linear in the length of the message. A value of another type than the protocol has is no fault: the service refuses it.
 *
 * @param bytes UTF-8, checked by the caller.
 * @returns null where the message cannot be read as every parser reads it; the request must not go on.
 */
export function messageLeaves(bytes: Buffer, message: Span, format: MessageFormat): MessageLeaves | null {
  const node = readJsonNode(bytes, message);
  if (node === null) return null;
  const to = new Gathering(bytes);
  const role = roleOf(node.kind === 'object' ? to.string(node.members.get('role')?.value) : null);
  const where = whereOf(role);
  const outside: OpenBlock = { span: null, type: 'message', where };
  if (node.kind === 'object') readFields(to, outside, node.members, FIELDS[format]);
  else to.addUnknown(outside, node, 'any');
  return gathered(to, role);
}

/**
 * What the `system` member of a request holds, text or blocks; as {@link messageLeaves}. The client's billing header is
 * no leaf.
 */
export function systemLeaves(bytes: Buffer, system: Span, format: MessageFormat): MessageLeaves | null {
  const node = readJsonNode(bytes, system);
  if (node === null) return null;
  const to = new Gathering(bytes);
  const where = whereOf('system');
  readContent(to, { span: null, type: 'system', where }, node, where, READERS[format]);
  const found = gathered(to, 'system');
  return found === null ? null : { ...found, leaves: found.leaves.filter((leaf) => !isBillingHeader(leaf)) };
}

/**
 * What a request holds beside its messages and its system prompt: members that the protocol does not have, and those that
 * may hold any text. A service that takes another protocol's words on the same path would read them.
 *
 * @param members all members of the body.
 */
export function otherLeaves(
  bytes: Buffer,
  members: ReadonlyMap<string, Span>,
  format: MessageFormat,
): MessageLeaves | null {
  const to = new Gathering(bytes);
  const where = whereOf('user');
  for (const [name, span] of members) {
    if (KNOWN_MEMBERS[format].has(name)) continue;
    const node = readJsonNode(bytes, span);
    if (node === null) return null;
    to.addUnknown({ span: null, type: 'request', where }, node, 'any');
  }
  return gathered(to, 'other');
}

/** Members that are read elsewhere, or hold settings and schemas (Messages API and Converse, by their SDKs' types). */
const KNOWN_MEMBERS: Readonly<Record<MessageFormat, ReadonlySet<string>>> = {
  messages: new Set([
    'model',
    'messages',
    'system',
    'tools',
    'tool_choice',
    'metadata',
    'max_tokens',
    'temperature',
    'top_p',
    'top_k',
    'stop_sequences',
    'stream',
    'thinking',
    'context_management',
    'output_config',
    'output_format',
    'service_tier',
    'container',
    'mcp_servers',
    'betas',
    'cache_control',
    'inference_geo',
    'speed',
    'anthropic_version',
    'anthropic_beta',
  ]),
  converse: new Set([
    'messages',
    'system',
    'inferenceConfig',
    'toolConfig',
    'guardrailConfig',
    'additionalModelResponseFieldPaths',
    'performanceConfig',
    'serviceTier',
    'outputConfig',
  ]),
};

const READERS: Readonly<Record<MessageFormat, BlockReader>> = {
  messages: readMessagesBlock,
  converse: readConverseBlock,
};

/** What a message has, beside content. */
const SETTINGS: Fields = { role: token, clear_at: token, output_config: token };

const FIELDS: Readonly<Record<MessageFormat, FieldRules>> = {
  messages: fieldRules({ ...SETTINGS, content: content(readMessagesBlock, inSame) }),
  converse: fieldRules({ ...SETTINGS, content: content(readConverseBlock, inSame) }),
};

function roleOf(role: string | null): MessageLeaves['role'] {
  return role === 'user' || role === 'assistant' || role === 'system' ? role : 'other';
}

/** A role that nobody knows counts as the user's. */
function whereOf(role: MessageLeaves['role']): Where {
  const holder = role === 'other' ? 'user' : role;
  return { holder, toolUseId: null, text: { part: holder }, document: { part: 'document' } };
}

function gathered(to: Gathering, role: MessageLeaves['role']): MessageLeaves | null {
  if (!to.isReadable) return null;
  return { role, leaves: to.leaves, opaque: to.opaque(), toolUses: to.toolUses };
}
