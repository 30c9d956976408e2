/** A half-open range of bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Nested arrays and objects; deeper bodies are malformed to us. */
export const MAX_JSON_DEPTH = 512;
/** Members of an object that is read, and elements of an array: each costs memory that its bytes do not tell of. */
export const MAX_JSON_ENTRIES = 20_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The members of the JSON object that fills `within`, in order, without building what is in them. Keys are decoded.
 *
 * Linear in the length. Of the values only brackets, strings and scalars are checked, so text that no parser takes may
 * pass; every text that is JSON gives the spans that any parser sees.
 *
 * @returns null where it is no object, is malformed, is nested deeper than {@link MAX_JSON_DEPTH}, has more members than
 *   {@link MAX_JSON_ENTRIES} or a key twice: of two equal keys one parser takes the first and another the last.
 */
export function objectMembers(bytes: Buffer, within: Span): ReadonlyMap<string, Span> | null {
  const members = new Map<string, Span>();
  let at = afterBlanks(bytes, within.start, within.end);
  if (bytes[at] !== OPEN_BRACE || at >= within.end) return null;
  at = afterBlanks(bytes, at + 1, within.end);
  if (at < within.end && bytes[at] === CLOSE_BRACE) return endsAt(bytes, at + 1, within.end) ? members : null;
  return membersAt(bytes, at, within.end, members) ? members : null;
}

/**
 * Reads the rest of the object that fills the bytes, behind the value of a member that was read before, into `members`;
 * false where {@link objectMembers} would have given null.
 */
export function restOfObject(bytes: Buffer, behind: number, members: Map<string, Span>): boolean {
  const at = afterBlanks(bytes, behind, bytes.length);
  if (at >= bytes.length) return false;
  if (bytes[at] === CLOSE_BRACE) return endsAt(bytes, at + 1, bytes.length);
  return bytes[at] === COMMA && membersAt(bytes, afterBlanks(bytes, at + 1, bytes.length), bytes.length, members);
}

/** Reads members from the first key on to the end of the object. */
function membersAt(bytes: Buffer, from: number, limit: number, members: Map<string, Span>): boolean {
  let at = from;
  while (at < limit && bytes[at] === QUOTE) {
    const keyEnd = stringEnd(bytes, at, limit);
    const key = keyEnd === -1 ? null : stringAt(bytes, { start: at, end: keyEnd });
    if (key === null || members.has(key) || members.size === MAX_JSON_ENTRIES) return false;
    at = afterBlanks(bytes, keyEnd, limit);
    if (bytes[at] !== COLON) return false;
    const start = afterBlanks(bytes, at + 1, limit);
    const end = valueEnd(bytes, start, limit);
    if (end === -1) return false;
    members.set(key, { start, end });
    at = afterBlanks(bytes, end, limit);
    if (at >= limit) return false;
    if (bytes[at] === CLOSE_BRACE) return endsAt(bytes, at + 1, limit);
    if (bytes[at] !== COMMA) return false;
    at = afterBlanks(bytes, at + 1, limit);
  }
  return false;
}

/**
 * The elements of the JSON array that fills `within`, as {@link objectMembers} reads them; null where it is none, or has
 * more than {@link MAX_JSON_ENTRIES}.
 *
 * @param enoughAt reading stops behind the first element that starts at this offset or later.
 */
export function arrayElements(
  bytes: Buffer,
  within: Span,
  enoughAt: number = Number.POSITIVE_INFINITY,
): readonly Span[] | null {
  const elements: Span[] = [];
  let at = afterBlanks(bytes, within.start, within.end);
  if (bytes[at] !== OPEN_BRACKET || at >= within.end) return null;
  at = afterBlanks(bytes, at + 1, within.end);
  if (at < within.end && bytes[at] === CLOSE_BRACKET) return endsAt(bytes, at + 1, within.end) ? elements : null;
  while (at < within.end) {
    const end = valueEnd(bytes, at, within.end);
    if (end === -1 || elements.length === MAX_JSON_ENTRIES) return null;
    elements.push({ start: at, end });
    if (at >= enoughAt) return elements;
    at = afterBlanks(bytes, end, within.end);
    if (at >= within.end) return null;
    if (bytes[at] === CLOSE_BRACKET) return endsAt(bytes, at + 1, within.end) ? elements : null;
    if (bytes[at] !== COMMA) return null;
    at = afterBlanks(bytes, at + 1, within.end);
  }
  return null;
}

