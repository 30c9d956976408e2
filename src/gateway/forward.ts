import type http from 'node:http';

import { SallyportError } from '../core/error.ts';
import { AUDIT_UNAVAILABLE, callGate, endedRefusal } from './call-gate.ts';
import { ClientGone } from './client-writer.ts';
import type { ClientWriter } from './client-writer.ts';
import { EVENT_STREAM_CODEC } from './event-stream-codec.ts';
import type { CheckedRequest, ExchangeRoom } from './checked-request.ts';
import { faultName } from './fault-name.ts';
import { replyHeaders, requestHeaders } from './headers.ts';
import type { RawHeaders } from './headers.ts';
import type { Upstream } from './ports.ts';
import type { Recorder } from './recorder.ts';
import type { Refusal } from './refusal.ts';
import { admitWhole, relayStream, unreadable } from './relay.ts';
import type { Ended, Relayed } from './relay.ts';
import { awsSignature } from './sign.ts';
import { SSE_CODEC } from './sse-codec.ts';
import { UnreadableReply } from './stream-codec.ts';
import type { StreamCodec } from './stream-codec.ts';
import { plainBody, upstreamTarget } from './upstream.ts';
import type { UpstreamRequest } from './upstream.ts';

/**
 * Sends a request to its upstream and passes the reply on.
 *
 * @returns why nothing was answered, for the caller to answer instead; null where the client has its reply or was cut off.
 */
export async function forward(
  room: ExchangeRoom,
  checked: CheckedRequest,
  records: Recorder,
  client: ClientWriter,
): Promise<Refusal | null> {
  const sessionId = checked.caller.session.id;
  const outgoing = await upstreamRequest(room, checked, client.goneSignal);
  if ('why' in outgoing) return outgoing;
  const startedAtMs = room.ports.clock();
  const requestIndex = await records.record({ event: 'request', ...checked.description });
  if (requestIndex === null) return AUDIT_UNAVAILABLE;
  // The session may have been ended while credentials were fetched and the record was written.
  const endedBefore = endedRefusal(room.ports.sessions, sessionId);
  if (endedBefore !== null) return endedBefore;

  const tell = async (
    outcome: Ended,
    reply: http.IncomingMessage | null,
    summary: Relayed['summary'],
  ): Promise<boolean> => {
    const sent = client.sent();
    const index = await records.record({
      event: 'response',
      requestIndex,
      status: reply?.statusCode ?? null,
      responseSha256: sent.sha256,
      bytes: sent.bytes,
      stopReason: summary?.stopReason ?? null,
      messageId: summary?.messageId?.slice(0, MAX_ID_LENGTH) ?? null,
      usage: summary?.usage ?? {},
      requestId: reply === null ? null : requestIdOf(reply),
      durationMs: room.ports.clock() - startedAtMs,
      ended: outcome,
    });
    return index !== null;
  };

  const reply = await sent(room, outgoing);
  if (reply === null) {
    const isGone = client.goneSignal.aborted;
    await tell(isGone ? 'client-gone' : 'upstream-failed', null, null);
    return isGone ? null : upstreamFailed('could not be reached');
  }
  try {
    const status = reply.statusCode ?? 0;
    if (status < 200 || (status >= 300 && status < 400)) {
      // A client that followed a redirect would leave the gateway, and take the session's token along.
      await tell('upstream-failed', reply, null);
      return upstreamFailed('answered with a redirect');
    }
    const isModelReply = checked.route.kind === 'messages' && status < 300;
    const gate = callGate({
      sessions: room.ports.sessions,
      sessionId,
      recorder: records,
      mayCallTools: checked.mayCallTools,
      requestIndex,
      relayed: (toolUses) => room.results.relayed(sessionId, toolUses),
    });
    if (isModelReply && codecOf(reply) === null) {
      return await forwardWhole(room, reply, gate, client, tell);
    }
    const body = plainBody(reply);
    client.head(status, reply.statusMessage ?? '', headersFor(reply, isModelReply));
    const codec = codecOf(reply);
    const relayed =
      isModelReply && codec !== null
        ? await relayStream(body, codec, gate, client, room.limits.maxEventBytes)
        : await relayPlain(body, client);
    // Where only the connection told of the end, it may have been cut there.
    const isCertain = !isModelReply || isDelimited(reply) || (relayed.summary?.stopReason ?? null) !== null;
    const ended = relayed.ended === 'complete' && !isCertain ? 'upstream-cut' : relayed.ended;
    const isTold = await tell(ended, reply, relayed.summary);
    // Without a record of how it ended the reply must not look whole.
    if (ended === 'complete' && isTold) client.end();
    else if (relayed.ended === 'complete') client.cut(null);
    return null;
  } catch (error) {
    if (!(error instanceof UnreadableReply) || client.isHeadSent) throw error;
    await tell('unreadable-reply', reply, null);
    return unreadable(error);
  } finally {
    reply.destroy();
  }
}

type Tell = (outcome: Ended, reply: http.IncomingMessage, summary: Relayed['summary']) => Promise<boolean>;

/** A reply that is not a stream: nothing of it goes out before its calls are recorded. */
async function forwardWhole(
  room: ExchangeRoom,
  reply: http.IncomingMessage,
  gate: Parameters<typeof admitWhole>[1],
  client: ClientWriter,
  tell: Tell,
): Promise<Refusal | null> {
  const body = await wholeBody(plainBody(reply), room.limits.maxReplyBytes);
  if (body === null) {
    await tell(client.goneSignal.aborted ? 'client-gone' : 'upstream-cut', reply, null);
    return upstreamFailed('broke off its answer');
  }
  const admitted = await admitWhole(body, gate);
  if (admitted.kind === 'refused') {
    await tell(admitted.refusal.why, reply, null);
    return admitted.refusal;
  }
  client.head(reply.statusCode ?? 0, reply.statusMessage ?? '', headersFor(reply, false));
  const relayed = await relayPlain([body], client);
  const isTold = await tell(relayed.ended, reply, admitted.summary);
  if (relayed.ended === 'complete' && isTold) client.end();
  else client.cut(null);
  return null;
}

