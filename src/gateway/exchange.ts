import { createHash } from 'node:crypto';
import type http from 'node:http';

import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { ModelProvider } from '../core/session.ts';
import { AUDIT_UNAVAILABLE, endedRefusal } from './call-gate.ts';
import type { CallsBy } from './calls/index.ts';
import { canaryCuts } from './canary-cut.ts';
import { canaryReply } from './canary-reply.ts';
import { requestGuards } from './content-log/index.ts';
import { ClientGone } from './client-writer.ts';
import type { ClientWriter } from './client-writer.ts';
import { NO_ROOM, tooManyOfUser } from './limits/index.ts';
import type { RequestShare } from './limits/index.ts';
import { messagesBodyOf } from './messages-body.ts';
import type { MessagesBody } from './messages-body.ts';
import type { CheckedRequest, ExchangeRoom } from './checked-request.ts';
import { faultName } from './fault-name.ts';
import { exchangeStory } from './exchange-story.ts';
import type { ExchangeStory } from './exchange-story.ts';
import { forward } from './forward.ts';
import { recorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { refusalReply } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { callerOf, clientIds, clientSession, codingRefusal, requestBody, unreadable } from './request-reading.ts';
import type { Caller, ClientIds } from './request-reading.ts';
import { pathOf, routeOf } from './routes.ts';
import type { Route } from './routes.ts';
import { newResults } from './tool-results.ts';
import type { NewResults, Outcome } from './tool-results.ts';

/**
 * One request and its reply. Answers in every case, or cuts the connection; never throws.
 *
 * @param known who sends it, where the connection tells that rather than a header.
 */
export async function exchange(
  room: ExchangeRoom,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  client: ClientWriter,
  known: Caller | null = null,
): Promise<void> {
  const target = request.url ?? '/';
  const route = routeOf(request.method ?? '', target);
  const story = exchangeStory(room.ports.clock(), room.ports.uptimeMs);
  const share = room.shares.request();
  try {
    if (route.kind === 'hello') response.writeHead(200).end();
    else await answer(room, request, route, client, known, story, share);
  } catch (error) {
    if (error instanceof ClientGone || client.goneSignal.aborted) return client.cut(null);
    // Anything else is a fault of ours and must not pass.
    room.ports.logError?.(`gateway: ${faultName(error)}`);
    if (client.isHeadSent) client.cut(null);
    else
      reply(client, protocolOf(route), {
        why: 'gateway-fault',
        message: 'Sallyport: the gateway failed; see its log.',
      });
    story.learn({ outcome: 'gateway-fault' });
  } finally {
    share.leave();
    if (route.kind !== 'hello') room.ports.telemetry.exchange({ ...story.facts(), replyBytes: client.sent().bytes });
  }
}

async function answer(
  room: ExchangeRoom,
  request: http.IncomingMessage,
  route: Exclude<Route, { readonly kind: 'hello' }>,
  client: ClientWriter,
  given: Caller | null,
  story: ExchangeStory,
  share: RequestShare,
): Promise<void> {
  const caller = given ?? callerOf(request.rawHeaders, room.ports.sessions);
  const known = 'why' in caller ? null : caller;
  const records = recorder(room.ports, known?.session.id ?? null);
  story.learn({ provider: route.protocol, sessionId: known?.session.id ?? null });
  const path = shownPath(route, request.url ?? '/', known?.token ?? null);
  const refuse = async (refusal: Refusal, more: JsonObject = {}): Promise<void> => {
    // A refusal holds whether or not its record is durable: nothing passes either way.
    await records.record({ event: 'refused', why: refusal.why, path, ...more });
    story.learn({ outcome: refusal.why, status: refusalReply(protocolOf(route), refusal).status });
    reply(client, protocolOf(route), refusal);
  };

  if ('why' in caller) return await refuse(caller);
  const head = checkedHead(room, request, route, caller);
  if ('why' in head) return await refuse(head);
  const user = room.ports.userOf(caller.session);
  // In a tunnel the connection was counted as it was made.
  if (given === null && !room.connections.claim(request.socket, user))
    return await refuse(tooManyOfUser('connections open'));
  if (!share.enter(user)) return await refuse(tooManyOfUser('requests under way'));
  const { gateway } = room.ports.content.rules();
  const { limits } = gateway;
  const maxBodyBytes = Math.min(room.limits.maxBodyBytes, limits.maxBodyBytes);
  const bytes = await requestBody(request, maxBodyBytes, (more) => share.hold(more));
  if (bytes === 'no-room') return await refuse(NO_ROOM);
  if (bytes === 'too-large') {
    return await refuse({
      why: 'body-too-large',
      message: `Sallyport: the request is over ${maxBodyBytes} bytes.`,
    });
  }
  const ids = head.ids;
  story.learn({ requestBytes: bytes.length });
  const description: JsonObject = {
    path,
    bytes: bytes.length,
    clientSessionId: ids.clientSessionId,
    agentId: ids.agentId,
  };
  const base = {
    route: head.route,
    method: request.method ?? '',
    target: request.url ?? '/',
    rawHeaders: request.rawHeaders,
    caller,
    mayFallBack: given === null,
    story,
  };
  const isMessages = head.route.kind === 'messages' || head.route.takesMessages;
  if (!isMessages) {
    if (bytes.length > 0) return await refuse(unreadable('a request for a list has no body'));
    const requestSha256 = sha256(bytes);
    const checked = {
      ...base,
      body: { pieces: [bytes], length: bytes.length, sha256: requestSha256 },
      callsBy: 'nobody' as const,
      admitted: null,
      restore: null,
      keep: null,
      description: { ...description, requestSha256, model: null, stream: false },
    };
    return await pass(room, checked, records, refuse, client);
  }

  const { format } = head.route;
  const start = room.masker.start(caller.session.id, bytes);
  if (typeof start === 'string') return await refuse(unreadable(start));
  const body = messagesBodyOf(bytes, format, start.members, start.messages);
  if (typeof body === 'string') return await refuse(unreadable(body));
  const clientSessionId = clientSession(ids.clientSessionId, body.clientSessionId);
  if (clientSessionId !== null && typeof clientSessionId === 'object') return await refuse(clientSessionId);
  const isStream = streams(head.route, body);
  const model =
    head.route.kind === 'messages' && 'model' in head.route.operation ? head.route.operation.model : body.model;
  const told = { ...description, clientSessionId, model: model?.slice(0, 1024) ?? null, stream: isStream };

  const kind = head.route.kind === 'messages' ? 'chat' : 'count-tokens';
  story.learn({ kind, model, isStream, clientSessionId });
  if (!room.ports.mayUseModel(model)) return await refuse(MODEL_DENIED, { clientSessionId, model: told.model });

  let callsBy: CallsBy = 'nobody';
  if (head.route.kind === 'messages') {
    const { withoutHooks } = room.ports.content.rules().gateway;
    const step = room.canaries.step({ sessionId: caller.session.id, clientSessionId, bytes, body, withoutHooks });
    if (step.kind === 'refuse')
      return await refuseLiveness(step.refusal, step.canaryIds, clientSessionId, records, refuse);
    if (step.kind === 'canary') {
      const ended = endedRefusal(room.ports.sessions, caller.session.id);
      if (ended !== null) return await refuse(ended);
      const index = await records.record({
        event: 'canary-issued',
        toolUseId: step.toolUseId,
        tool: step.tool,
        ...told,
        requestSha256: sha256(bytes),
      });
      if (index === null) return await refuse(AUDIT_UNAVAILABLE);
      const canary = { toolUseId: step.toolUseId, tool: step.tool, model: model ?? 'unknown' };
      const { headers, body: bytesOut } = canaryReply(canary, head.route, isStream);
      return await sendWhole(client, 200, headers, bytesOut);
    }
    await tellUnanswered(step.canaryIds, clientSessionId, records);
    callsBy = step.callsBy;
  }
  const admitted = await room.admissions.admit(
    limits,
    { sessionId: caller.session.id, user },
    { bytes: bytes.length, costsTokens: kind === 'chat' },
  );
  if ('why' in admitted) return await refuse(admitted, { clientSessionId, model: told.model });
  try {
    const results = { sessionId: caller.session.id, bytes, body };
    const undecided = await room.results.check(results, records);
    if (undecided !== null) return await refuse(undecided, { clientSessionId });
    const masking = await room.masker.mask({
      sessionId: caller.session.id,
      bytes,
      start,
      format,
      isHeard: kind === 'chat' && ids.agentId === null,
      cutsIn: (within, message) => canaryCuts(within, message, format, (id) => room.ports.liveness.isCanary(id)),
    });
    const { requestSha256, report: content } = masking;
    story.content(content);
    if (masking.kind === 'refused')
      return await refuse(masking.refusal, {
        ...description,
        requestSha256,
        clientSessionId,
        model: told.model,
        content,
      });
    const { forwardedSha256 } = masking;
    const forwarded = masking.isSame ? {} : { forwardedSha256, forwardedBytes: masking.length };
    const checked: CheckedRequest = {
      ...base,
      body: { pieces: masking.pieces, length: masking.length, sha256: forwardedSha256 },
      callsBy,
      admitted,
      restore: { format, lookup: room.masker.lookup(caller.session.id) },
      keep: () =>
        room.contents.keep({
          sessionId: caller.session.id,
          policy: gateway.contentLog,
          bytes,
          start,
          masking,
        }),
      description: {
        ...told,
        // Beside the masked text in clear, a digest of the true one would let short values be guessed.
        ...(masking.isSame || gateway.contentLog !== 'masked' ? { requestSha256 } : {}),
        ...forwarded,
        callsBy,
        ...(kind === 'chat'
          ? resultFields(newResults(bytes, format, start.elements, (id) => room.ports.liveness.isCanary(id)))
          : {}),
        content,
        guards: requestGuards(content, room.ports.content.inspects()),
      },
    };
    await pass(room, checked, records, refuse, client);
  } finally {
    await admitted.release();
    if (kind === 'chat') story.learn({ tokens: admitted.meter.reading().tokens });
  }
}

const MODEL_DENIED: Refusal = {
  why: 'model-denied',
  message: 'Sallyport: the policy does not allow this model. `/model` lists and chooses others.',
};

/** Which calls' results the request brings; nothing where there are none. */
function resultFields({ told, untold }: NewResults): JsonObject {
  const idsOf = (outcome: Outcome): readonly string[] =>
    told.flatMap((one) => (one.outcome === outcome ? [one.id] : []));
  const [ok, error] = [idsOf('ok'), idsOf('error')];
  if (ok.length + error.length + untold === 0) return {};
  return { results: { ok, error, ...(untold === 0 ? {} : { untold }) } };
}

async function pass(
  room: ExchangeRoom,
  checked: CheckedRequest,
  records: Recorder,
  refuse: (refusal: Refusal, more?: JsonObject) => Promise<void>,
  client: ClientWriter,
): Promise<void> {
  const refusal = await forward(room, checked, records, client);
  if (refusal !== null) await refuse(refusal);
}

interface CheckedHead {
  readonly route: CheckedRequest['route'];
  readonly ids: ClientIds;
}

/** What can be told before the body is read, in the order in which an attacker meets it. */
function checkedHead(
  room: ExchangeRoom,
  request: http.IncomingMessage,
  route: Exclude<Route, { readonly kind: 'hello' }>,
  caller: Caller,
): CheckedHead | Refusal {
  const ended = endedRefusal(room.ports.sessions, caller.session.id);
  if (ended !== null) return ended;
  if (route.kind === 'unknown') {
    return { why: 'unknown-path', message: 'Sallyport: this path is not one that the gateway passes on.' };
  }
  if (route.protocol !== caller.session.provider) {
    const provider = caller.session.provider;
    return { why: 'wrong-provider', message: `Sallyport: this session speaks to ${provider}, not to this path.` };
  }
  // Before HTTP/1.1 a reply that is cut looks like one that ends.
  if (request.httpVersion !== '1.1') return unreadable('it is not HTTP/1.1');
  if ((request.url ?? '').includes(caller.token)) return unreadable('its path holds the session token');
  const coding = request.method === 'POST' ? codingRefusal(request.rawHeaders) : null;
  if (coding !== null) return coding;
  const ids = clientIds(request.rawHeaders);
  return 'why' in ids ? ids : { route, ids };
}

async function refuseLiveness(
  refusal: Refusal,
  canaryIds: readonly string[],
  clientSessionId: string | null,
  records: Recorder,
  refuse: (refusal: Refusal, more?: JsonObject) => Promise<void>,
): Promise<void> {
  await tellUnanswered(canaryIds, clientSessionId, records);
  await refuse(refusal, { clientSessionId });
}

async function tellUnanswered(
  canaryIds: readonly string[],
  clientSessionId: string | null,
  records: Recorder,
): Promise<void> {
  for (const toolUseId of canaryIds) await records.record({ event: 'canary-unanswered', toolUseId, clientSessionId });
}

function streams(route: CheckedRequest['route'], body: MessagesBody): boolean {
  if (route.kind !== 'messages') return false;
  return route.operation.streams === 'by-body' ? body.isStream : route.operation.streams === 'always';
}

/** Answers a refusal; the head must not be sent yet. */
function reply(client: ClientWriter, protocol: ModelProvider, refusal: Refusal): void {
  const { status, headers, body } = refusalReply(protocol, refusal);
  void sendWhole(client, status, headers, body).catch(() => client.cut(null));
}

async function sendWhole(
  client: ClientWriter,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<void> {
  client.head(status, '', Object.entries({ ...headers, 'content-length': String(body.length) }).flat(), true);
  await client.write(body);
  client.end();
}

function protocolOf(route: Route): ModelProvider {
  return route.kind === 'hello' ? 'anthropic' : route.protocol;
}

/** The path for the record: what a stranger asked for on an unknown path is bounded and holds no token. */
function shownPath(route: Route, target: string, token: string | null): string {
  const path = pathOf(target);
  if (route.kind !== 'unknown') return path.slice(0, MAX_SHOWN_PATH);
  if (token === null || path.includes(token)) return 'unknown';
  return path.slice(0, MAX_SHOWN_PATH).replace(/[^ -~]/g, '?');
}

const MAX_SHOWN_PATH = 256;

/** Digest of bytes as records hold it. */
function sha256(bytes: Buffer): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}
