import { createHash } from 'node:crypto';
import type http from 'node:http';

import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { ModelProvider } from '../core/session.ts';
import { AUDIT_UNAVAILABLE, endedRefusal } from './call-gate.ts';
import { cutCanaries } from './canary-cut.ts';
import { canaryReply } from './canary-reply.ts';
import { ClientGone } from './client-writer.ts';
import type { ClientWriter } from './client-writer.ts';
import { readMessagesBody } from './messages-body.ts';
import type { MessagesBody } from './messages-body.ts';
import type { CheckedRequest, ExchangeRoom } from './checked-request.ts';
import { faultName } from './fault-name.ts';
import { forward } from './forward.ts';
import { recorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { refusalReply } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { callerOf, clientIds, clientSession, codingRefusal, requestBody, unreadable } from './request-reading.ts';
import type { Caller, ClientIds } from './request-reading.ts';
import { pathOf, routeOf } from './routes.ts';
import type { Route } from './routes.ts';

/** One request and its reply. Answers in every case, or cuts the connection; never throws. */
export async function exchange(
  room: ExchangeRoom,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  client: ClientWriter,
): Promise<void> {
  const target = request.url ?? '/';
  const route = routeOf(request.method ?? '', target);
  try {
    if (route.kind === 'hello') response.writeHead(200).end();
    else await answer(room, request, route, client);
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
  }
}

async function answer(
  room: ExchangeRoom,
  request: http.IncomingMessage,
  route: Exclude<Route, { readonly kind: 'hello' }>,
  client: ClientWriter,
): Promise<void> {
  const caller = callerOf(request.rawHeaders, room.ports.sessions);
  const known = 'why' in caller ? null : caller;
  const records = recorder(room.ports, known?.session.id ?? null);
  const path = shownPath(route, request.url ?? '/', known?.token ?? null);
  const refuse = async (refusal: Refusal, more: JsonObject = {}): Promise<void> => {
    // A refusal holds whether or not its record is durable: nothing passes either way.
    await records.record({ event: 'refused', why: refusal.why, path, ...more });
    reply(client, protocolOf(route), refusal);
  };

  if ('why' in caller) return await refuse(caller);
  const head = checkedHead(room, request, route, caller);
  if ('why' in head) return await refuse(head);
  const bytes = await requestBody(request, room.limits.maxBodyBytes);
  if (bytes === null) {
    return await refuse({
      why: 'body-too-large',
      message: `Sallyport: the request is over ${room.limits.maxBodyBytes} bytes.`,
    });
  }
  const ids = head.ids;
  const description: JsonObject = {
    path,
    requestSha256: sha256(bytes),
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
  };
  const isMessages = head.route.kind === 'messages' || head.route.takesMessages;
  if (!isMessages) {
    const checked = {
      ...base,
      bytes,
      mayCallTools: false,
      description: { ...description, model: null, stream: false },
    };
    return await pass(room, checked, records, refuse, client);
  }

  const body = readMessagesBody(bytes);
  if (typeof body === 'string') return await refuse(unreadable(body));
  const clientSessionId = clientSession(ids.clientSessionId, body.clientSessionId);
  if (clientSessionId !== null && typeof clientSessionId === 'object') return await refuse(clientSessionId);
  const isStream = streams(head.route, body);
  const model =
    head.route.kind === 'messages' && 'model' in head.route.operation ? head.route.operation.model : body.model;
  const told = { ...description, clientSessionId, model: model?.slice(0, 1024) ?? null, stream: isStream };

  if (!room.ports.mayUseModel(model)) return await refuse(MODEL_DENIED, { clientSessionId, model: told.model });

  let mayCallTools = false;
  if (head.route.kind === 'messages') {
    const step = room.canaries.step({ sessionId: caller.session.id, clientSessionId, bytes, body });
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
      });
      if (index === null) return await refuse(AUDIT_UNAVAILABLE);
      const canary = { toolUseId: step.toolUseId, tool: step.tool, model: model ?? 'unknown' };
      const { headers, body: bytesOut } = canaryReply(canary, head.route.protocol, isStream);
      return await sendWhole(client, 200, headers, bytesOut);
    }
    mayCallTools = step.mayCallTools;
  }
  const results = { sessionId: caller.session.id, bytes, messages: body.messages };
  const undecided = await room.results.check(results, records);
  if (undecided !== null) return await refuse(undecided, { clientSessionId });
  const cut = cutCanaries(bytes, body.messages, (id) => room.ports.liveness.isCanary(id));
  if (cut === null) return await refuse(unreadable('its messages cannot be read'));
  const forwarded = cut === bytes ? {} : { forwardedSha256: sha256(cut), forwardedBytes: cut.length };
  await pass(
    room,
    { ...base, bytes: cut, mayCallTools, description: { ...told, ...forwarded } },
    records,
    refuse,
    client,
  );
}

const MODEL_DENIED: Refusal = {
  why: 'model-denied',
  message: 'Sallyport: the policy does not allow this model. `/model` lists and chooses others.',
};

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
  for (const toolUseId of canaryIds) await records.record({ event: 'canary-unanswered', toolUseId, clientSessionId });
  await refuse(refusal, { clientSessionId });
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
  client.head(status, '', Object.entries({ ...headers, 'content-length': String(body.length) }).flat());
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