async function wholeBody(source: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > maxBytes) throw new UnreadableReply(`the reply is over ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof UnreadableReply) throw error;
    return null;
  }
}

/** Passes bytes on unread: errors of the service, lists of models. Neither can call a tool. */
async function relayPlain(source: AsyncIterable<Buffer> | readonly Buffer[], client: ClientWriter): Promise<Relayed> {
  try {
    for await (const chunk of source) await client.write(chunk);
    return { ended: 'complete', summary: null };
  } catch (error) {
    // Either side may have failed, with an error of its own making.
    const isGone = error instanceof ClientGone || client.goneSignal.aborted;
    client.cut(null);
    return { ended: isGone ? 'client-gone' : 'upstream-cut', summary: null };
  }
}

async function sent(room: ExchangeRoom, outgoing: UpstreamRequest): Promise<http.IncomingMessage | null> {
  try {
    return await room.upstreams.send(outgoing);
  } catch (error) {
    if (!outgoing.signal.aborted) room.ports.logError?.(`gateway: upstream failed: ${faultName(error)}`);
    return null;
  }
}

async function upstreamRequest(
  room: ExchangeRoom,
  checked: CheckedRequest,
  signal: AbortSignal,
): Promise<UpstreamRequest | Refusal> {
  try {
    const { session, token } = checked.caller;
    const upstream = await room.ports.upstreamFor(session);
    if (upstream === null || upstream.provider !== session.provider) {
      return noUpstream(`no ${session.provider} upstream or credential is set up`);
    }
    const target = upstreamTarget(baseUrlFor(upstream, checked));
    const path = `${target.pathPrefix}${checked.target}`;
    const contentLength = checked.method === 'POST' || checked.bytes.length > 0 ? checked.bytes.length : null;
    const credentials = await credentialHeaders(upstream, { ...checked, path, host: target.host }, room.ports.clock());
    const headers = requestHeaders(checked.rawHeaders, {
      host: target.host,
      contentLength,
      credentials,
      dropped: (name) => upstream.provider === 'bedrock' && name.startsWith('x-amz-'),
      secret: token,
    });
    return { target, method: checked.method, path, headers, body: checked.bytes, signal };
  } catch (error) {
    room.ports.logError?.(`gateway: no upstream: ${faultName(error)}`);
    if (!(error instanceof SallyportError)) return noUpstream('its credentials or address could not be had');
    return noUpstream(error.hint === null ? error.message : `${error.message}. ${error.hint}`);
  }
}

function baseUrlFor(upstream: Upstream, checked: CheckedRequest): string {
  const isControlPlane = checked.route.kind === 'other' && checked.route.isControlPlane;
  // Profiles are listed by the control plane, whose host differs from the runtime's by one word.
  return isControlPlane ? upstream.baseUrl.replace('://bedrock-runtime.', '://bedrock.') : upstream.baseUrl;
}

async function credentialHeaders(
  upstream: Upstream,
  request: CheckedRequest & { readonly path: string; readonly host: string },
  nowMs: number,
): Promise<ReadonlyArray<readonly [name: string, value: string]>> {
  const bearer: ReadonlyArray<readonly [string, string]> =
    upstream.bearer === undefined || upstream.bearer === null ? [] : [['authorization', `Bearer ${upstream.bearer}`]];
  if (upstream.provider === 'anthropic') {
    return upstream.apiKey === null ? bearer : [['x-api-key', upstream.apiKey], ...bearer];
  }
  if (bearer.length > 0 || upstream.credentials === null) return bearer;
  const signed = {
    method: request.method,
    target: request.path,
    host: request.host,
    contentType: contentTypeOf(request.rawHeaders),
    body: request.bytes,
  };
  return await awsSignature(signed, await upstream.credentials(), upstream.region, nowMs);
}

function contentTypeOf(raw: RawHeaders): string | null {
  const at = raw.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  return at === -1 ? null : (raw[at + 1] ?? null);
}

function codecOf(reply: http.IncomingMessage): StreamCodec | null {
  const type = (reply.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'text/event-stream') return SSE_CODEC;
  return type === 'application/vnd.amazon.eventstream' ? EVENT_STREAM_CODEC : null;
}

/** Whether the end of a body shows by itself rather than by the end of its connection. */
function isDelimited(reply: http.IncomingMessage): boolean {
  return reply.headers['transfer-encoding'] !== undefined || reply.headers['content-length'] !== undefined;
}

/** A stream may end earlier than its upstream said, so it must not promise a length. */
function headersFor(reply: http.IncomingMessage, isModelReply: boolean): readonly string[] {
  const isCoded = (reply.headers['content-encoding'] ?? 'identity').trim().toLowerCase() !== 'identity';
  return replyHeaders(reply.rawHeaders, isModelReply || isCoded);
}

const MAX_ID_LENGTH = 128;

function requestIdOf(reply: http.IncomingMessage): string | null {
  const id = reply.headers['request-id'] ?? reply.headers['x-amzn-requestid'];
  return typeof id === 'string' ? id.slice(0, MAX_ID_LENGTH) : null;
}

function upstreamFailed(what: string): Refusal {
  return { why: 'upstream-failed', message: `Sallyport: the model service ${what}.` };
}

function noUpstream(what: string): Refusal {
  return { why: 'no-upstream', message: `Sallyport: ${what}. Run \`sallyport doctor\`.` };
}
