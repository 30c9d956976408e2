import type { Span } from '../json-spans.ts';

/** Where in a request a text stands, and so who wrote it: policies differ by it. */
export type LeafPlace =
  | { readonly part: 'system' }
  | { readonly part: 'user' }
  | { readonly part: 'assistant' }
  /** A string or a key, at any depth, in what the model called a tool with. */
  | {
      readonly part: 'tool-input';
      readonly toolUseId: string | null;
      readonly tool: string | null;
      readonly isKey: boolean;
    }
  /** All text in the result of a tool that the client ran, documents and keys of JSON within it too. */
  | { readonly part: 'tool-result'; readonly toolUseId: string | null }
  /** Text, title, context or address of a document, or of a search result, that is not in the result of a tool. */
  | { readonly part: 'document' }
  /** Text where nobody here knows of any: in blocks of a type that is not known, and in unknown fields of those that are. */
  | { readonly part: 'unknown'; readonly blockType: string };

/** A text that may be rewritten; everything around it must stay byte for byte. */
export interface TextLeaf {
  /** The JSON string with its quotes. */
  readonly span: Span;
  /**
   * The string, decoded. A lone surrogate, which JSON can escape and UTF-8 not write, is one here too; `jsonString`
   * writes it as an escape again.
   */
  readonly text: string;
  readonly place: LeafPlace;
}

/** Who brought something into the conversation. */
export type Holder = 'user' | 'assistant' | 'tool-result' | 'system';

/** Content that is not text to anybody here. Whether `data` is what it says to be is not looked at. */
export interface OpaqueBlock {
  /** The whole block, an object, so that a text block can be put in its place. Leaves (a title) may stand within it. */
  readonly span: Span;
  /** `url` and `file` are not in the request at all: the service fetches or holds them. A picture is `image` there too. */
  readonly kind: 'image' | 'pdf' | 'document' | 'media' | 'file' | 'url' | 'unknown';
  /** As the request says, or as the format that it names is called; null where it tells neither. */
  readonly mediaType: string | null;
  /** The base64 string with its quotes, if it is in the request. */
  readonly data: Span | null;
  readonly place: Holder;
  readonly toolUseId: string | null;
}

/** A call in an assistant message, so that its result can be told by tool and file. */
export interface ToolUseHead {
  readonly id: string;
  readonly name: string;
  /** The input's `file_path`, else `path`, else `notebook_path`: the first that is a string. */
  readonly path: string | null;
}

/** What a message, or the system prompt, holds that is of interest to a scanner. */
export interface MessageLeaves {
  readonly role: 'user' | 'assistant' | 'system' | 'other';
  /** In the order of their bytes; none overlap. */
  readonly leaves: readonly TextLeaf[];
  /** In the order of their first bytes. One may lie within another, which then comes first. */
  readonly opaque: readonly OpaqueBlock[];
  readonly toolUses: readonly ToolUseHead[];
}
