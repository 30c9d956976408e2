import type http from 'node:http';
import type { JsonObject } from '../core/json.ts';
import { ClientGone, faultName, refusalReply, requestBody } from '../gateway/index.ts';
import type { ClientWriter, Refusal, UpstreamClient } from '../gateway/index.ts';
import type { AwsCaller } from '../identity/index.ts';
import type { CallerAdmission } from './caller-admission.ts';
import { checkHead, claimsOf, modelRefusal } from './check-request.ts';
import type { RelayHead } from './check-request.ts';
import { passDown, sendUp, sha256 } from './forward-body.ts';
import { identityRefusal } from './identity-refusal.ts';
import type { RelayPorts, RelayRules } from './ports.ts';
import { callerFacts } from './relay-records.ts';
import type { RelayRecords } from './relay-records.ts';
import { usageTap } from './usage-tap.ts';

/** What all requests of one central gateway share. */
export interface RelayRoom {
  readonly ports: RelayPorts;
  readonly upstreams: UpstreamClient;
  readonly admission: CallerAdmission;
  readonly records: RelayRecords;
}

/** One request of a host and its reply. Answers in every case, or cuts the connection; never throws. */
export async function relayExchange(
  room: RelayRoom,
  request: http.IncomingMessage,
  client: ClientWriter,
): Promise<void> {
  try {
    await serve(room, request, client);
  } catch (error) {
    if (error instanceof ClientGone || client.goneSignal.aborted) return client.cut(null);
    // Anything else is a fault of ours and must not pass.
    room.ports.logError(`gateway: ${faultName(error)}`);
    if (client.isHeadSent) client.cut(null);
    else await answer(client, { why: 'gateway-fault', message: 'Sallyport gateway: it failed; see its log.' });
  }
}

/** What is known of a request so far, for the record of its refusal. */
interface Known {
  readonly caller: AwsCaller | null;
  readonly isAdmitted: boolean;
  readonly model: string | null;
  readonly bytes: number | null;
}

async function serve(room: RelayRoom, request: http.IncomingMessage, client: ClientWriter): Promise<void> {
  const { ports, admission, records } = room;
  const rules = ports.rules();
  const claimed = claimsOf(request);
  const path = shownPath(request.url ?? '');
  const refuse = async (refusal: Refusal, { caller, isAdmitted, model, bytes }: Known): Promise<void> => {
    // A refusal holds whether or not its record is durable: nothing passes either way.
    await records.refused({ why: refusal.why, path, model, bytes, claimed }, { caller, isAdmitted });
    await answer(client, refusal);
  };

  const head = checkHead(request, ports.name, rules);
  if ('why' in head) return await refuse(head, { caller: null, isAdmitted: false, model: null, bytes: null });
  const asked = { model: head.model.slice(0, 1_024), bytes: head.bodyBytes };
  const identity = await ports.identify(head.proof);
  if (identity.kind !== 'caller') {
    const caller = identity.kind === 'refused' ? identity.caller : null;
    return await refuse(identityRefusal(identity), { ...asked, caller, isAdmitted: false });
  }
  const { caller } = identity;
  const admitted = admission.admit(caller);
  if (admitted.kind !== 'admitted') {
    return await refuse(limitRefusal(admitted), { ...asked, caller, isAdmitted: false });
  }
  const known: Known = { ...asked, caller, isAdmitted: true };
  try {
    const denied = modelRefusal(head, rules);
    if (denied !== null) return await refuse(denied, known);
    const held = admitted.holdBody(head.bodyBytes);
    if (held === null) return await refuse(TOO_MUCH, known);
    try {
      const refusal = await pass({ room, rules, request, client, head, caller, path, claimed, sent: held });
      if (refusal !== null) await refuse(refusal, known);
    } finally {
      held();
    }
  } finally {
    admitted.release();
  }
}

