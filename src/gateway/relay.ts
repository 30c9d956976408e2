import { isJsonObject } from '../core/json.ts';
import type { CallGate } from './call-gate.ts';
import { RefusedReply } from './calls/refused-reply.ts';
import type { ClientWriter } from './client-writer.ts';
import { ClientGone } from './client-writer.ts';
import { converseAsMessage } from './converse-reply.ts';
import type { MessageFormat } from './message-format.ts';
import type { Refusal, RefusalWhy } from './refusal.ts';
import { composedStages } from './reply/index.ts';
import type { ReplyStage, ReplyUnit } from './reply/index.ts';
import { replyWatch, summaryOf, toolUsesIn } from './reply-watch.ts';
import type { ReplySummary, ReplyWatch, ToolUse } from './reply-watch.ts';
import { UnreadableReply } from './stream-codec.ts';
import type { StreamCodec } from './stream-codec.ts';

/** How a reply ended: as the upstream ended it, cut by the upstream, left by the client, or cut by us. */
export type Ended = 'complete' | 'upstream-cut' | 'client-gone' | RefusalWhy;

export interface Relayed {
  readonly ended: Ended;
  readonly summary: ReplySummary | null;
}

/**
 * Passes a stream of events on, byte for byte but for what the stages change. The bytes that complete a call wait for the
 * gate, which sees the call as it leaves; all others go out as soon as their event is whole. Where the gate refuses or the
 * stream cannot be read, the client is told and cut off; it never sees a clean end that the upstream did not make.
 */
export async function relayStream(
  source: AsyncIterable<Buffer>,
  codec: StreamCodec,
  gate: CallGate,
  client: ClientWriter,
  maxEventBytes: number,
  stages: readonly ReplyStage[] = [],
): Promise<Relayed> {
  const watch = replyWatch(maxEventBytes);
  const splitter = codec.splitter(maxEventBytes);
  const stage = composedStages(stages);
  let ready: Buffer[] = [];
  let isFirst = true;

  const flush = async (): Promise<void> => {
    const [only] = ready;
    if (only === undefined) return;
    const bytes = ready.length === 1 ? only : Buffer.concat(ready);
    ready = [];
    await client.write(bytes);
  };
  const complete = async (unit: ReplyUnit, toolUses: readonly ToolUse[]): Promise<Refusal | null> => {
    await flush();
    const refusal = await gate.complete(toolUses);
    if (refusal === null) ready.push(unit.bytes);
    return refusal;
  };
  const admit = (unit: ReplyUnit): Admission => {
    const step = unit.event === null ? null : watch.see(unit.event);
    if (step?.kind === 'completes') return complete(unit, step.toolUses);
    const refusal = step?.kind === 'starts' ? gate.start(step.isToolUse) : null;
    if (refusal === null) ready.push(unit.bytes);
    return refusal;
  };
  const admitAll = (units: readonly ReplyUnit[]): Admission => {
    let seen = 0;
    for (const unit of units) {
      seen += 1;
      const admitted = admit(unit);
      if (admitted instanceof Promise) {
        const others = units.slice(seen);
        return admitted.then((refusal) => refusal ?? admitAll(others));
      }
      if (admitted !== null) return admitted;
    }
    return null;
  };
  const take = async (chunk: readonly Buffer[]): Promise<Refusal | null> => {
    for (const bytes of chunk) {
      const passed = stage.push({ bytes, event: codec.read(bytes, isFirst) });
      isFirst = false;
      // A reply has hundreds of units: nothing is awaited but where a stage or the gate makes one wait, and what is ready
      // does not wait with it.
      const units = passed instanceof Promise ? (await Promise.all([passed, flush()]))[0] : passed;
      const admitted = admitAll(units);
      const refusal = admitted instanceof Promise ? await admitted : admitted;
      if (refusal !== null) return refusal;
    }
    return null;
  };
  const stop = async (refusal: Refusal): Promise<Relayed> => {
    await flush();
    client.cut(codec.refusalUnit(refusal.message));
    return { ended: refusal.why, summary: watch.summary() };
  };

  try {
    const arrived = await arriving(source, async (chunk) => {
      const refusal = await certainly(() => take(splitter.push(chunk)));
      if (refusal === null) await flush();
      return refusal;
    });
    if (arrived.kind === 'refused') return await stop(arrived.refusal);
    const isBroken = arrived.kind === 'broken';
    if (isBroken && client.goneSignal.aborted) return { ended: 'client-gone', summary: watch.summary() };
    const rest = isBroken ? NOTHING : splitter.rest();
    const isCut = isBroken || (rest.length > 0 && !codec.mayEndInRest);
    const refusal = await certainly(async () => {
      const isHalf = !isCut && rest.length > 0;
      const isEvent = isHalf && codec.read(rest, isFirst) !== null;
      const refused = isEvent ? await take([rest]) : null;
      if (refused !== null) return refused;
      const units = await stage.end();
      // What was held back is an event of its own, and must not become a part of a half one.
      if (isEvent && units.length > 0) ready.push(EVENT_END);
      const last = await admitAll(units);
      if (last === null && isHalf && !isEvent) ready.push(rest);
      return last;
    });
    if (refusal !== null) return await stop(refusal);
    await flush();
    return isCut ? cutByUpstream(client, watch) : { ended: 'complete', summary: watch.summary() };
  } catch (error) {
    if (error instanceof ClientGone || client.goneSignal.aborted)
      return { ended: 'client-gone', summary: watch.summary() };
    if (error instanceof UnreadableReply) return await stopUnreadable(error, stop);
    return cutByUpstream(client, watch);
  }
}

