import type { Gathering, OpenBlock, Where } from './gathering.ts';
import type { JsonObjectNode } from './json-node.ts';
import { addMedia, converseMedia } from './media.ts';
import type { ConverseMediaName } from './media.ts';
import {
  content,
  inResult,
  json,
  quoted,
  readFields,
  record,
  sealed,
  spoken,
  token,
  toolInput,
  unknown,
  untouched,
} from './rules.ts';
import type { FieldRules, Fields, Rule } from './rules.ts';
import { addToolUse } from './tool-use-head.ts';

/** Reads one content block of Bedrock's Converse: an object whose one member says what it is. */
export function readConverseBlock(to: Gathering, node: JsonObjectNode, where: Where): void {
  const [type = ''] = node.members.keys();
  const block: OpenBlock = { span: node, type, where };
  readFields(to, block, node.members, BLOCK);
}

/** A file; text that is not in it, as a title, has a field of its own. */
function media(name: ConverseMediaName, fields: Fields): Rule {
  const read = record({ format: token, source: SOURCE, ...fields });
  return (to, block, node, siblings) => {
    addMedia(to, block, converseMedia(to, name, node));
    read(to, block, node, siblings);
  };
}

const SOURCE = record({
  bytes: untouched,
  s3Location: record({ uri: quoted, bucketOwner: token }),
  text: quoted,
  content: record({ text: quoted }),
});

/** The service takes letters, digits, single blanks, hyphens and brackets here, and so no text with any other sign. */
const documentName: Rule = (to, block, node, siblings) => {
  const name = to.string(node);
  if (name === null || !DOCUMENT_NAME.test(name)) quoted(to, block, node, siblings);
};

const DOCUMENT_NAME = /^[\w \-()[\]]{0,200}$/;

const calls = record({ toolUseId: token, name: token, type: token, input: toolInput('toolUseId', 'name') });

const toolUse: Rule = (to, block, node, siblings) => {
  if (node.kind === 'object') addToolUse(to, block, node.members, 'toolUseId');
  calls(to, block, node, siblings);
};

const reasoning = record({
  reasoningText: record({ text: untouched, signature: sealed }),
  redactedContent: sealed,
});

/** Reasoning is the service's; elsewhere than in an assistant message it is nothing that we know. */
const reasoningContent: Rule = (to, block, node, siblings) => {
  const rule = block.where.holder === 'assistant' ? reasoning : unknown;
  rule(to, block, node, siblings);
};

const CITATION: Fields = {
  title: spoken,
  source: spoken,
  sourceContent: record({ text: spoken }),
  location: record({ web: record({ url: spoken, domain: spoken }) }),
};

const BLOCK: FieldRules = new Map<string, Rule>([
  ['text', spoken],
  ['image', media('image', {})],
  ['document', media('document', { name: documentName, context: quoted, citations: token })],
  ['video', media('video', {})],
  ['audio', media('audio', {})],
  ['toolUse', toolUse],
  [
    'toolResult',
    record({
      toolUseId: token,
      status: token,
      type: token,
      content: content(readConverseBlock, inResult('toolUseId')),
    }),
  ],
  // Only within the result of a tool, but nowhere a danger: nothing in it is exempt.
  ['json', json],
  ['guardContent', record({ text: record({ text: spoken, qualifiers: token }), image: media('image', {}) })],
  ['cachePoint', token],
  ['reasoningContent', reasoningContent],
  ['citationsContent', record({ content: record({ text: spoken }), citations: record(CITATION) })],
  ['searchResult', record({ source: quoted, title: quoted, content: record({ text: quoted }), citations: token })],
  ['toolAddition', token],
  ['toolRemoval', token],
]);
