/**
 * A JSON text as it is written: every member with its place, a key that is given twice kept twice. Plain frozen data.
 * `at` is an offset in UTF-16 code units.
 */
export type JsonNode =
  | { readonly kind: 'object'; readonly at: number; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly at: number; readonly items: readonly JsonNode[] }
  | JsonScalar;

export type JsonScalar =
  | { readonly kind: 'string'; readonly at: number; readonly value: string }
  | { readonly kind: 'number'; readonly at: number; readonly value: number }
  | { readonly kind: 'boolean'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'null'; readonly at: number };

export interface JsonMember {
  readonly key: string;
  /** Where the key stands. */
  readonly at: number;
  readonly value: JsonNode;
  /** Where the member stands that takes this one's place, because it has the same key and comes later; else null. */
  readonly overriddenAt: number | null;
}

/** Something in the text that is no JSON. Where `isFatal` is true, what the text says cannot be known. */
export interface JsonFault {
  readonly at: number;
  readonly problem: string;
  readonly isFatal: boolean;
}
