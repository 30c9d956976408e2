import { hash } from 'node:crypto';

import type { Finding } from '../../core/finding.ts';
import type { Sha256, SessionId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { TokenLookup } from '../../mask/index.ts';
import type { Span } from '../json-spans.ts';
import { spliced } from '../leaves/index.ts';
import type { ToolUseHead } from '../leaves/index.ts';
import type { MessageFormat } from '../message-format.ts';
import type { Refusal } from '../refusal.ts';
import { unreadable } from '../request-reading.ts';
import { CHAIN_START } from './chain.ts';
import type { ContentPorts } from './content-ports.ts';
import { inTurn } from './in-turn.ts';
import { decideTexts } from './decide-texts.ts';
import { maskReport } from './mask-report.ts';
import { maskSession } from './mask-session.ts';
import type { MaskSession } from './mask-session.ts';
import { messageTexts, otherTexts, systemTexts } from './message-texts.ts';
import type { MessageTexts, TextsState } from './message-texts.ts';
import { requestStart } from './request-start.ts';
import type { RequestStart } from './request-start.ts';
import { NO_TAILS } from './seam.ts';
import { writtenBody } from './written-body.ts';
import { editsOf } from './written-message.ts';

/** Masks what goes up, so that what was sent once stays as it was. */
export interface RequestMasker {
  /** Reads a body as far as it is new to its session; why it cannot be read, as text for the developer. */
  start(sessionId: SessionId, bytes: Buffer): RequestStart | string;
  /** Never rejects for what a request holds. */
  mask(request: MaskRequest): Promise<Masking>;
  /** Where values that were masked in a session stand in a text. */
  known(sessionId: SessionId, text: string): readonly Finding[];
  /** The values of a session's tokens, as they are at each moment. */
  lookup(sessionId: SessionId): TokenLookup;
  /** Drops what is known of a session from memory. False, and nothing is dropped, while a request of it is on its way. */
  forget(id: SessionId): boolean;
}

/** A request that is to go up. */
export interface MaskRequest {
  readonly sessionId: SessionId;
  readonly bytes: Buffer;
  readonly start: RequestStart;
  readonly format: MessageFormat;
  /**
   * Whether a person hears of its refusal, and sends it again only on purpose. Nobody does of one that counts tokens, and
   * of a subagent's the agent that started it does.
   */
  readonly isHeard: boolean;
  /** What of one message must not go up, by start; `gone` for all of it, null where it cannot be read. */
  readonly cutsIn: (bytes: Buffer, message: Span) => readonly Span[] | 'gone' | null;
}

/** What became of a request, with the digest of its body as it came. */
export type Masking = MaskedRequest | RefusedRequest;

export interface MaskedRequest {
  readonly kind: 'masked';
  /** The body as it goes up, in pieces. */
  readonly pieces: readonly Buffer[];
  readonly length: number;
  /** Whether it goes up as it came. */
  readonly isSame: boolean;
  readonly requestSha256: Sha256;
  readonly forwardedSha256: Sha256;
  readonly report: JsonObject;
  /** What of the messages is new with this request, as it goes up: behind the last message that went up before. */
  readonly added: Buffer;
}

export interface RefusedRequest {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly requestSha256: Sha256;
  readonly report: JsonObject;
}

/**
 * How long a conversation that was refused is refused again as it is, in milliseconds: the client repeats a 400 of
 * Bedrock's seven times within half a second, and what is repeated by itself was not sent again by anybody (measured).
 */
const SAME_MS = 10_000;
const MAX_REFUSED = 64;
/** Of a value that was seen before; exactly 1 is for checksums. */
const KNOWN_CONFIDENCE = 0.99;
/** Bytes of the bodies of all sessions that are kept so that their next turn costs less. */
const MAX_KEPT_BYTES = 96 * 1024 * 1024;
/** Texts of all requests that are looked at at one time. */
const LOOKED_AT_AT_ONCE = 16;
/** Sessions whose texts are known at one time; one more is opened again from what was kept. */
const MAX_SESSIONS = 64;

/** @param uptimeMs milliseconds that only go forward. */
export function requestMasker(given: ContentPorts, uptimeMs: () => number = () => performance.now()): RequestMasker {
  const ports = { ...given, inspect: inTurn(given.inspect, LOOKED_AT_AT_ONCE) };
  const sessions = new Map<SessionId, MaskSession>();
  /** Requests on their way. A session that was opened twice would write over what it keeps. */
  const underWay = new Map<SessionId, number>();

  const sessionOf = (id: SessionId): MaskSession | null => {
    const kept = sessions.has(id) ? null : ports.store.open(id);
    const session = sessions.get(id) ?? (kept === null ? null : maskSession(kept));
    sessions.delete(id);
    if (session !== null) sessions.set(id, session);
    for (const other of sessions.keys()) {
      if (sessions.size <= MAX_SESSIONS) break;
      if (other !== id && !underWay.has(other)) sessions.delete(other);
    }
    return session;
  };
  /** The conversations of the session that was asked for last stay; of others what is needed is read anew. */
  const boundKept = (): void => {
    let size = 0;
    for (const { conversations } of sessions.values()) size += conversations.size;
    for (const [nth, { conversations }] of [...sessions.values()].entries()) {
      if (size <= MAX_KEPT_BYTES || nth === sessions.size - 1) break;
      size -= conversations.size;
      conversations.forget();
    }
  };
  const leave = (id: SessionId): void => {
    const left = (underWay.get(id) ?? 1) - 1;
    if (left === 0) underWay.delete(id);
    else underWay.set(id, left);
  };

  return {
    start: (id, bytes) => {
      const session = sessionOf(id);
      const { gateway, bundle } = ports.rules();
      if (gateway.retroactive.length > 0) session?.conversations.forgetOthers(bundle);
      return requestStart(bytes, session?.conversations ?? null);
    },
    mask: async (request) => {
      const { sessionId } = request;
      const session = sessionOf(sessionId);
      if (session === null) return refused(request, NO_KEY);
      underWay.set(sessionId, (underWay.get(sessionId) ?? 0) + 1);
      try {
        return await masked(ports, session, request, uptimeMs);
      } finally {
        leave(sessionId);
        boundKept();
      }
    },
    known: (id, text) =>
      (sessionOf(id)?.memory.known.placesIn(text, 0, text.length).places ?? []).map(({ start, end, known }) => ({
        detectorId: known.detectorId,
        startByte: Buffer.byteLength(text.slice(0, start)),
        endByte: Buffer.byteLength(text.slice(0, end)),
        startUtf16: start,
        endUtf16: end,
        confidence: KNOWN_CONFIDENCE,
      })),
    lookup: (id) => sessionOf(id)?.memory.placeholders.valueOf ?? (() => null),
    forget: (id) => {
      if (underWay.has(id)) return false;
      sessions.delete(id);
      return true;
    },
  };
}

async function masked(
  ports: ContentPorts,
  session: MaskSession,
  request: MaskRequest,
  uptimeMs: () => number,
): Promise<Masking> {
  const { bytes, start, format, sessionId, isHeard } = request;
  const rules = ports.rules();
  const known = start.known;
  const before = known === null ? undefined : known.conversation.boundaries[known.messages - 1];
  const toolUses = known?.conversation.toolUses ?? new Map<string, ToolUseHead>();
  const messages: (MessageTexts | null)[] = [];
  const states: TextsState[] = [];
  let state: TextsState = { chain: before?.chain ?? CHAIN_START, tails: before?.tails ?? NO_TAILS };
  for (const element of start.elements) {
    const kept = keptOf(request, element);
    const read = kept === null || kept === 'gone' ? null : messageTexts(kept.bytes, kept.span, format, state, toolUses);
    if (read === null && kept !== 'gone') return refused(request, unreadable('its messages cannot be read'));
    messages.push(read?.message ?? null);
    state = read?.state ?? state;
    states.push(state);
  }
  const systemSpan = start.members.get('system');
  const system = systemSpan === undefined ? null : systemTexts(bytes, systemSpan, format);
  if (systemSpan !== undefined && system === null)
    return refused(request, unreadable('its system prompt cannot be read'));

  const other = otherTexts(bytes, start.members, format);
  if (other === null) return refused(request, unreadable('a member of it cannot be read'));
  const lately = session.refused.get(state.chain);
  if (lately !== undefined && uptimeMs() - lately.atMs < SAME_MS) return refused(request, lately.refusal);

  const report = maskReport();
  const texts = [system, other, ...messages].filter((message) => message !== null);
  // As it is now: what a request beside this one is asked says nothing of this one.
  const asked = new Set(session.asked);
  const decided = await decideTexts({ session, ports, rules, toolUses, report, asked, isHeard }, texts);
  session.unread.push(...decided.injections);
  try {
    // Before what was decided is kept: a text that is decided on is not looked at again, and its taint would be lost.
    for (let next = session.unread[0]; next !== undefined; next = session.unread[0]) {
      await ports.read(sessionId, next);
      // A request beside this one may have been first.
      const at = session.unread.indexOf(next);
      if (at !== -1) session.unread.splice(at, 1);
    }
    session.keep(rules.bundle);
  } catch {
    return refused(request, NOT_KEPT, report.fields());
  }
  if (decided.refusal !== null) {
    session.refused.set(state.chain, { refusal: decided.refusal, atMs: uptimeMs() });
    const [oldest] = session.refused.keys();
    if (session.refused.size > MAX_REFUSED && oldest !== undefined) session.refused.delete(oldest);
    return refused(request, decided.refusal, report.fields());
  }

  const written = writtenBody(
    bytes,
    start,
    messages.map((message, index) => {
      const edits = message === null ? [] : editsOf(message, format, session.memory, decided);
      return {
        ...(states[index] ?? state),
        text: message === null ? null : spliced(message.bytes, message.span, edits),
        isSame: message !== null && message.bytes === bytes && edits.length === 0,
      };
    }),
    [other, ...(system === null ? [] : [system])].flatMap((outside) =>
      editsOf(outside, format, session.memory, decided),
    ),
  );
  const { conversation, ...body } = written;
  // What is left out this time only is looked at again with the next request.
  if (!decided.hasLeftOut) {
    // What was known of it was not looked at under a policy that came since.
    const bundle = known?.conversation.bundle ?? rules.bundle;
    session.conversations.keep({ ...conversation, toolUses, bundle });
  }
  return { kind: 'masked', ...body, report: report.fields() };
}

/** A message without what must not go up; `gone` where all of it must not, null where it cannot be read. */
function keptOf(
  { bytes, cutsIn }: MaskRequest,
  element: Span,
): { readonly bytes: Buffer; readonly span: Span } | 'gone' | null {
  const cuts = cutsIn(bytes, element);
  if (cuts === null || cuts === 'gone') return cuts;
  if (cuts.length === 0) return { bytes, span: element };
  const kept = spliced(
    bytes,
    element,
    cuts.map((span) => ({ span, by: Buffer.alloc(0) })),
  );
  return { bytes: kept, span: { start: 0, end: kept.length } };
}

function refused({ bytes }: MaskRequest, refusal: Refusal, report: JsonObject = {}): RefusedRequest {
  return { kind: 'refused', refusal, requestSha256: hash('sha256', bytes, 'hex') as Sha256, report };
}

const NO_KEY: Refusal = {
  why: 'no-content-key',
  message:
    'Sallyport refused this request: the content key of this session is gone, so nothing can be masked. Start a new session.',
};

const NOT_KEPT: Refusal = {
  why: 'audit-unavailable',
  message: 'Sallyport refused this request: what it masks could not be kept. Run `sallyport doctor`.',
};
