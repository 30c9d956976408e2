import { LEAD_UP, conversation, sessionRequests, smallRequests } from './gateway-bodies.ts';
import type { BodySource } from './gateway-bodies.ts';
import { wireConnection } from './gateway-wire.ts';
import type { WireReply, WireTarget } from './gateway-wire.ts';

/** Which requests are sent. */
export type LoadBodies =
  | { readonly kind: 'small'; readonly isStream: boolean }
  | { readonly kind: 'session'; readonly bytes: number }
  /** The turns of one conversation, behind `startBytes` of it that are sent first and not measured. */
  | { readonly kind: 'conversation'; readonly startBytes: number };

/** What the bench asks the process that makes the load; each is answered by a {@link LoadTold}. */
export type LoadWord =
  /** So many requests, one behind the other on one connection. */
  | {
      readonly word: 'in turn';
      readonly target: WireTarget;
      readonly bodies: LoadBodies;
      readonly seed: number;
      readonly count: number;
    }
  /** As many requests as go through in a time, or so many, on several connections. */
  | {
      readonly word: 'at once';
      readonly target: WireTarget;
      readonly bodies: LoadBodies;
      readonly seed: number;
      readonly connections: number;
      readonly until: { readonly ms: number } | { readonly count: number };
    }
  /** One request, for what comes back. */
  | { readonly word: 'one'; readonly target: WireTarget; readonly bodies: LoadBodies; readonly seed: number };

export type LoadTold =
  | { readonly told: 'in turn'; readonly totalMs: readonly number[]; readonly firstTokenMs: readonly number[] }
  | { readonly told: 'at once'; readonly count: number; readonly elapsedMs: number }
  | { readonly told: 'one'; readonly status: number; readonly text: string }
  | { readonly told: 'failed'; readonly reason: string };

/** Requests ahead of those in turn that are not measured: the connection and what stands behind it are new. */
const UNMEASURED = 3;

process.on('message', (word: LoadWord) => {
  answer(word).then(
    (told) => process.send?.(told),
    (error: unknown) => process.send?.({ told: 'failed', reason: String(error) }),
  );
});
process.on('disconnect', () => process.exit());

async function answer(word: LoadWord): Promise<LoadTold> {
  switch (word.word) {
    case 'in turn':
      return await inTurn(word);
    case 'at once':
      return await atOnce(word);
    case 'one': {
      const connection = await wireConnection(word.target);
      const { status, text } = await connection.send(sourceOf(word.bodies, word.seed).next(), true);
      connection.close();
      return { told: 'one', status, text: text ?? '' };
    }
  }
}

async function inTurn(word: Extract<LoadWord, { word: 'in turn' }>): Promise<LoadTold> {
  const connection = await wireConnection(word.target);
  const source = sourceOf(word.bodies, word.seed);
  const replies: WireReply[] = [];
  const unmeasured = word.bodies.kind === 'conversation' ? LEAD_UP : UNMEASURED;
  for (let nth = -unmeasured; nth < word.count; nth += 1) {
    const reply = checked(await connection.send(source.next()));
    if (nth >= 0) replies.push(reply);
  }
  connection.close();
  return {
    told: 'in turn',
    totalMs: replies.map(({ totalMs }) => totalMs),
    firstTokenMs: replies.map(({ firstTokenMs }) => firstTokenMs),
  };
}

async function atOnce(word: Extract<LoadWord, { word: 'at once' }>): Promise<LoadTold> {
  const lanes = await Promise.all(
    Array.from({ length: word.connections }, async (_, lane) => ({
      connection: await wireConnection(word.target),
      source: sourceOf(word.bodies, word.seed * 1_000 + lane),
    })),
  );
  let started = 0;
  let done = 0;
  const startMs = performance.now();
  const mayGoOn = (): boolean =>
    'ms' in word.until ? performance.now() - startMs < word.until.ms : started < word.until.count;
  await Promise.all(
    lanes.map(async ({ connection, source }) => {
      while (mayGoOn()) {
        started += 1;
        checked(await connection.send(source.next()));
        done += 1;
      }
    }),
  );
  const elapsedMs = performance.now() - startMs;
  for (const { connection } of lanes) connection.close();
  return { told: 'at once', count: done, elapsedMs };
}

function sourceOf(bodies: LoadBodies, seed: number): BodySource {
  switch (bodies.kind) {
    case 'small':
      return smallRequests(bodies.isStream, seed);
    case 'session':
      return sessionRequests(bodies.bytes, seed);
    case 'conversation':
      return conversation(bodies.startBytes, seed);
  }
}

/** A refusal would be quick and would count as a request. */
function checked(reply: WireReply): WireReply {
  if (reply.status !== 200 || reply.bytes < 3_000)
    throw new Error(`answered ${reply.status}: ${reply.text ?? `${reply.bytes} bytes`}`);
  return reply;
}
