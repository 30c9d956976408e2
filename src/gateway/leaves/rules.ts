import { readingOf } from './exempt.ts';
import type { Reading } from './exempt.ts';
import type { Gathering, OpenBlock, Where } from './gathering.ts';
import type { JsonMembers, JsonNode, JsonObjectNode } from './json-node.ts';
import type { LeafPlace } from './leaf.ts';

/** How the value of one known member is read. `siblings` are the members of its object, itself included. */
export type Rule = (to: Gathering, block: OpenBlock, node: JsonNode, siblings: JsonMembers) => void;

/** The members of an object that are known, each with its rule. What is not named is unknown content. */
export type Fields = Readonly<Record<string, Rule>>;

/** {@link Fields}, looked up by names that anybody may have chosen. */
export type FieldRules = ReadonlyMap<string, Rule>;

/** The rules of fields, ready to be looked up. */
export function fieldRules(fields: Fields): FieldRules {
  return new Map(Object.entries(fields));
}

/** Reads one content block; formats differ in how they tell a block's type. */
export type BlockReader = (to: Gathering, node: JsonObjectNode, where: Where) => void;

/** Text that is part of the conversation. */
export const spoken: Rule = (to, block, node) => addText(to, block, node, block.where.text);

/** Text that was brought from elsewhere to be read: of documents, their titles, their addresses. */
export const quoted: Rule = (to, block, node) => addText(to, block, node, block.where.document);

/** Names, ids, enumerated words and settings that consist of them. */
export const token: Rule = expected('token');

/** Signatures and encrypted content. */
export const sealed: Rule = expected('sealed');

/** Members that mean nothing to us. */
export const unknown: Rule = expected('any');

/** A string that is never rewritten, whatever it says. What is no string is unknown content. */
export const untouched: Rule = (to, block, node) => {
  if (node.kind !== 'string') to.addUnknown(block, node, 'any');
};

/**
 * A value that is never rewritten, whatever it holds: what the service or the client's own program made. Where users and
 * tools speak it is unknown content.
 */
export const unread: Rule = (to, block, node) => {
  const { holder } = block.where;
  if (holder === 'user' || holder === 'tool-result') to.addUnknown(block, node, 'any');
};

/** Input of a tool: all strings and keys, with the id and the name of the call under the keys given. */
export function toolInput(idKey: string, nameKey: string): Rule {
  return (to, _block, node, siblings) => {
    const toolUseId = to.string(siblings.get(idKey)?.value);
    const tool = to.string(siblings.get(nameKey)?.value);
    const place = { part: 'tool-input', toolUseId, tool } as const;
    to.addAll(node, { ...place, isKey: false }, { ...place, isKey: true });
  };
}

/** JSON that a tool gave: all strings and keys. */
export const json: Rule = (to, block, node) => to.addAll(node, block.where.text, block.where.text);

/** An object, or a list of objects, with the fields given. */
export function record(fields: Fields): Rule {
  const rules = fieldRules(fields);
  const read: Rule = (to, block, node, siblings) => {
    if (node.kind === 'array') for (const element of node.elements) readElement(to, block, element, siblings);
    else readElement(to, block, node, siblings);
  };
  const readElement: Rule = (to, block, node) => {
    if (node.kind === 'object') readFields(to, block, node.members, rules);
    else to.addUnknown(block, node, 'any');
  };
  return read;
}

/** Reads the members of an object in the order of their bytes. */
export function readFields(to: Gathering, block: OpenBlock, members: JsonMembers, rules: FieldRules): void {
  for (const [name, { key, value }] of members) {
    const rule = rules.get(name);
    if (rule !== undefined) {
      rule(to, block, value, members);
      continue;
    }
    to.addUnknownKey(block, name, key);
    to.addUnknown(block, value, readingOf(name));
  }
}

/** Content of a block: text, or blocks, that are brought by whom `within` tells. */
export function content(readBlock: BlockReader, within: Within): Rule {
  return (to, block, node, siblings) => {
    readContent(to, block, node, within(to, block.where, siblings), readBlock);
  };
}

/** Who brings the content of a block that stands in `where`. */
export type Within = (to: Gathering, where: Where, siblings: JsonMembers) => Where;

/** Blocks that are part of what they stand in. */
export const inSame: Within = (_to, where) => where;

/** Blocks of a document: their text is the document's. */
export const inDocument: Within = (_to, where) => ({ ...where, text: where.document });

/** Blocks in the result of a tool, whose call the member `idKey` names. */
export function inResult(idKey: string): Within {
  return (to, _where, siblings) => {
    const toolUseId = to.string(siblings.get(idKey)?.value);
    const text = { part: 'tool-result', toolUseId } as const;
    return { holder: 'tool-result', toolUseId, text, document: text };
  };
}

/** Reads text, a block or a list of both. */
export function readContent(
  to: Gathering,
  block: OpenBlock,
  node: JsonNode,
  where: Where,
  readBlock: BlockReader,
): void {
  for (const element of node.kind === 'array' ? node.elements : [node]) {
    if (element.kind === 'string') to.addLeaf(element, where.text);
    else if (element.kind === 'object') readBlock(to, element, where);
    else to.addUnknown(block, element, 'any');
  }
}

function addText(to: Gathering, block: OpenBlock, node: JsonNode, place: LeafPlace): void {
  if (node.kind === 'string') to.addLeaf(node, place);
  else to.addUnknown(block, node, 'any');
}

function expected(reading: Reading): Rule {
  return (to, block, node) => to.addUnknown(block, node, reading);
}
