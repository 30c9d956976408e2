import { isJsonObject } from '../core/json.ts';
import type { CallGate } from './call-gate.ts';
import type { ClientWriter } from './client-writer.ts';
import { ClientGone } from './client-writer.ts';
import type { Refusal, RefusalWhy } from './refusal.ts';
import { replyWatch, summaryOf, toolUsesIn } from './reply-watch.ts';
import type { ReplySummary, ReplyWatch } from './reply-watch.ts';
import { UnreadableReply } from './stream-codec.ts';
import type { StreamCodec } from './stream-codec.ts';

/** How a reply ended: as the upstream ended it, cut by the upstream, left by the client, or cut by us. */
export type Ended = 'complete' | 'upstream-cut' | 'client-gone' | RefusalWhy;

export interface Relayed {
  readonly ended: Ended;
  readonly summary: ReplySummary | null;
}

/**
 * Passes a stream of events on, byte for byte. The bytes that complete a call wait for the gate; all others go out as
 * soon as their event is whole. Where the gate refuses or the stream cannot be read, the client is told and cut off; it
 * never sees a clean end that the upstream did not make.
 */
export async function relayStream(
  source: AsyncIterable<Buffer>,
  codec: StreamCodec,
  gate: CallGate,
  client: ClientWriter,
  maxEventBytes: number,
): Promise<Relayed> {
  const watch = replyWatch(maxEventBytes);
  const splitter = codec.splitter(maxEventBytes);
  const ready: Buffer[] = [];
  let isFirst = true;

  const flush = async (): Promise<void> => {
    if (ready.length > 0) await client.write(Buffer.concat(ready.splice(0)));
  };
  const admit = async (unit: Buffer): Promise<Refusal | null> => {
    const event = codec.read(unit, isFirst);
    isFirst = false;
    const step = event === null ? null : watch.see(event);
    if (step !== null && step.kind !== 'passes') {
      if (step.kind === 'completes') await flush();
      const refusal = step.kind === 'starts' ? gate.start(step.isToolUse) : await gate.complete(step.toolUses);
      if (refusal !== null) return refusal;
    }
    ready.push(unit);
    return null;
  };
  const stop = async (refusal: Refusal): Promise<Relayed> => {
    await flush();
    client.cut(codec.refusalUnit(refusal.message));
    return { ended: refusal.why, summary: watch.summary() };
  };

  try {
    for await (const chunk of source) {
      for (const unit of splitter.push(chunk)) {
        const refusal = await certainly(admit(unit));
        if (refusal !== null) return await stop(refusal);
      }
      await flush();
    }
    const rest = splitter.rest();
    if (rest.length > 0) {
      if (!codec.mayEndInRest) return cutByUpstream(client, watch);
      const refusal = await certainly(admit(rest));
      if (refusal !== null) return await stop(refusal);
      await flush();
    }
    return { ended: 'complete', summary: watch.summary() };
  } catch (error) {
    if (error instanceof ClientGone || client.goneSignal.aborted)
      return { ended: 'client-gone', summary: watch.summary() };
    if (error instanceof UnreadableReply) return await stopUnreadable(error, stop);
    return cutByUpstream(client, watch);
  }
}

/** What fails while an event is looked at, for instance on one nested too deeply, leaves it unchecked. */
async function certainly(admission: Promise<Refusal | null>): Promise<Refusal | null> {
  try {
    return await admission;
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
export async function admitWhole(body: Buffer, gate: CallGate): Promise<Admitted> {
  try {
    const message: unknown = JSON.parse(body.toString('utf8'));
    if (!isJsonObject(message)) throw new UnreadableReply('the reply is no JSON object');
    const refusal = await gate.complete(toolUsesIn(message));
    return refusal === null ? { kind: 'admitted', summary: summaryOf(message) } : { kind: 'refused', refusal };
  } catch (error) {
    const fault =
      error instanceof UnreadableReply ? error : new UnreadableReply('the reply is no JSON', { cause: error });
    return { kind: 'refused', refusal: unreadable(fault) };
  }
}

/** A reply that Sallyport cannot be sure of. */
export function unreadable(error: UnreadableReply): Refusal {
  return {
    why: 'unreadable-reply',
    message: `Sallyport cut this answer, since it cannot be checked: ${error.message}`,
  };
}
