import type http from 'node:http';

import type { JsonObject } from '../core/json.ts';
import { AUDIT_UNAVAILABLE, endedRefusal } from './call-gate.ts';
import { replyGuard } from './calls/index.ts';
import type { ReplyGuard } from './calls/index.ts';
import { ClientGone } from './client-writer.ts';
import type { ClientWriter } from './client-writer.ts';
import type { KeptReply } from './content-log/index.ts';
import { CONVERSE_CODEC } from './converse-codec.ts';
import { EVENT_STREAM_CODEC } from './event-stream-codec.ts';
import type { CheckedRequest, ExchangeRoom } from './checked-request.ts';
import { faultName } from './fault-name.ts';
import { replyHeaders } from './headers.ts';
import type { Recorder } from './recorder.ts';
import type { Refusal } from './refusal.ts';
import { fallbackUpstream, observingStage, sendWithFallbacks } from './limits/index.ts';
import { admitWhole, relayStream, unreadable } from './relay.ts';
import type { Ended, Relayed } from './relay.ts';
import { SSE_CODEC } from './sse-codec.ts';
import { UnreadableReply } from './stream-codec.ts';
import type { StreamCodec } from './stream-codec.ts';
import { plainBody } from './upstream.ts';
import { baseUrlFor, orNoUpstream, upstreamRequest, usualUpstream } from './upstream-request.ts';

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
  const { restore, story, admitted } = checked;
  const meter = admitted?.meter ?? null;
  const usual = await usualUpstream(room, checked);
  if ('why' in usual) return usual;
  const outgoing = await orNoUpstream(room, () => upstreamRequest(room, checked, usual, client.goneSignal));
  if ('why' in outgoing) return outgoing;
  const startedAtMs = room.ports.clock();
  const kept = (await checked.keep?.()) ?? null;
  if (kept?.kind === 'refused') return kept.refusal;
  const keptFields = kept === null || Object.keys(kept.fields).length === 0 ? {} : { kept: kept.fields };
  const requestIndex = await records.record({ event: 'request', ...checked.description, ...keptFields });
  if (requestIndex === null) return AUDIT_UNAVAILABLE;
  kept?.recorded(requestIndex);
  let replyContent: KeptReply | null = null;
  // The session may have been ended while credentials were fetched and the record was written.
  const endedBefore = endedRefusal(room.ports.sessions, sessionId);
  if (endedBefore !== null) return endedBefore;

  const tell = async (
    outcome: Ended,
    reply: http.IncomingMessage | null,
    summary: Relayed['summary'],
  ): Promise<boolean> => {
    const sent = client.sent();
    story.learn({
      outcome,
      stopReason: summary?.stopReason ?? null,
      messageId: summary?.messageId ?? null,
      requestId: reply === null ? null : requestIdOf(reply),
    });
    const keptReply = await keptFieldsOf(room, replyContent);
    const index = await records.record({
      event: 'response',
      ...keptReply,
      requestIndex,
      upstream,
      status: reply?.statusCode ?? null,
      responseSha256: sent.sha256,
      bytes: sent.bytes,
      stopReason: summary?.stopReason ?? null,
      messageId: summary?.messageId?.slice(0, MAX_ID_LENGTH) ?? null,
      usage: summary?.usage ?? {},
      requestId: reply === null ? null : requestIdOf(reply),
      durationMs: room.ports.clock() - startedAtMs,
      ended: keptReply === null ? 'audit-unavailable' : outcome,
    });
    // A reply that is not kept as the policy says must not look whole.
    return index !== null && keptReply !== null;
  };

  let upstream: number | null = null;
  meter?.sending();
  story.reach('goes-up');
  const sent = await sendWithFallbacks({
    send: (request) => room.upstreams.send(request),
    candidates: [
      { baseUrl: baseUrlFor(usual, checked), request: () => Promise.resolve(outgoing) },
      ...(checked.mayFallBack ? room.ports.content.rules().gateway.fallbacks : [])
        .map((baseUrl) => fallbackUpstream(usual, baseUrl))
        .map((other) => ({
          baseUrl: baseUrlFor(other, checked),
          request: () => upstreamRequest(room, checked, other, client.goneSignal),
        })),
    ],
    health: room.health,
    tell: async (next, passedOver) => {
      const failed = passedOver.map((one) => ({ ...one }));
      return (await records.record({ event: 'fallback', requestIndex, upstream: next, passedOver: failed })) !== null;
    },
    signal: client.goneSignal,
    logError: room.ports.logError,
  });
  if (sent.kind !== 'answered') {
    const isGone = client.goneSignal.aborted;
    if (!isGone) meter?.notTaken();
    await tell(isGone ? 'client-gone' : 'upstream-failed', null, null);
    if (isGone) return null;
    if (sent.kind === 'stopped') return AUDIT_UNAVAILABLE;
    return { ...upstreamFailed('could not be reached'), retryAfterS: secondsOf(sent.retryAfter) };
  }
  const { reply } = sent;
  upstream = sent.upstream;
  story.reach('answered');
  story.learn({ upstream });
  try {
    const status = reply.statusCode ?? 0;
    if (status >= 300) meter?.notTaken();
    if (status < 200 || (status >= 300 && status < 400)) {
      // A client that followed a redirect would leave the gateway, and take the session's token along.
      await tell('upstream-failed', reply, null);
      return upstreamFailed('answered with a redirect');
    }
    const isModelReply = checked.route.kind === 'messages' && status < 300;
    if (isModelReply) replyContent = kept?.reply() ?? null;
    const guard = replyGuard({
      ports: room.ports,
      sessionId,
      callsBy: checked.callsBy,
      format: restore?.format ?? 'messages',
      lookup: restore?.lookup ?? NO_TOKENS,
      recorder: records,
      requestIndex,
      maxHeldBytes: room.limits.maxEventBytes,
      relayed: (toolUses) => {
        story.calls(toolUses.map(({ id }) => id));
        // Without hooks no guard decides, so that nothing is wrong with a result that none decided.
        if (checked.callsBy === 'hooks') room.results.relayed(sessionId, toolUses);
      },
    });
    if (isModelReply && codecOf(reply, checked) === null) {
      try {
        return await forwardWhole(room, checked, reply, guard, client, tell, replyContent);
      } finally {
        story.found(await guard.told());
      }
    }
    const body = plainBody(reply);
    client.head(status, reply.statusMessage ?? '', headersFor(reply, isModelReply));
    const codec = codecOf(reply, checked);
    story.learn({ status });
    const seen = observingStage((event) => {
      story.reach('first-byte');
      meter?.see(event);
    });
    const relayed =
      isModelReply && codec !== null
        ? await relayStream(body, codec, guard.gate, client, room.limits.maxEventBytes, [
            seen,
            ...(replyContent === null ? [] : [replyContent.first]),
            ...guard.stages(codec),
            ...(replyContent === null ? [] : [replyContent.last]),
          ])
        : await relayPlain(body, client);
    // Where only the connection told of the end, it may have been cut there.
    const isCertain = !isModelReply || isDelimited(reply) || (relayed.summary?.stopReason ?? null) !== null;
    const ended = relayed.ended === 'complete' && !isCertain ? 'upstream-cut' : relayed.ended;
    const isTold = await tell(ended, reply, relayed.summary);
    // What it took is free before the client can ask for more.
    await admitted?.release();
    // Without a record of how it ended the reply must not look whole.
    if (ended === 'complete' && isTold) client.end();
    else if (relayed.ended === 'complete') client.cut(null);
    story.found(await guard.told());
    return null;
  } catch (error) {
    if (!(error instanceof UnreadableReply) || client.isHeadSent) throw error;
    const refusal = unreadable(error);
    await tell(refusal.why, reply, null);
    return refusal;
  } finally {
    reply.destroy();
  }
}

