import { stringAt } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import { isExempt, isFileLike, isPlainKey, readingOf } from './exempt.ts';
import type { Reading } from './exempt.ts';
import type { JsonNode } from './json-node.ts';
import type { Holder, LeafPlace, OpaqueBlock, TextLeaf, ToolUseHead } from './leaf.ts';

/** Who brought what is being read, and what text and documents there are called. */
export interface Where {
  readonly holder: Holder;
  readonly toolUseId: string | null;
  readonly text: LeafPlace;
  readonly document: LeafPlace;
}

/** The block that is being read. Blocks within blocks are blocks of their own. */
export interface OpenBlock {
  /** Null outside of blocks, where no text block could stand. */
  readonly span: Span | null;
  readonly type: string;
  readonly where: Where;
}

/** Collects what is found in one message. Nodes must come in the order of their bytes. */
export class Gathering {
  readonly leaves: TextLeaf[] = [];
  readonly toolUses: ToolUseHead[] = [];
  readonly #bytes: Buffer;
  readonly #opaque = new Map<number, OpaqueBlock>();
  #isReadable = true;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** False once a string that had to be decoded could not be. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  /** The blocks noted with {@link addOpaque}, outer ones first. */
  opaque(): readonly OpaqueBlock[] {
    return [...this.#opaque.values()].sort((a, b) => a.span.start - b.span.start);
  }

  /** Notes that a block holds content that is not text. What was noted first of a block stands. */
  addOpaque(block: OpenBlock, content: Pick<OpaqueBlock, 'kind' | 'mediaType' | 'data'>): void {
    const { span, where } = block;
    if (span === null || this.#opaque.has(span.start)) return;
    this.#opaque.set(span.start, { span: spanOf(span), ...content, place: where.holder, toolUseId: where.toolUseId });
  }

  /** The text of a string; null where the span holds something else, or nothing. */
  string(span: Span | undefined): string | null {
    if (span === undefined || this.#bytes[span.start] !== QUOTE) return null;
    const text = stringAt(this.#bytes, span);
    if (text === null) this.#isReadable = false;
    return text;
  }

  /** Notes a string, with its quotes, as a leaf. */
  addLeaf(span: Span, place: LeafPlace): void {
    const text = this.string(span);
    if (text !== null) this.leaves.push({ span: spanOf(span), text, place });
  }

  /** Notes every string within a value, at any depth, as a leaf, and every key too. */
  addAll(node: JsonNode, place: LeafPlace, keyPlace: LeafPlace): void {
    if (node.kind === 'string') this.addLeaf(node, place);
    if (node.kind === 'array') for (const element of node.elements) this.addAll(element, place, keyPlace);
    if (node.kind !== 'object') return;
    for (const { key, value } of node.members.values()) {
      this.addLeaf(key, keyPlace);
      this.addAll(value, place, keyPlace);
    }
  }

  /**
   * Notes what a value holds at any depth, read as `reading` says, but for what is written as it should be: unknown text,
   * or a file. So no shape, also a wrong one, keeps text from being found.
   */
  addUnknown(block: OpenBlock, node: JsonNode, reading: Reading): void {
    if (node.kind === 'string') this.#addUnknownString(block, node, reading);
    if (node.kind === 'array') for (const element of node.elements) this.addUnknown(block, element, reading);
    if (node.kind !== 'object') return;
    for (const [name, { key, value }] of node.members) {
      this.addUnknownKey(block, name, key);
      this.addUnknown(block, value, reading === 'any' ? readingOf(name) : reading);
    }
  }

  /** Notes a key, but not one that is a name as interfaces have them. */
  addUnknownKey(block: OpenBlock, name: string, key: Span): void {
    if (!isPlainKey(name)) this.addLeaf(key, unknownIn(block));
  }

  #addUnknownString(block: OpenBlock, span: Span, reading: Reading): void {
    if (isExempt(this.#bytes, span, reading)) return;
    const text = this.string(span);
    if (text === null) return;
    if (block.span !== null && isFileLike(text))
      this.addOpaque(block, { kind: 'unknown', mediaType: null, data: spanOf(span) });
    else this.leaves.push({ span: spanOf(span), text, place: unknownIn(block) });
  }
}

const QUOTE = 0x22;

function unknownIn(block: OpenBlock): LeafPlace {
  return { part: 'unknown', blockType: block.type };
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}
