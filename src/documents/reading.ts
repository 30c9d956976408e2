import type { DocumentLimits } from './document-limits.ts';
import { UnreadableDocument } from './document-text.ts';
import type { DocumentText } from './document-text.ts';

/** What was gathered from one document and all documents in it; the limits hold for their sum. */
export interface Reading {
  /** Adds a piece of text that stands for itself; blank ones are dropped. @throws {UnreadableDocument} above the limit. */
  add(text: string): void;
  /** Adds each piece once; for names and what else a file repeats. */
  addOnce(texts: Iterable<string>): void;
  /** Notes that something which can hold text was not read. */
  leaveOut(): void;
  /** @throws {UnreadableDocument} above the limit. */
  unpack(bytes: number): void;
  /** @throws {UnreadableDocument} above the limit. */
  openPart(): void;
  /** Whether a document within this one may be opened. */
  mayNest(depth: number): boolean;
  text(): DocumentText;
}

export function reading(limits: DocumentLimits): Reading {
  const pieces: string[] = [];
  let characters = 0;
  let unpacked = 0;
  let parts = 0;
  let isWhole = true;

  const add = (text: string): void => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    characters += trimmed.length + 1;
    if (characters > limits.maxCharacters) throw new UnreadableDocument('too-large');
    pieces.push(trimmed);
  };
  return {
    add,
    addOnce(texts) {
      for (const text of new Set(texts)) add(text);
    },
    leaveOut() {
      isWhole = false;
    },
    unpack(bytes) {
      unpacked += bytes;
      if (unpacked > limits.maxUnpackedBytes) throw new UnreadableDocument('too-large');
    },
    openPart() {
      parts += 1;
      if (parts > limits.maxParts) throw new UnreadableDocument('too-large');
    },
    mayNest: (depth) => depth < limits.maxNesting,
    text() {
      if (pieces.length === 0) return { kind: 'unreadable', reason: 'no-text' };
      return { kind: 'text', text: pieces.join('\n'), isWhole };
    },
  };
}