/** Why something may not pass, or null where it may; a promise only where that takes time. */
type Admission = Refusal | null | Promise<Refusal | null>;

const NOTHING = Buffer.alloc(0);
/** Ends an event of the one format that may end in the middle of one. */
const EVENT_END = Buffer.from('\n\n');

type Arrived =
  | { readonly kind: 'whole' }
  /** The connection to the upstream failed. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Hands on each chunk until one is refused. What `take` throws is a fault of the reply or of the client, never an end. */
async function arriving(
  source: AsyncIterable<Buffer>,
  take: (chunk: Buffer) => Promise<Refusal | null>,
): Promise<Arrived> {
  try {
    for await (const chunk of source) {
      const refusal = await take(chunk);
      if (refusal !== null) return { kind: 'refused', refusal };
    }
    return { kind: 'whole' };
  } catch (error) {
    if (error instanceof ClientGone || error instanceof UnreadableReply) throw error;
    return { kind: 'broken' };
  }
}

/** What fails while an event is looked at, for instance on one nested too deeply, leaves it unchecked. */
async function certainly(look: () => Promise<Refusal | null>): Promise<Refusal | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ClientGone || error instanceof UnreadableReply) throw error;
    throw new UnreadableReply('looking at it failed', { cause: error });
  }
}

async function stopUnreadable(error: UnreadableReply, stop: (refusal: Refusal) => Promise<Relayed>): Promise<Relayed> {
  try {
    return await stop(unreadable(error));
  } catch (inner) {
    if (inner instanceof ClientGone) return { ended: 'client-gone', summary: null };
    throw inner;
  }
}

function cutByUpstream(client: ClientWriter, watch: ReplyWatch): Relayed {
  client.cut(null);
  return { ended: 'upstream-cut', summary: watch.summary() };
}

/** A reply that was read whole and may go out, or why it may not. */
export type Admitted =
  | { readonly kind: 'admitted'; readonly summary: ReplySummary }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Puts the calls of a whole JSON reply to the gate. The client runs them once it has the body. */
export async function admitWhole(body: Buffer, gate: CallGate, format: MessageFormat = 'messages'): Promise<Admitted> {
  try {
    const reply: unknown = JSON.parse(body.toString('utf8'));
    if (!isJsonObject(reply)) throw new UnreadableReply('the reply is no JSON object');
    const message = format === 'converse' ? converseAsMessage(reply) : reply;
    const refusal = await gate.complete(toolUsesIn(message));
    return refusal === null ? { kind: 'admitted', summary: summaryOf(message) } : { kind: 'refused', refusal };
  } catch (error) {
    const fault =
      error instanceof UnreadableReply ? error : new UnreadableReply('the reply is no JSON', { cause: error });
    return { kind: 'refused', refusal: unreadable(fault) };
  }
}

/** Why a reply must not go on: that Sallyport cannot be sure of it, or what its error says. */
export function unreadable(error: UnreadableReply): Refusal {
  if (error instanceof RefusedReply) return error.refusal;
  return {
    why: 'unreadable-reply',
    message: `Sallyport cut this answer, since it cannot be checked: ${error.message}`,
  };
}