interface Passing {
  readonly room: RelayRoom;
  readonly rules: RelayRules;
  readonly request: http.IncomingMessage;
  readonly client: ClientWriter;
  readonly head: RelayHead;
  readonly caller: AwsCaller;
  readonly path: string;
  readonly claimed: JsonObject;
  /** Tells that the body is held no more. */
  readonly sent: () => void;
}

/** @returns why nothing was answered; null where the host has its reply or was cut off. */
async function pass({
  room,
  rules,
  request,
  client,
  head,
  caller,
  path,
  claimed,
  sent,
}: Passing): Promise<Refusal | null> {
  const { ports, records, upstreams } = room;
  const startedAtMs = ports.uptimeMs();
  // Room for it was held before.
  const body = await requestBody(request, head.bodyBytes, () => true);
  if (typeof body === 'string' || body.length !== head.bodyBytes) throw new ClientGone('the body has another length');
  const bodySha256 = sha256(body);
  const requestIndex = await records.record({
    event: 'relay-request',
    path,
    model: head.model.slice(0, 1_024),
    stream: head.isStream,
    bytes: body.length,
    requestSha256: bodySha256,
    caller: callerFacts(caller),
    claimed,
    bundle: rules.bundle,
  });
  if (requestIndex === null) return UNRECORDED;
  const reply = await sendUp(
    ports,
    upstreams,
    rules,
    { head, rawHeaders: request.rawHeaders, body, bodySha256 },
    client.goneSignal,
  );
  sent();
  const tell = async (ended: string, status: number | null, more: JsonObject): Promise<boolean> => {
    const { bytes, sha256: responseSha256 } = client.sent();
    const durationMs = Math.round(ports.uptimeMs() - startedAtMs);
    const told = { event: 'relay-response', requestIndex, status, bytes, responseSha256, durationMs, ended, ...more };
    return (await records.record(told)) !== null;
  };
  if ('why' in reply) {
    const isGone = client.goneSignal.aborted;
    await tell(isGone ? 'client-gone' : 'upstream-failed', null, { usage: {}, requestId: null });
    if (!isGone) await answer(client, reply);
    else client.cut(null);
    return null;
  }
  const tap = usageTap(reply, head.isConverse);
  const ended = await passDown(reply, client, (chunk) => tap.see(chunk));
  const isTold = await tell(ended, reply.statusCode ?? null, { usage: tap.usage(), requestId: requestIdOf(reply) });
  // Without a record of how it ended the reply must not look whole.
  if (ended === 'complete' && isTold) client.end();
  else client.cut(null);
  reply.destroy();
  return null;
}

async function answer(client: ClientWriter, refusal: Refusal): Promise<void> {
  const { status, headers, body } = refusalReply('bedrock', refusal);
  client.head(status, '', Object.entries(headers).flat(), true);
  try {
    await client.write(body);
    client.end();
  } catch {
    client.cut(null);
  }
}

function limitRefusal(
  limit: { readonly kind: 'too-many-at-once' } | { readonly kind: 'rate-limited'; readonly retryAfterS: number },
): Refusal {
  return limit.kind === 'rate-limited'
    ? {
        why: 'rate-limited',
        message: 'Sallyport gateway: this host asks too often.',
        retryAfterS: limit.retryAfterS,
      }
    : { why: 'too-many-at-once', message: 'Sallyport gateway: too many requests of this host are under way.' };
}

const TOO_MUCH: Refusal = {
  why: 'too-many-at-once',
  message: 'Sallyport gateway: it holds as many requests as it can. Ask again.',
  retryAfterS: 5,
};
const UNRECORDED: Refusal = {
  why: 'audit-unavailable',
  message: 'Sallyport gateway: the audit log cannot be written, so that no request may pass.',
};

/** What a stranger asked for is bounded, and printable. */
function shownPath(target: string): string {
  const path = target.split('?', 1)[0] ?? '';
  return path.slice(0, 256).replace(/[^ -~]/g, '?');
}

function requestIdOf(reply: http.IncomingMessage): string | null {
  const id = reply.headers['x-amzn-requestid'];
  return typeof id === 'string' ? id.slice(0, 128) : null;
}