type Tell = (outcome: Ended, reply: http.IncomingMessage, summary: Relayed['summary']) => Promise<boolean>;

/** A reply that is not a stream: nothing of it goes out before its calls are recorded. */
async function forwardWhole(
  room: ExchangeRoom,
  { restore, admitted, story }: CheckedRequest,
  reply: http.IncomingMessage,
  guard: ReplyGuard,
  client: ClientWriter,
  tell: Tell,
  replyContent: KeptReply | null,
): Promise<Refusal | null> {
  const sentBody = await wholeBody(plainBody(reply), room.limits.maxReplyBytes);
  if (sentBody === null) {
    await tell(client.goneSignal.aborted ? 'client-gone' : 'upstream-cut', reply, null);
    return upstreamFailed('broke off its answer');
  }
  admitted?.meter.saw({}, sentBody.length);
  const format = restore?.format ?? 'messages';
  const body = await guard.whole(sentBody);
  const passed = await admitWhole(body, guard.gate, format);
  if (passed.kind === 'refused') {
    await tell(passed.refusal.why, reply, null);
    return passed.refusal;
  }
  replyContent?.whole(sentBody, body, format);
  // Nothing of it goes out before it is kept.
  if ((await keptFieldsOf(room, replyContent)) === null) {
    await tell('audit-unavailable', reply, passed.summary);
    return AUDIT_UNAVAILABLE;
  }
  const headers = [...replyHeaders(reply.rawHeaders, true), 'content-length', String(body.length)];
  admitted?.meter.saw(passed.summary.usage, 0);
  await admitted?.release();
  story.learn({ status: reply.statusCode ?? 0 });
  story.reach('first-byte');
  client.head(reply.statusCode ?? 0, reply.statusMessage ?? '', headers, true);
  const relayed = await relayPlain([body], client);
  // With its last byte the client has a reply of known length: its calls are on record, and waiting would hold back nothing.
  if (relayed.ended === 'complete') client.end();
  await tell(relayed.ended, reply, passed.summary);
  return null;
}

/** What the record of a reply says of its content; null where that cannot be kept, though the policy has it kept. */
async function keptFieldsOf({ ports }: ExchangeRoom, content: KeptReply | null): Promise<JsonObject | null> {
  if (content === null) return {};
  try {
    return { kept: await content.end() };
  } catch (error) {
    ports.logError?.(`gateway: content of a reply was not kept: ${faultName(error)}`);
    return null;
  }
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

/** The whole seconds that a service asks for; null for a date, which the client does not take either, and for none. */
function secondsOf(retryAfter: string | null): number | null {
  return retryAfter !== null && /^[0-9]{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
}

function codecOf(reply: http.IncomingMessage, { route }: CheckedRequest): StreamCodec | null {
  const type = (reply.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'text/event-stream') return SSE_CODEC;
  if (type !== 'application/vnd.amazon.eventstream') return null;
  return route.format === 'converse' ? CONVERSE_CODEC : EVENT_STREAM_CODEC;
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

/** Of a reply to a request that nothing was masked in. */
const NO_TOKENS = (): null => null;

const MAX_ID_LENGTH = 128;

function requestIdOf(reply: http.IncomingMessage): string | null {
  const id = reply.headers['request-id'] ?? reply.headers['x-amzn-requestid'];
  return typeof id === 'string' ? id.slice(0, MAX_ID_LENGTH) : null;
}

function upstreamFailed(what: string): Refusal {
  return { why: 'upstream-failed', message: `Sallyport: the model service ${what}.` };
}
