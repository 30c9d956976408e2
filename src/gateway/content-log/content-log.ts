import type { ContentLog } from '../../core/gateway-rules.ts';
import type { SessionId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { MaskedRequest } from '../masking/request-masker.ts';
import type { RequestStart } from '../masking/request-start.ts';
import type { Refusal } from '../refusal.ts';
import { originalView, sentView } from './body-view.ts';
import type { ContentStore, SessionContents } from './content-store.ts';
import { keptPieces, recordedRef } from './kept-pieces.ts';
import type { KeptPieces } from './kept-pieces.ts';
import { keptReply } from './kept-reply.ts';
import type { KeptReply } from './kept-reply.ts';
import { keptBody } from './request-manifest.ts';
import type { KeptBody } from './request-manifest.ts';

/** A request that was looked at and may go up. */
export interface LoggedRequest {
  readonly sessionId: SessionId;
  readonly policy: ContentLog;
  /** As the client sent it: the very buffer that was masked. */
  readonly bytes: Buffer;
  readonly start: RequestStart;
  readonly masking: MaskedRequest;
}

/** A request whose content is kept as the policy says. */
export interface KeptRequest {
  readonly kind: 'kept';
  /** What the record of the request says of its content: where it lies, its digests, the record of the request before. */
  readonly fields: JsonObject;
  /** Told of the index of that record, so that the next request of the conversation can name it. */
  recorded(index: number): void;
  /** Keeps the reply; null where the policy keeps no content. */
  reply(): KeptReply | null;
}

/** Keeps what goes up and what comes back, each text once. */
export interface RequestContents {
  /**
   * Keeps what is new in a request. When this resolves it would survive a power cut, so that a record can name it.
   *
   * @returns why the request must not go up where it cannot be kept. Never rejects.
   */
  keep(request: LoggedRequest): Promise<KeptRequest | { readonly kind: 'refused'; readonly refusal: Refusal }>;
}

/** Both forms of a body; `original` is `masked` where the body went up as it came. */
interface KeptPair {
  readonly masked: KeptBody;
  readonly original: KeptBody | null;
  recordIndex: number | null;
}

/** What is held in memory for the open contents of one session. */
interface OpenContents {
  readonly pieces: KeptPieces;
  recent: readonly KeptPair[];
}

/** The main conversation, a few subagents, the client's small helpers, and what counts their tokens. */
const MAX_RECENT = 16;

const NOTHING_KEPT: KeptRequest = { kind: 'kept', fields: {}, recorded: () => undefined, reply: () => null };

export function requestContents(
  store: ContentStore,
  logError: (line: string) => void = () => undefined,
): RequestContents {
  const open = new WeakMap<SessionContents, OpenContents>();
  /** By the body as it came, which the masker holds as long as it knows the conversation. */
  const byBody = new WeakMap<Buffer, KeptPair>();

  return {
    keep: async (request) => {
      const { policy, start, sessionId } = request;
      if (policy === 'digest') return NOTHING_KEPT;
      try {
        const contents = await store.open(sessionId);
        if (contents === null) return { kind: 'refused', refusal: NO_KEY };
        const held = open.get(contents) ?? { pieces: keptPieces(contents), recent: [] };
        open.set(contents, held);
        const before = start.known === null ? null : (byBody.get(start.known.conversation.raw) ?? null);
        const { pair, previous } = keptPair(request, policy, contents, held, before);
        held.recent = [pair, ...held.recent.slice(0, MAX_RECENT - 1)];
        await contents.flush();
        byBody.set(request.bytes, pair);
        return {
          kind: 'kept',
          fields: { policy, previous: previous?.recordIndex ?? null, ...pairFields(pair) },
          recorded: (index) => {
            pair.recordIndex = index;
          },
          reply: () => keptReply(contents, held.pieces, policy),
        };
      } catch (error) {
        logError(`content of ${sessionId} was not kept: ${error instanceof Error ? error.message : 'fault'}`);
        return { kind: 'refused', refusal: NOT_KEPT };
      }
    },
  };
}

function keptPair(
  { bytes, start, masking }: LoggedRequest,
  policy: Exclude<ContentLog, 'digest'>,
  contents: SessionContents,
  { pieces, recent }: OpenContents,
  before: KeptPair | null,
): { readonly pair: KeptPair; readonly previous: KeptPair | null } {
  const masked = keptBody(sentView(bytes, start, masking), masking.forwardedSha256, {
    contents,
    pieces,
    form: 'masked',
    isSealed: policy === 'sealed',
    before: before?.masked ?? null,
    recent: recent.map((pair) => pair.masked),
  });
  const original =
    policy === 'sealed'
      ? null
      : masking.isSame
        ? masked.body
        : keptBody(originalView(bytes, start), masking.requestSha256, {
            contents,
            pieces,
            form: 'original',
            isSealed: true,
            before: before?.original ?? null,
            recent: recent.flatMap((pair) => pair.original ?? []),
          }).body;
  const pair: KeptPair = { masked: masked.body, original, recordIndex: null };
  const previous =
    masked.previous === null ? null : ([before, ...recent].find((each) => each?.masked === masked.previous) ?? null);
  return { pair, previous };
}

function pairFields({ masked, original }: KeptPair): JsonObject {
  return {
    masked: recordedRef(masked.ref),
    original: original === null ? null : original === masked ? 'as-masked' : recordedRef(original.ref),
  };
}

const NO_KEY: Refusal = {
  why: 'no-content-key',
  message:
    'Sallyport refused this request: the policy has its content kept, and the content key of this session is gone. Start a new session.',
};

const NOT_KEPT: Refusal = {
  why: 'audit-unavailable',
  message:
    'Sallyport refused this request: the policy has its content kept, and it could not be written. Run `sallyport doctor`.',
};