/**
 * The elements behind one that was read before, up to the end of its array, and where the array ends; null where
 * {@link arrayElements} would have given null.
 */
export function restOfArray(
  bytes: Buffer,
  behind: number,
): { readonly elements: readonly Span[]; readonly end: number } | null {
  const elements: Span[] = [];
  const limit = bytes.length;
  let at = afterBlanks(bytes, behind, limit);
  while (at < limit && bytes[at] === COMMA) {
    const start = afterBlanks(bytes, at + 1, limit);
    const end = valueEnd(bytes, start, limit);
    if (end === -1 || elements.length === MAX_JSON_ENTRIES) return null;
    elements.push({ start, end });
    at = afterBlanks(bytes, end, limit);
  }
  return at < limit && bytes[at] === CLOSE_BRACKET ? { elements, end: at + 1 } : null;
}

/** Whether a span that {@link objectMembers} gave holds an array, and whether that array is empty. */
export function arrayKind(bytes: Buffer, span: Span): 'empty' | 'filled' | 'no-array' {
  if (bytes[span.start] !== OPEN_BRACKET) return 'no-array';
  return bytes[afterBlanks(bytes, span.start + 1, span.end)] === CLOSE_BRACKET ? 'empty' : 'filled';
}

/** The string that fills a span, decoded; null where the span holds something else. */
export function stringAt(bytes: Buffer, span: Span): string | null {
  if (bytes[span.start] !== QUOTE) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', span.start, span.end));
    return typeof value === 'string' ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Where the first byte that is no blank stands, or `limit`. */
export function afterBlanks(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && isBlank(bytes[at])) at += 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endsAt(bytes: Buffer, at: number, limit: number): boolean {
  return afterBlanks(bytes, at, limit) === limit;
}

/** Where the value that starts at `at` ends, or -1. */
function valueEnd(bytes: Buffer, at: number, limit: number): number {
  if (at >= limit) return -1;
  const first = bytes[at];
  if (first === QUOTE) return stringEnd(bytes, at, limit);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return containerEnd(bytes, at, limit);
  return scalarEnd(bytes, at, limit);
}

/** Bytes that are looked at one by one before a search takes over: in code, the next quote is near. */
const NEAR_BYTES = 64;

/** Where the string whose opening quote stands at `at` ends, behind its closing quote; -1 where it does not end before `limit`. */
export function stringEnd(bytes: Buffer, at: number, limit: number): number {
  let next = at + 1;
  for (;;) {
    const near = Math.min(limit, next + NEAR_BYTES);
    while (next < near) {
      const byte = bytes[next];
      if (byte === QUOTE) return next + 1;
      next += byte === BACKSLASH ? 2 : 1;
    }
    if (next >= limit) return -1;
    // INVARIANT: `next` is not escaped. A quote behind an even number of backslashes, counted from there, ends the string.
    const quote = bytes.indexOf(QUOTE, next);
    if (quote === -1 || quote >= limit) return -1;
    let slashes = 0;
    while (quote - 1 - slashes >= next && bytes[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    next = quote + 1;
  }
}

function containerEnd(bytes: Buffer, from: number, limit: number): number {
  const closers = new Uint8Array(MAX_JSON_DEPTH);
  let depth = 0;
  for (let at = from; at < limit; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = stringEnd(bytes, at, limit);
      if (end === -1) return -1;
      at = end - 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth === MAX_JSON_DEPTH) return -1;
      closers[depth] = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (closers[depth] !== byte) return -1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;
/** No number that means anything is longer. */
const MAX_SCALAR_BYTES = 1024;

/** Where the number or word that starts at `at` ends, or -1 where that is none. */
export function scalarEnd(bytes: Buffer, at: number, limit: number): number {
  let end = at;
  while (end < limit && !isDelimiter(bytes[end])) end += 1;
  if (end - at > MAX_SCALAR_BYTES) return -1;
  return SCALAR.test(bytes.toString('latin1', at, end)) ? end : -1;
}

function isDelimiter(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE || isBlank(byte);
}
