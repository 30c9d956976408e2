import { jsonRestorer } from '../../mask/index.ts';
import type { TokenLookup } from '../../mask/index.ts';
import { arrayElements, arrayKind, objectMembers, stringAt } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import { spliced } from '../leaves/splice.ts';
import type { MessageFormat } from '../message-format.ts';
import { UnreadableReply } from '../stream-codec.ts';
import { isCallType, isCitedText } from './restored-content.ts';

/**
 * A reply that came whole, with tokens restored in its texts, its citations and the inputs of its calls. Every other
 * byte stays; where nothing is restored it is the same buffer.
 *
 * @throws {UnreadableReply} where the reply may hold a token and cannot be taken apart for certain.
 */
export function restoreWhole(body: Buffer, format: MessageFormat, lookup: TokenLookup): Buffer {
  if (!TOKEN_START.test(body.toString('latin1'))) return body;
  const edits = restorable(body, format)
    .toSorted((a, b) => a.start - b.start)
    .flatMap((span) => {
      const text = body.toString('utf8', span.start, span.end);
      const restorer = jsonRestorer(lookup);
      const restored = restorer.push(text) + restorer.end();
      return restored === text ? [] : [{ span, by: Buffer.from(restored, 'utf8') }];
    });
  return edits.length === 0 ? body : spliced(body, { start: 0, end: body.length }, edits);
}

/** The first two letters of each token, in any case, as they are or as escapes. */
const TOKEN_START = /(?:q|\\u00[57]1)(?:z|\\u00[57]a)/i;

/** The JSON values in which tokens are restored. None lies in another. */
function restorable(body: Buffer, format: MessageFormat): readonly Span[] {
  const all: Span = { start: 0, end: body.length };
  if (format === 'messages') return elements(body, member(body, all, 'content')).flatMap((at) => inBlock(body, at));
  const message = member(body, member(body, all, 'output'), 'message');
  return elements(body, member(body, message, 'content')).flatMap((at) => inConverseBlock(body, at));
}

function inBlock(body: Buffer, block: Span): readonly Span[] {
  const typeAt = member(body, block, 'type');
  const type = typeAt === null ? null : stringAt(body, typeAt);
  if (type === 'text')
    return [member(body, block, 'text'), ...inCitations(body, member(body, block, 'citations'))].filter(isThere);
  return isCallType(type) ? [member(body, block, 'input')].filter(isThere) : [];
}

function inConverseBlock(body: Buffer, block: Span): readonly Span[] {
  const cited = member(body, block, 'citationsContent');
  return [
    member(body, block, 'text'),
    member(body, member(body, block, 'toolUse'), 'input'),
    ...elements(body, member(body, cited, 'content')).map((part) => member(body, part, 'text')),
    ...inCitations(body, member(body, cited, 'citations')),
  ].filter(isThere);
}

function inCitations(body: Buffer, cited: Span | null): readonly Span[] {
  if (cited === null) return [];
  if (arrayKind(body, cited) !== 'no-array') return elements(body, cited).flatMap((part) => inCitations(body, part));
  if (body[cited.start] !== OPEN_BRACE) return [cited];
  return [...membersOf(body, cited)].flatMap(([name, span]) => (isCitedText(name) ? inCitations(body, span) : []));
}

function member(body: Buffer, object: Span | null, name: string): Span | null {
  return object === null ? null : (membersOf(body, object).get(name) ?? null);
}

/** What is no object has no members, but the reply itself must be one. */
function membersOf(body: Buffer, span: Span): ReadonlyMap<string, Span> {
  const members = objectMembers(body, span);
  if (members !== null) return members;
  if (span.end === body.length || body[span.start] === OPEN_BRACE)
    throw new UnreadableReply('the reply cannot be taken apart for certain');
  return new Map();
}

const OPEN_BRACE = 0x7b;

function elements(body: Buffer, array: Span | null): readonly Span[] {
  if (array === null || arrayKind(body, array) === 'no-array') return [];
  const found = arrayElements(body, array);
  if (found === null) throw new UnreadableReply('the reply cannot be taken apart for certain');
  return found;
}

function isThere(span: Span | null): span is Span {
  return span !== null;
}
